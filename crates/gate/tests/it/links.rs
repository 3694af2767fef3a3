use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mdbook_driver::MDBook;
use proofbook_gate::links::{Links, check};
use proofbook_gate::{Book, Code};
use regex::Regex;
use tempfile::TempDir;

/// A book of some pages, each a path in `src` and a text, in the order of the summary.
fn book(pages: &[(&str, &str)]) -> (TempDir, Book) {
    let root = TempDir::new().unwrap();
    write(root.path(), "book.toml", "[book]\n");
    let summary: String = pages.iter().map(|(path, _)| format!("- [{path}]({path})\n")).collect();
    write(root.path(), "src/SUMMARY.md", &summary);
    for (path, text) in pages {
        write(root.path(), &format!("src/{path}"), text);
    }
    let book = Book::load(root.path()).unwrap();
    (root, book)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The findings as a report says them.
fn said(links: &Links) -> Vec<String> {
    links.findings.iter().map(ToString::to_string).collect()
}

fn found(pages: &[(&str, &str)]) -> Vec<String> {
    let (_root, book) = book(pages);
    said(&check(&book, &[]))
}

#[test]
fn links_that_lead_somewhere_are_no_findings() {
    let pages = [
        (
            "one.md",
            "# One\n\n[a](guide/two.md) [b](guide/two.html#a--b) [c](#one) [d](/guide/two.md) [e](guide/) <a id=\"x\"></a>\n",
        ),
        ("guide/README.md", "# Guide\n\n[up](../one.md#x) [itself](index.md) [beside](two.md#a--b)\n"),
        (
            "guide/two.md",
            "# Two\n\n## A & b\n\n[mail](mailto:a@b.example) <a@b.example> `[no](link.md)` [guide](./#guide) [r]\n\n[r]: ../one.md\n",
        ),
    ];
    assert_eq!(found(&pages), [""; 0]);
}

#[test]
fn a_link_to_a_page_that_is_not_there_names_its_line_and_the_nearest_page() {
    let pages = [
        ("one.md", "# One\n\nSee\n[two](guide/tow.md).\n"),
        ("guide/two.md", "# Two\n\n[one](one.md)\n\n[out](../../secret.md) [x](y.txt)\n"),
    ];
    assert_eq!(
        found(&pages),
        [
            "src/one.md:4: dead-link: `guide/tow.md` leads nowhere; link to a page that SUMMARY.md has (nearest: \
             `guide/two.md`)",
            "src/guide/two.md:3: dead-link: `one.md` leads nowhere; link to a page that SUMMARY.md has (nearest: `two.md`)",
            "src/guide/two.md:5: dead-link: `../../secret.md` leads out of the book's source; link to a page of the book, or \
             to the file's address on the web",
            "src/guide/two.md:5: dead-link: `y.txt` leads nowhere; link to a page that SUMMARY.md has, or to a file of the \
             book's source",
        ]
    );
}

#[test]
fn a_page_that_the_summary_only_plans_is_not_there() {
    let root = TempDir::new().unwrap();
    write(root.path(), "book.toml", "[book]\n");
    write(root.path(), "src/SUMMARY.md", "- [One](one.md)\n- [Two]()\n");
    write(root.path(), "src/one.md", "# One\n\n[two](two.md) [summary](SUMMARY.md)\n");
    let links = check(&Book::load(root.path()).unwrap(), &[]);
    let codes: Vec<_> = links.findings.iter().map(|finding| (finding.code, finding.place.line)).collect();
    assert_eq!(codes, [(Code::DeadLink, 3), (Code::DeadLink, 3)]);
}

#[test]
fn an_anchor_that_is_not_there_names_the_nearest() {
    let pages = [
        ("one.md", "# One\n\n## Set up\n\n[here](#setup)\n[there](two.md#twoo) [nothing](two.md#completely-else)\n"),
        ("two.md", "# Two\n"),
    ];
    assert_eq!(
        found(&pages),
        [
            "src/one.md:5: dead-anchor: `#setup` names an anchor that src/one.md does not have; name a heading of that page \
             (nearest: `set-up`)",
            "src/one.md:6: dead-anchor: `two.md#twoo` names an anchor that src/two.md does not have; name a heading of that \
             page (nearest: `two`)",
            "src/one.md:6: dead-anchor: `two.md#completely-else` names an anchor that src/two.md does not have; name a \
             heading of that page",
        ]
    );
}

#[test]
fn references_that_nothing_defines_are_dead() {
    let text = "# One\n\nlist[0][1], `[a][b]`\n\n[text][nowhere] and [^note]\n\n```text\n[x][y]\n```\n";
    assert_eq!(
        found(&[("one.md", text)]),
        [
            "src/one.md:5: dead-link: the link `[text][nowhere]` is not defined; define the name between the last brackets \
             on this page: `[name]: address`",
            "src/one.md:5: dead-anchor: the footnote `[^note]` is not defined; define it on this page: `[^note]: …`",
        ]
    );
}

#[test]
fn raw_html_has_links_too() {
    let text = "# One\n\n<div>\n<a\n  href=\"nowhere.md\">x</a>\n<!-- <a href=\"comment.md\"> -->\n</div>\n\n\
                Text <a href='#one'>y</a>\n<img src=\"no.png\">\n";
    assert_eq!(
        found(&[("one.md", text)]),
        [
            "src/one.md:4: dead-link: `nowhere.md` leads nowhere; link to a page that SUMMARY.md has, or to a file of the \
             book's source",
            "src/one.md:10: bad-image: the picture `no.png` has no text for those who can't see it; write what it shows \
             between the square brackets, or as `alt`",
            "src/one.md:10: bad-image: `no.png` leads nowhere; put the picture into the book's source, or mend the path",
        ]
    );
}

#[test]
fn pictures_are_there_and_say_something() {
    let (root, _) = book(&[("one.md", "# One\n")]);
    write(root.path(), "src/a.png", "");
    write(
        root.path(),
        "src/one.md",
        "# One\n\n![A *b*](a.png)\n![](a.png)\n![B](b.png)\n![C](https://c.example/c.png)\n",
    );
    let links = check(&Book::load(root.path()).unwrap(), &[]);
    assert_eq!(
        said(&links),
        [
            "src/one.md:4: bad-image: the picture `a.png` has no text for those who can't see it; write what it shows \
             between the square brackets, or as `alt`",
            "src/one.md:5: bad-image: `b.png` leads nowhere; put the picture into the book's source, or mend the path",
        ]
    );
    assert_eq!(links.external[0].1, "https://c.example/c.png");
}

#[test]
fn what_is_generated_beside_the_book_is_there() {
    let text = "# One\n\n[a](/openapi.yaml) [b](explorer/) [c](/explorer/index.html) [d](openapi.yml)\n";
    let (_root, book) = book(&[("one.md", text)]);
    let links = check(&book, &["openapi.yaml", "explorer/"]);
    assert_eq!(links.findings.len(), 1, "{:?}", said(&links));
    assert!(links.findings[0].message.starts_with("`openapi.yml`"));
    assert_eq!(check(&book, &[]).findings.len(), 4);
}

#[test]
fn addresses_of_the_web_are_collected_with_their_places() {
    let text =
        "# One\n\n[a](https://a.example/x#y)\n<http://b.example> `https://code.example`\n\n[c]: //c.example\n\n[c]\n";
    let (_root, book) = book(&[("one.md", text)]);
    let links = check(&book, &[]);
    let external: Vec<_> = links.external.iter().map(|(place, url)| format!("{place} {url}")).collect();
    assert_eq!(
        external,
        ["src/one.md:3 https://a.example/x#y", "src/one.md:4 http://b.example", "src/one.md:8 https://c.example"]
    );
}

#[test]
fn a_readme_is_index_html_as_mdbook_makes_it() {
    let pages = [("one.md", "[a](guide/README.md)\n"), ("guide/README.md", "# Guide\n")];
    let (root, book) = book(&pages);
    assert_eq!(
        said(&check(&book, &[])),
        [
            "src/one.md:1: dead-link: `guide/README.md` will not be there; mdBook makes `index.html` of a README: link to \
          `guide/index.md`"
        ]
    );
    MDBook::load(root.path()).unwrap().build().unwrap();
    assert!(fs::read_to_string(root.path().join("book/one.html")).unwrap().contains(r#"href="guide/README.html""#));
    assert!(!root.path().join("book/guide/README.html").exists());
    assert!(root.path().join("book/guide/index.html").exists());
}

/// Headings, definitions, footnotes and HTML, in every form that could make another id than one expects.
const IDS: &str = r#"# The `code` & the *rest*

## Twice

### Twice

## Twice-1

## It's "quoted" -- and so on...

## Über 中文 🐙 x

## Own {#my-own .class}

## Own {#my-own}

## My own

## [A link](x.html) ![alt](y.png) and <b>html</b> <!-- c -->

Set
ext
===

## With a note[^n] and [^m]

> ## Quoted

- ## In a list

## #

##

<h2 id="raw">Raw</h2>

<h2>Twice</h2>

Term
: Definition

Twice
: Again

<div><a name="old"></a>

## In a div

</div>

A note[^n] again <span id='in-line'></span>.

[^n]: The note.
[^m]: ## In a note
[^unused]: Nobody.
"#;

#[test]
fn anchors_are_the_ids_of_mdbooks_html() {
    let attribute = Regex::new(r#"<[a-z0-9]+\b[^>]*?\s(?:id|name)="([^"]*)""#).unwrap();
    for smart in [true, false] {
        let (root, _) = book(&[("one.md", IDS)]);
        write(root.path(), "book.toml", &format!("[book]\n[output.html]\nsmart-punctuation = {smart}\n"));
        MDBook::load(root.path()).unwrap().build().unwrap();
        let html = fs::read_to_string(root.path().join("book/one.html")).unwrap();
        let content = html.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
        let ids: BTreeSet<String> = attribute.captures_iter(content).map(|found| found[1].to_owned()).collect();
        assert!(ids.len() >= 25, "{ids:?}");

        // Each id that mdBook made is an anchor, and each id with a letter more is none.
        let links = |more: &str| ids.iter().map(|id| format!("<a href=\"#{id}{more}\"></a>\n")).collect::<String>();
        write(root.path(), "src/one.md", &format!("{IDS}\n<div>\n{}</div>\n", links("")));
        let right = check(&Book::load(root.path()).unwrap(), &[]);
        assert_eq!(said(&right).iter().filter(|said| said.contains("dead-anchor")).count(), 0, "{:#?}", said(&right));
        write(root.path(), "src/one.md", &format!("{IDS}\n<div>\n{}</div>\n", links("x")));
        let wrong = check(&Book::load(root.path()).unwrap(), &[]);
        let dead: BTreeSet<_> =
            wrong.findings.iter().filter(|f| f.code == Code::DeadAnchor).map(|f| &f.message).collect();
        assert_eq!(dead.len(), ids.len(), "{dead:#?}");
    }
}
