//! The prose of every page keeps to the style of `tests/tools/style`, and the linter that says so can fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proofbook_gate::{Book, Page};
use proofbook_webhook::cause::Cause;
use tempfile::TempDir;

use crate::support::{copy_folder, repository};
use crate::tools;

const STYLE: &str = "tests/tools/style";

/// A tree with the linter and a folder `src`, where its packages are found: below the folder that has them.
fn tree() -> Option<TempDir> {
    let packages = tools::node_of(&repository().join(STYLE))?;
    let tree = TempDir::with_prefix_in("style-", packages.parent().expect("its folder")).expect("a folder");
    let style = tree.path().join(STYLE);
    copy_folder(&repository().join(STYLE).join("rules"), &style.join("rules"));
    for name in ["lint.mjs", "page.mjs"] {
        fs::copy(repository().join(STYLE).join(name), style.join(name)).expect("a file can be copied");
    }
    write(&tree.path().join("src/SUMMARY.md"), "# Summary\n");
    Some(tree)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

fn lint(tree: &TempDir, arguments: &[&str]) -> Output {
    let script = Path::new(STYLE).join("lint.mjs");
    Command::new("node").arg(script).args(arguments).current_dir(tree.path()).output().expect("node starts")
}

/// The names of what pages take from the command.
fn directives(folder: &Path) -> impl Iterator<Item = String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the pages").map(|entry| entry.expect("a page").path()) {
        if entry.is_dir() {
            names.extend(directives(&entry));
        } else if let Ok(text) = fs::read_to_string(&entry) {
            let found = text.split("{{proofbook ").skip(1).filter_map(|rest| rest.split("}}").next());
            names.extend(found.map(|name| name.trim().to_owned()));
        }
    }
    names.into_iter()
}

/// The handbook as the reader sees it: what pages take from the contract and from the command is in place.
fn handbook() -> Book {
    let causes = Cause::ALL.map(|cause| format!("| {} | {} |\n", cause.what(), cause.fix()));
    let provided = [
        ("webhook-causes", format!("| What is wrong | What to do |\n|---|---|\n{}", causes.concat())),
        // A block of code, and a table of names: no prose.
        ("command-line", "…".to_owned()),
        ("coverage", "…".to_owned()),
    ];
    // What an organisation has filled in, and other tables.
    let mut all: BTreeMap<String, String> =
        directives(&repository().join("src")).map(|name| (name, "…".to_owned())).collect();
    all.extend(provided.map(|(name, text)| (name.to_owned(), text)));
    Book::load_with(repository(), &all).expect("the handbook can be read")
}

/// A line of the report with the line of the page's source in the place of the expanded one.
fn placed(line: &str, pages: &[Page]) -> String {
    let mut parts = line.splitn(3, ':');
    let (path, number, rest) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let page = pages.iter().find(|page| Some(page.path()) == path);
    let Some((page, number)) = page.zip(number.and_then(|number| number.parse().ok())) else { return line.to_owned() };
    format!("{}:{}:{rest}", page.path(), page.place(number).line)
}

#[test]
fn no_page_of_the_handbook_breaks_the_style() {
    let Some(tree) = tree() else { return };
    let book = handbook();
    for page in book.pages() {
        write(&tree.path().join(page.path()), page.text());
    }
    let output = lint(&tree, &["--grades"]);
    let report = String::from_utf8_lossy(&output.stdout);
    let report = report.lines().map(|line| placed(line, book.pages()) + "\n").collect::<String>();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "Where a line has a directive, the text is in the contract.\n\n{report}{complaint}"
    );
    let end = format!("0 findings on {} pages\n", book.pages().len());
    assert!(report.ends_with(&end), "{report}");
}

/// A page with one fault each, and what is said of it.
const FAULTS: [(&str, &str, &str); 10] = [
    (
        "passive",
        "The limit is low. It should be noted\nthat it counts.",
        "3: filler: “It should be noted”: say it directly",
    ),
    ("filler", "| A | B |\n|---|---|\n| You simply call it | Yes |", "5: filler: “simply”: leave it out"),
    ("marketing", "## A seamless start", "3: filler: “seamless”: say what it does, and let the reader judge"),
    ("wordy", "- One\n- You [utilise](a.md) it.", "4: wordy: “utilise”: say “use”"),
    ("american", "Its color is red.", "3: spelling: “color”: the book writes -our"),
    ("abbreviation", "An API has an RPO.\nThe RPO counts.", "3: undefined-term: “RPO” is not defined"),
    ("term", "The key is *safe*, or idempotent.", "3: undefined-term: “idempotent” is not defined"),
    ("long", LONG, "4: long-sentence: a sentence of 41 words; divide it: 40 are the most"),
    ("hard", HARD, "3: reading-grade: a reading grade of "),
    ("note", "> [!NOTE]\n> It is very good.", "4: wordy: “very”: leave it out"),
];

const LONG: &str = "It is short.
You take one and two and three and four and five and six and seven and eight and nine and ten and eleven and twelve and \
`more` and more and more and more and more and more and more, and end.";

const HARD: &str = "Organisational responsibilities for international immigration documentation necessarily accumulate \
considerable administrative complications.";

/// Right in all that the faults above are wrong in.
const RIGHT: &str = "\
# The RPO

The RPO (recovery point on disk) is {{contract limit.utilize}}. A keyed hash (HMAC) is *idempotent*. See <http://simply.example/color>.
A glossary has the cursors and the TTL. `utilise` is code. The RPO again, by HMAC-SHA256. It has just come. “Simply” is a word.

> Please utilise our powerful color.

> [!NOTE]
> A note is the page's own.

```text
Simply utilize the seamless RTO.
```

<div class=\"simply\">

[Call](simply.md) it.

</div>
";

#[test]
fn each_fault_is_found_where_it_stands_and_nothing_else_is() {
    let Some(tree) = tree() else { return };
    let page = |name: &str, text: &str| write(&tree.path().join(format!("src/{name}.md")), text);
    page("right", RIGHT);
    page(
        "glossary",
        "# Glossary\n\nCursor\n: A mark in a list.\n\nTTL (time to live), SHA-256\n: How long it lasts.\n",
    );
    for (name, text, _) in FAULTS {
        let text = if name == "hard" { [text; 10].join(" ") } else { text.to_owned() };
        page(name, &format!("# Page\n\n{text}\n"));
    }

    let output = lint(&tree, &["src"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).expect("UTF-8");
    let mut expected = FAULTS.map(|(name, _, finding)| format!("src/{name}.md:{finding}"));
    expected.sort();
    let lines = report.lines().collect::<Vec<_>>();
    let (end, findings) = lines.split_last().expect("a last line");
    assert_eq!(*end, "10 findings on 12 pages", "{report}");
    for (finding, expected) in findings.iter().zip(&expected) {
        assert!(finding.starts_with(expected), "expected {expected}\ngot      {finding}");
    }
}

#[test]
fn an_abbreviation_that_all_know_and_none_uses_is_a_finding() {
    let Some(tree) = tree() else { return };
    write(&tree.path().join("src/page.md"), "# Page\n\nIt is HTML.\n");
    let report = String::from_utf8(lint(&tree, &[]).stdout).expect("UTF-8");
    assert!(report.contains("common-unused: no page uses “TOML”"), "{report}");
    assert!(!report.contains("“HTML”"), "{report}");
}

#[test]
fn a_wrong_command_line_is_refused() {
    let Some(tree) = tree() else { return };
    for arguments in [["--grade"], ["nowhere.md"]] {
        let output = lint(&tree, &arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(arguments[0]), "{output:?}");
    }
}
