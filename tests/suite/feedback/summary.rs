//! `proofbook feedback summary`: pages by what is open, from what GitHub exports; whatever strangers wrote in it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{repository, run, stderr};

fn fixture() -> PathBuf {
    repository().join("tests/suite/feedback/issues.json")
}

/// A file with this text, in a folder that goes with it.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("issues.json");
    fs::write(&path, text).expect("written");
    (folder, path)
}

/// What it prints of these files.
async fn summary(arguments: &[&str], files: &[&PathBuf]) -> String {
    let files = files.iter().map(|file| file.to_str().expect("UTF-8"));
    let arguments: Vec<&str> =
        ["feedback", "summary"].into_iter().chain(arguments.iter().copied()).chain(files).collect();
    let output = run(&arguments).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Exit code and message of what can't be read.
async fn refused(text: &str) -> String {
    let (_folder, path) = file(text);
    let output = run(&["feedback", "summary", path.to_str().expect("UTF-8")]).await;
    assert_eq!(output.status.code(), Some(2), "{text}");
    stderr(&output)
}

#[tokio::test]
async fn the_page_with_the_most_open_issues_comes_first() {
    let printed = summary(&["--json"], &[&fixture()]).await;
    let found: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!((&found["issues"], &found["open"]), (&json!(6), &json!(4)));
    let pages = found["pages"].as_array().expect("pages");
    let names: Vec<_> = pages.iter().map(|page| page["page"].as_str()).collect();
    let expected =
        [Some("integrations/webhook-receiver.md"), Some("integrations/slack-bot.md"), None, Some("quickstart.md")];
    assert_eq!(names, expected);
    let first = json!({
        "page": "integrations/webhook-receiver.md",
        "open": 2,
        "closed": 1,
        "oldest_open": "2026-03-11T17:05:00Z",
        "reasons": { "Code does not run": 2, "Out of date": 1 },
        "open_issues": [15, 18],
    });
    assert_eq!(pages[0], first);
}

#[tokio::test]
async fn the_rest_api_and_pages_of_it_are_read_too_and_nothing_counts_twice() {
    let one = |number: u64, extra: Value| {
        let mut issue = json!({
            "number": number,
            "state": "open",
            "created_at": "2026-03-04T05:06:07Z",
            "url": format!("https://api.github.com/repos/policy-aggregator/integration-handbook/issues/{number}"),
            "html_url": format!("https://github.com/policy-aggregator/integration-handbook/issues/{number}"),
            "labels": [{ "name": "docs" }],
            "body": "### Page\r\n\r\nsrc/integrations/slack-bot.md\r\n\r\n### Reason\r\n\r\nWrong, Unclear",
        });
        issue.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        issue
    };
    // Two pages of an answer, one after the other; a pull request; an issue of the other export.
    let text = format!(
        "{}\n{}",
        json!([one(18, json!({}))]),
        json!([[one(30, json!({})), one(31, json!({ "pull_request": {} }))]])
    );
    let (_folder, rest) = file(&text);
    let found: Value = serde_json::from_str(&summary(&["--json"], &[&fixture(), &rest]).await).expect("JSON");
    assert_eq!(found["issues"], 7);
    let pages = found["pages"].as_array().expect("pages");
    let bot = pages.iter().find(|page| page["page"] == "integrations/slack-bot.md").expect("the page");
    assert_eq!((&bot["open_issues"], &bot["reasons"]), (&json!([18, 30, 19]), &json!({ "Unclear": 3, "Wrong": 2 })));

    let labelled: Value =
        serde_json::from_str(&summary(&["--json", "--label", "idea"], &[&fixture(), &rest]).await).expect("JSON");
    assert_eq!((&labelled["issues"], &labelled["pages"][0]["open_issues"]), (&json!(1), &json!([11])));
}

#[tokio::test]
async fn what_a_stranger_wrote_reaches_no_terminal() {
    let body = "### Page\n\n\u{1b}[2J\u{202e}a.md\n\n### Reason\n\n\u{9b}31mWrong\u{7}";
    let issue = json!([{ "number": 1, "state": "OPEN", "createdAt": "2026-03-04T05:06:07Z", "body": body }]);
    let (_folder, path) = file(&issue.to_string());
    let printed = summary(&[], &[&path]).await;
    assert!(printed.contains("␛[2J\u{fffd}a.md") && printed.contains("\u{fffd}31mWrong␇ 1"), "{printed}");
    assert!(!printed.chars().any(|c| c.is_control() && c != '\n'), "{printed:?}");

    // Also where it is refused.
    let told = refused("[{\"number\": 1, \"createdAt\": \"2026-03-04T05:06:07Z\", \"state\": \"\\u001b[2J\"}]").await;
    assert!(told.contains("issue 1 (#1)") && told.contains("␛[2J"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told:?}");
}

#[tokio::test]
async fn what_is_no_export_is_refused_with_the_command_that_makes_one() {
    for (text, place) in [
        ("[{\"number\": 1,\n oops", ":2:"),
        ("{\"message\": \"Not Found\"}", "no list of issues"),
        ("[{\"number\": 7, \"state\": \"OPEN\"}]", "issue 1 (#7)"),
        ("[{\"number\": 7, \"state\": \"OPEN\", \"createdAt\": \"yesterday\"}]", "issue 1 (#7)"),
    ] {
        let told = refused(text).await;
        assert!(told.contains(place) && told.contains("gh issue list --state all"), "{told}");
    }
    let output = run(&["feedback", "summary", "/no/such/file.json"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/no/such/file.json"), "{}", stderr(&output));
    let (_folder, path) = file("[]");
    assert!(summary(&[], &[&path]).await.ends_with("0 issues, 0 open\n"));
}
