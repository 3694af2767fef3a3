//! Books that can't be read at all: each gets one clear error at its place, and nothing is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{CONTRACT, FIND, PROVE, SEND, change, found, parcels, report, test};
use crate::support::{run, stderr};

const SUMMARY: &str = "src/SUMMARY.md";
const SETTINGS: &str = "book.toml";

/// What is done to the book, what must be found, and a word that the message must have.
type Case = (&'static str, fn(&Path), &'static str, &'static str);

fn write(book: &Path, file: &str, content: impl AsRef<[u8]>) {
    let path = book.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, content).expect("written");
}

fn remove(book: &Path, file: &str) {
    fs::remove_file(book.join(file)).expect("removed");
}

fn setting(book: &Path, line: &str) {
    change(book, SETTINGS, "key = \"parcels-{id}\"", line);
}

fn include(book: &Path, file: &str) {
    change(book, FIND, "You see:", &format!("{{{{#include {file}}}}}"));
}

#[rustfmt::skip]
const SUMMARIES: &[Case] = &[
    ("no SUMMARY", |book| remove(book, SUMMARY), "src/SUMMARY.md:1: book-unreadable", "SUMMARY.md"),
    ("no source", |book| fs::rename(book.join("src"), book.join("pages")).expect("renamed"), "src:1: book-unreadable", "No such file"),
    ("no page", |book| remove(book, SEND), "src/SUMMARY.md:4: book-unreadable", "send.md"),
    ("a page twice", |book| change(book, SUMMARY, "prove.md", "send.md"), "src/SUMMARY.md:5: book-unreadable", "Duplicate"),
    ("a link that is none", |book| change(book, SUMMARY, "(find.md)", "(find.md"), "src/SUMMARY.md:1: book-unreadable", "parsing"),
    ("a page that is not listed", |book| write(book, "src/more/new.md", "# New\n"), "src/more/new.md:1: page-unlisted", "SUMMARY.md"),
    ("no UTF-8 in SUMMARY", |book| write(book, SUMMARY, b"# S\n\n- [F\xff](find.md)\n"), "src/SUMMARY.md:3: not-text", "byte 10"),
];

#[rustfmt::skip]
const PAGES: &[Case] = &[
    ("an include of nothing", |book| include(book, "none.txt"), "src/find.md:42: bad-directive", "none.txt"),
    ("an include of a folder", |book| include(book, "../contract"), "src/find.md:42: bad-directive", "contract"),
    ("an include of no text", |book| { write(book, "x.bin", b"\xff\0"); include(book, "../x.bin"); }, "src/find.md:42: bad-directive", "x.bin"),
    ("an include of itself", |book| include(book, "find.md"), "src/find.md:42: bad-directive", "cyclic"),
    ("an include that shows nothing", |book| { write(book, "x.txt", "\n"); include(book, "../x.txt"); }, "src/find.md:42: bad-directive", "x.txt"),
    ("a directive of nothing", |book| change(book, FIND, "You see:", "{{contract limit.none}}"), "src/find.md:42: bad-directive", "limit `none`"),
    ("10 MB", |book| write(book, FIND, "word ".repeat(2_000_000)), "src/find.md:1: page-too-large", "10 MiB"),
    ("a byte over 1 MiB", |book| write(book, FIND, "x".repeat(1024 * 1024 + 1)), "src/find.md:1: page-too-large", "1 MiB"),
    ("1 MiB of includes", |book| { write(book, "x.txt", "x\n".repeat(512 * 1024)); include(book, "../x.txt"); }, "src/find.md:1: page-too-large", "1 MiB"),
    ("no UTF-8", |book| write(book, FIND, b"# A\n\n\xff\n"), "src/find.md:3: not-text", "byte 6"),
    ("half a character at the end", |book| write(book, FIND, b"# A\n\xe2\x82"), "src/find.md:2: not-text", "byte 5"),
    ("UTF-16", |book| write(book, FIND, b"\xff\xfe#\0 \0A\0"), "src/find.md:1: not-text", "byte 4"),
    ("binary", |book| write(book, FIND, b"\x7fELF\0\0\n"), "src/find.md:1: not-text", "byte 5"),
    ("zeros", |book| write(book, FIND, b"# A\n\nab\0\n"), "src/find.md:3: not-text", "byte 8"),
];

