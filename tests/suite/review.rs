//! The review calendar: what is overdue is a warning, what it does not cover a finding, and a scheduled job says so.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{copy_of, repository, run};

/// What `proofbook check` prints of a book as of a day, and its exit code.
async fn check(book: &Path, today: &str, more: &[&str]) -> (String, Option<i32>) {
    let book = book.to_str().expect("UTF-8");
    let output = run(&[&["check", "--book", book, "--today", today], more].concat()).await;
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

fn append(book: &Path, file: &str, text: &str) {
    let path = book.join(file);
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, before + text).expect("written");
}

#[tokio::test]
async fn a_page_is_overdue_on_the_day_after_it_was_due_and_that_is_a_warning() {
    let book = copy_of("review");
    assert_eq!(check(book.path(), "2026-01-20", &[]).await, ("All holds.\n".to_owned(), Some(0)));

    let (told, code) = check(book.path(), "2026-01-21", &[]).await;
    assert_eq!(code, Some(0), "{told}");
    let late = "src/pots.md:1: review-overdue: its review was due on 2026-01-20; it is the task of the potter";
    assert!(told.starts_with(late) && told.ends_with("All holds, with 1 warning.\n"), "{told}");
    assert!(told.contains("write the day into review.toml:7"), "{told}");

    let (json, code) = check(book.path(), "2026-02-01", &["--report", "json"]).await;
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let pages: Vec<&Value> = report["warnings"].as_array().expect("warnings").iter().map(|one| &one["page"]).collect();
    assert_eq!(pages, ["src/pots.md", "src/teas.md", "src/calendar/all.md"]);
    assert_eq!(
        (&report["summary"]["warnings"], &report["findings"], code),
        (&3.into(), &Value::Array(vec![]), Some(0))
    );
    let (github, _) = check(book.path(), "2026-01-21", &["--report", "github"]).await;
    assert!(github.starts_with("::warning file=src/pots.md,line=1,title=review-overdue::"), "{github}");
}

#[tokio::test]
async fn a_page_without_an_entry_and_an_entry_without_a_page_are_findings() {
    let book = copy_of("review");
    let text = fs::read_to_string(book.path().join("review.toml")).expect("the calendar");
    fs::write(book.path().join("review.toml"), text.replace("\"src/\"", "\"src/cups/\"")).expect("written");
    let (told, code) = check(book.path(), "2026-01-01", &[]).await;
    assert_eq!(code, Some(1), "{told}");
    for wanted in [
        "src/teas.md:1: review-missing: nobody has to review this page",
        "src/calendar/all.md:1: review-missing",
        "review.toml:1: review-unused: no page needs the entry for `src/cups/`",
        "3 findings.",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in:\n{told}");
    }
}

#[tokio::test]
async fn a_calendar_that_can_not_be_read_is_a_finding_on_its_line() {
    for (entry, line, word) in [
        ("[[review]]\npage = \"src/\"\n", 12, "missing field"),
        ("[[review]]\npage = \"src/\"\nrole = \"a\"\nreviewed = \"soon\"\nevery_days = 1\n", 15, "year"),
        ("[[review]]\npage = \"src/\"\nrole = \"a\"\nreviewed = \"9999-12-31\"\nevery_days = 9\n", 12, "no day"),
    ] {
        let book = copy_of("review");
        append(book.path(), "review.toml", entry);
        let (told, code) = check(book.path(), "2026-01-01", &[]).await;
        assert_eq!(code, Some(1), "{told}");
        assert!(told.starts_with(&format!("review.toml:{line}: invalid-syntax: ")) && told.contains(word), "{told}");
    }
}

#[tokio::test]
async fn a_book_without_a_calendar_is_asked_for_none() {
    let book = copy_of("review");
    fs::remove_file(book.path().join("review.toml")).expect("removed");
    assert_eq!(check(book.path(), "2099-01-01", &[]).await, ("All holds.\n".to_owned(), Some(0)));
}

#[tokio::test]
async fn the_book_shows_its_calendar_the_next_review_first() {
    let (book, site) = (copy_of("review"), TempDir::new().expect("a folder"));
    let (from, to) = (book.path().to_str().expect("UTF-8"), site.path().join("site"));
    let output = run(&["build", "--book", from, "--out", to.to_str().expect("UTF-8")]).await;
    assert!(output.status.success(), "{output:?}");
    let page = fs::read_to_string(to.join("calendar/all.html")).expect("the page");
    let pots = page.find("<a href=\"../pots.html\">Pots</a></td><td>potter</td><td>2026-01-10</td><td>2026-01-20</td>");
    let rest = page.find("all of </td>").or_else(|| page.find("all of</td>"));
    assert!(pots.is_some() && pots < rest, "{page}");
}

/// The steps of the workflow with a `run`, as GitHub would run them in a checkout. `programs` go before those of the machine.
fn workflow(checkout: &Path, programs: &Path) {
    let text = fs::read_to_string(repository().join(".github/workflows/review.yml")).expect("the workflow");
    let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
    let steps = workflow["jobs"]["remind"]["steps"].as_array().expect("steps");
    let mut ran = 0;
    for script in steps.iter().filter_map(|step| step["run"].as_str()) {
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("bash");
        // As GitHub starts it (its documentation, "defaults.run.shell").
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        let output = command.env("PATH", path).current_dir(checkout).output().expect("bash");
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    assert_eq!(ran, 2, "the steps with a command");
}

/// Writes a program that the steps call.
fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/usr/bin/env bash\nset -eu\n{script}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made a program");
}

#[tokio::test]
async fn the_scheduled_job_opens_an_issue_that_lists_what_is_overdue() {
    let (book, programs) = (copy_of("review"), TempDir::new().expect("a folder"));
    let binary = env!("CARGO_BIN_EXE_proofbook");
    // What stands behind the two dashes is for the program that cargo would build.
    let cargo = format!(
        "[ \"$*\" = 'run --locked -- check --overdue' ]\nshift 3\nexec {binary} \"$@\" --today \"$(cat today)\""
    );
    program(programs.path(), "cargo", &cargo);
    program(programs.path(), "gh", "printf '%s\\n' \"$@\" > asked.txt\ncat \"${@: -1}\" > issue.md");

    fs::write(book.path().join("today"), "2026-01-20").expect("written");
    workflow(book.path(), programs.path());
    assert!(!book.path().join("asked.txt").exists(), "nothing is overdue, so nothing is asked");

    fs::write(book.path().join("today"), "2026-01-21").expect("written");
    workflow(book.path(), programs.path());
    let asked = fs::read_to_string(book.path().join("asked.txt")).expect("gh was called");
    assert_eq!(asked.lines().take(4).collect::<Vec<_>>(), ["issue", "create", "--title", "Pages to review"]);
    let issue = fs::read_to_string(book.path().join("issue.md")).expect("its text");
    assert_eq!(issue, "- [ ] src/pots.md its review was due on 2026-01-20; it is the task of the potter\n");
}

#[tokio::test]
async fn every_page_of_the_handbook_has_a_reviewer() {
    let book = repository();
    let (json, _) = check(&book, "2026-11-27", &["--report", "json"]).await;
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let all =
        report["findings"].as_array().expect("findings").iter().chain(report["warnings"].as_array().expect("warnings"));
    let of_reviews: Vec<&Value> =
        all.filter(|one| one["code"].as_str().is_some_and(|code| code.starts_with("review-"))).collect();
    assert!(of_reviews.is_empty(), "{of_reviews:#?}");
}
