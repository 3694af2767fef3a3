//! How a fault is planted, and what must be found: its code on its line, and nothing else.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{PROVE, change, found, parcels, place, report};
use crate::support::copy_folder;

/// Before this a test adds what has a section of its own.
const NEXT: &str = "## In a terminal";

/// A fault. What must be found is a code, a file, and the text on the line, which stands there once.
pub(super) struct Fault {
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    found: &'static [Found],
}

pub(super) type Found = (&'static str, &'static str, &'static str);

/// Something else stands in a file.
pub(super) const fn changed(
    what: &'static str,
    file: &'static str,
    [from, to]: [&'static str; 2],
    found: &'static [Found],
) -> Fault {
    Fault { what, file, from, to, found }
}

/// Something more stands on the last page, under a heading of its own.
pub(super) const fn added(what: &'static str, to: &'static str, found: &'static [Found]) -> Fault {
    Fault { what, file: PROVE, from: NEXT, to, found }
}

impl Fault {
    pub(super) fn plant(&self, book: &Path) {
        match self.from {
            NEXT => change(book, self.file, NEXT, &format!("## More\n\n{}\n\n{NEXT}", self.to)),
            from => change(book, self.file, from, self.to),
        }
    }
}

/// Plants each fault in a copy of the book, alone, and reads the report. What has not changed has been proven before.
pub(super) async fn each_is_found(faults: &[Fault]) {
    let proven = parcels();
    let (before, code) = report(proven.path(), &[]).await;
    assert_eq!((found(&before), code), (Vec::new(), Some(0)), "the book holds without a fault");

    let mut wrong = Vec::new();
    for fault in faults {
        let book = TempDir::with_prefix("proofbook-suite-").expect("a folder");
        copy_folder(proven.path(), book.path());
        fault.plant(book.path());
        let (report, code) = report(book.path(), &[]).await;
        let at = |(code, file, at): &Found| format!("{}: {code}", place(book.path(), file, at));
        let expected: Vec<String> = fault.found.iter().map(at).collect();
        let found = found(&report);
        if (&found, code) != (&expected, Some(1)) {
            wrong.push(format!("{}:\n  expected {expected:?}\n  found    {found:?}, exit code {code:?}", fault.what));
        }
        // What was found of a block is said of the block too.
        let findings = report["findings"].as_array().expect("findings").iter();
        for name in findings.map(|finding| &finding["block"]).filter(|name| !name.is_null()) {
            let mut blocks = report["blocks"].as_array().expect("blocks").iter();
            if !blocks.any(|block| block["name"] == *name && block["status"] == "failed") {
                wrong.push(format!("{}: the block {name} has not failed", fault.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn an_allowance_that_nothing_needs_is_found_in_its_file() {
    let book = parcels();
    let one = "[[allow]]\ntext = \"X-Depott\"\nreason = \"Our own proxy's.\"\n";
    let other = "\n[[allow]]\ntext = \"X-Nobody\"\nreason = \"None.\"\n";
    change(book.path(), super::FIND, "X-Depot` says", "X-Depott` says");
    fs::write(book.path().join("allow.toml"), [one, other].concat()).expect("written");
    let (report, code) = report(book.path(), &[]).await;
    assert_eq!((found(&report), code), (vec!["allow.toml:5: allowance-unused".to_owned()], Some(1)));
}