#[rustfmt::skip]
const FILES: &[Case] = &[
    ("a name of a setting", |book| setting(book, "keys = \"parcels-{id}\""), "book.toml:9: book-unreadable", "unknown field `keys`"),
    ("a value of a setting", |book| setting(book, "key = 1"), "book.toml:9: book-unreadable", "expected a string"),
    ("no such sandbox", |book| setting(book, "sandbox = \"none\""), "book.toml:9: book-unreadable", "no sandbox `none`"),
    ("no TOML", |book| setting(book, "key = "), "book.toml:9: book-unreadable", "TOML"),
    ("a field of mdBook", |book| change(book, SETTINGS, "title =", "titel ="), "book.toml:4: book-unreadable", "titel"),
    ("no UTF-8 in settings", |book| write(book, SETTINGS, b"[book]\ntitle = \"\xff\"\n"), "book.toml:1: book-unreadable", "UTF-8"),
    ("no YAML", |book| write(book, CONTRACT, "{"), "contract/openapi.yaml:1: bad-contract", "line 1"),
    ("no YAML further down", |book| change(book, CONTRACT, "summary: Find a", "summary: [Find a"), "contract/openapi.yaml:81: bad-contract", "line 81"),
    ("no contract", |book| write(book, CONTRACT, "- 1\n"), "contract/openapi.yaml:1: bad-contract", "openapi"),
    ("an older contract", |book| change(book, CONTRACT, "openapi: 3.1.1", "swagger: \"2.0\""), "contract/openapi.yaml:1: bad-contract", "2.0"),
    ("a reference to nothing", |book| change(book, CONTRACT, "schemas/Parcels\"", "schemas/Parcel_s\""), "contract/openapi.yaml:35: bad-contract", "Parcel_s"),
    ("an operation twice", |book| change(book, CONTRACT, "Id: getParcel", "Id: listParcels"), "contract/openapi.yaml:78: bad-contract", "listParcels"),
    ("no UTF-8 in the contract", |book| write(book, CONTRACT, b"openapi: \xff"), "contract/openapi.yaml:1: bad-contract", "UTF-8"),
    ("a contract that is not there", |book| setting(book, "contract = \"openapi.yaml\""), "openapi.yaml:1: bad-contract", "No such file"),
];

/// Every file of a folder, with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
            files.insert(path, Vec::new());
        } else {
            files.insert(path.clone(), fs::read(path).expect("a file"));
        }
    }
    files
}

async fn each_gets_one_error(cases: &[Case]) {
    for (what, harm, expected, word) in cases {
        let book = parcels();
        harm(book.path());
        let before = files(book.path());
        let (report, code) = report(book.path(), &[]).await;
        assert_eq!((found(&report), code), (vec![(*expected).to_owned()], Some(1)), "{what}");
        let message = report["findings"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(word), "{what}: {word} is not in: {message}");

        // A person is told the same, and so is who only checks.
        let told = test(book.path(), &[]).await;
        assert!(String::from_utf8_lossy(&told.stdout).starts_with(expected), "{what}: {told:?}");
        let checked = run(&["check", "--book", book.path().to_str().expect("UTF-8")]).await;
        assert_eq!((checked.stdout, checked.status.code()), (told.stdout, Some(1)), "{what}");
        assert!(files(book.path()) == before, "{what}: nothing is written");
    }
}

#[tokio::test]
async fn a_book_without_its_pages_gets_a_clear_error() {
    each_gets_one_error(SUMMARIES).await;
}

#[tokio::test]
async fn a_page_that_can_not_be_read_gets_a_clear_error() {
    each_gets_one_error(PAGES).await;
}

#[tokio::test]
async fn settings_and_contracts_that_can_not_be_read_get_a_clear_error() {
    each_gets_one_error(FILES).await;
}

#[tokio::test]
async fn a_page_of_one_mib_is_read() {
    let book = parcels();
    let text = fs::read_to_string(book.path().join(PROVE)).expect("the page");
    write(book.path(), PROVE, format!("{text}\n{}\n", "x".repeat(1024 * 1024 - text.len() - 2)));
    let (report, code) = report(book.path(), &["--language", "console"]).await;
    assert_eq!((found(&report), code), (Vec::new(), Some(0)));
}

#[tokio::test]
async fn a_folder_without_a_book_is_wrong_usage() {
    let folder = TempDir::new().expect("a folder");
    for command in ["test", "check"] {
        let output = run(&[command, "--book", folder.path().to_str().expect("UTF-8")]).await;
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("there is no book here") && told.contains(&*folder.path().to_string_lossy()), "{told}");
        assert!(files(folder.path()).is_empty(), "nothing is written");
    }
}
