use proofbook_gate::{Block, Book, Error};

use super::{book_of, fixture};

fn blocks(name: &str) -> Vec<Block> {
    Book::load(fixture(name)).unwrap().rust_blocks().unwrap()
}

fn refusal(page: &str) -> Error {
    book_of(page).1.unwrap().rust_blocks().unwrap_err()
}

#[test]
fn a_block_is_a_fence_that_the_reader_sees_as_rust() {
    let found: Vec<_> =
        blocks("blocks").iter().map(|block| (block.name(), block.heading.clone().unwrap_or_default())).collect();
    let expected = [
        ("src/one/page.md:3", "First page"),
        ("src/one/page.md:22", "In other things"),
        ("src/one/page.md:31", "In other things"),
        ("src/one/page.md:40", "In other things"),
        ("src/one/page.md:56", "Below a small heading"),
        ("src/two/page.md:1", ""),
        ("src/two/page.md:9", ""),
        ("src/one__page.md:3", "Confusable"),
    ];
    assert_eq!(found, expected.map(|(name, heading)| (name.to_owned(), heading.to_owned())));
}

#[test]
fn hidden_lines_are_part_of_the_code_and_marked() {
    let block = &blocks("blocks")[0];
    let hidden: Vec<usize> = block.lines.iter().filter(|line| line.hidden).map(|line| line.number).collect();
    assert_eq!(hidden, [4, 6, 7, 11]);
    assert_eq!(
        block.code(),
        "fn main() {\nlet visible = 1;\n\nassert_eq!(visible, 1);\n#[derive(Debug)]\nstruct Shown;\n\
         println!(\"{:?}\", Shown);\n}\n",
    );
}

#[test]
fn blocks_that_an_include_brings_are_at_its_directive() {
    let found: Vec<String> = blocks("includes").iter().map(Block::name).collect();
    assert_eq!(found, ["src/includes.md:6", "src/includes.md:14", "src/includes.md:14.2", "src/includes.md:19"],);
}

#[test]
fn only_blocks_marked_so_should_panic() {
    let marked: Vec<_> =
        blocks("blocks").iter().filter(|block| block.should_panic).map(|block| block.place.line).collect();
    assert_eq!(marked, [56, 9]);
}

#[test]
fn nothing_is_exempt() {
    for attribute in ["ignore", "no_run", "compile_fail"] {
        let error = refusal(&format!("# Page\n\ntext\n\n```rust,{attribute}\nfn main() {{}}\n```\n"));
        assert!(matches!(&error, Error::Exempt { place, .. } if place.line == 5), "{error}");
        assert!(error.to_string().starts_with("src/page.md:5: nothing is exempt"), "{error}");
    }
}

#[test]
fn words_that_would_be_passed_over_are_refused() {
    for info in ["rust,edition2018", "rust,hidelines=!", "rust,skeptic-template", "rust,skt-a"] {
        let error = refusal(&format!("```{info}\nfn main() {{}}\n```\n"));
        assert!(matches!(&error, Error::Attribute { place, .. } if place.line == 1), "{info}: {error}");
    }
    for info in ["Rust", "rs", "text,rust"] {
        let error = refusal(&format!("```{info}\nfn main() {{}}\n```\n"));
        assert!(matches!(&error, Error::NearlyRust { .. }), "{info}: {error}");
    }
}

#[test]
fn a_block_with_nothing_to_run_is_refused() {
    for text in ["", "\n", "   \n\n"] {
        let error = refusal(&format!("text\n```rust\n{text}```\n"));
        assert!(matches!(&error, Error::EmptyBlock { place } if place.line == 2), "{error}");
    }
}

#[test]
fn a_line_that_the_reader_and_the_compiler_see_differently_is_refused() {
    let error = refusal("```rust\nlet text = \"\n  ## Heading\n\";\n```\n");
    assert!(matches!(&error, Error::DoubleHash { place } if place.line == 3), "{error}");
}
