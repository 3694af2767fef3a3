use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proofbook_gate::{Book, rust};

use super::{Case, book_of, extract, fixture};

pub(crate) fn trials() -> Vec<Case> {
    vec![
        ("every block of the fixtures compiles and does what its page says", fixtures_run),
        ("the compiler names page and line of a mistake", compile_error),
        ("a panic names page and line", panic_place),
        ("a result that nobody looks at is a mistake", unused_result),
        ("a block whose main returns an error fails", main_returns_error),
        ("a block that is left out does not keep the others from compiling", left_out),
    ]
}

/// The smallest program around the index.
const MAIN: &str = r#"
include!("blocks.rs");
fn main() -> std::process::ExitCode { run(&std::env::args().nth(1).unwrap()).unwrap() }
"#;

/// The index of a book, compiled as the package of the blocks compiles it.
fn compile(book: &Book, out: &Path) -> Output {
    rust::write_modules(book, out, &[]).unwrap();
    std::fs::write(out.join("main.rs"), MAIN).unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(rustc).args(["--edition=2024", "main.rs"]).current_dir(out).output().unwrap()
}

fn program(out: &Path) -> PathBuf {
    out.join("main").with_extension(std::env::consts::EXE_EXTENSION)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn run_only_block(page: &str) -> Output {
    let (_root, book) = book_of(page);
    let out = extract(&book);
    let compiled = compile(&book, out.path());
    assert!(compiled.status.success(), "{}", stderr(&compiled));
    let name = book.rust_blocks().unwrap()[0].name();
    Command::new(program(out.path())).arg(name).output().unwrap()
}

fn fixtures_run() {
    for name in ["blocks", "includes"] {
        let book = Book::load(fixture(name)).unwrap();
        let out = extract(&book);
        let compiled = compile(&book, out.path());
        assert!(compiled.status.success(), "{}", stderr(&compiled));
        for block in book.rust_blocks().unwrap() {
            let output = Command::new(program(out.path())).arg(block.name()).output().unwrap();
            let expected = if block.should_panic { Some(101) } else { Some(0) };
            assert_eq!(output.status.code(), expected, "{}: {}", block.name(), stderr(&output));
        }
    }
}

fn compile_error() {
    let page = "# Page\n\n```rust\nlet fine = 1;\n```\n\n- a list\n\n  ```rust\n  # fn main() {\n  let a = 1;\n  \
                a + missing;\n  # }\n  ```\n";
    let (_root, book) = book_of(page);
    let compiled = compile(&book, extract(&book).path());
    assert!(!compiled.status.success());
    let stderr = stderr(&compiled);
    assert!(stderr.contains("blocks/src/page.md/line-9.rs:12:5"), "{stderr}");
}

fn panic_place() {
    let output = run_only_block("text\n\n\n```rust\nlet a = 1;\nassert_eq!(a, 2);\n```\n");
    assert_eq!(output.status.code(), Some(101));
    let stderr = stderr(&output);
    assert!(stderr.contains("blocks/src/page.md/line-4.rs:6:1"), "{stderr}");
}

fn unused_result() {
    let (_root, book) = book_of("```rust\nstd::fs::remove_file(\"nothing\");\n```\n");
    let compiled = compile(&book, extract(&book).path());
    let stderr = stderr(&compiled);
    assert!(!compiled.status.success() && stderr.contains("src/page.md/line-1.rs:2:1"), "{stderr}");
}

fn main_returns_error() {
    let page = "```rust\n# fn main() -> Result<(), Box<dyn std::error::Error>> {\n\
                let text = std::fs::read_to_string(\"there is no such file\")?;\nprintln!(\"{text}\");\n# Ok(()) }\n```\n";
    let output = run_only_block(page);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("NotFound"), "{}", stderr(&output));
}

fn left_out() {
    let (_root, book) = book_of("```rust\nmissing();\n```\n\n```rust\nassert_eq!(1, 1);\n```\n");
    let out = extract(&book);
    assert_eq!(rust::write_modules(&book, out.path(), &["src/page.md:1"]).unwrap(), 1);
    std::fs::write(out.path().join("main.rs"), MAIN).unwrap();
    let compiled = Command::new("rustc").args(["--edition=2024", "main.rs"]).current_dir(out.path()).output().unwrap();
    assert!(compiled.status.success(), "{}", stderr(&compiled));
    let ran = Command::new(program(out.path())).arg("src/page.md:5").output().unwrap();
    assert!(ran.status.success(), "{}", stderr(&ran));
}
