//! The handbook itself: everything on every page holds, no fence is left out, each error leads to its entry, and the pages to look
//! things up in keep their form.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{PATIENCE, command, repository, site};

/// How many blocks the book has at least, so that a gate that finds none can't pass.
const AT_LEAST: usize = 220;

/// The opening fences of the pages' own text, by file.
fn fences(folder: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the pages").map(|entry| entry.expect("a page").path()) {
        if entry.is_dir() {
            count += fences(&entry);
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&entry).expect("a page");
            count += text.lines().filter(|line| line.trim_start().starts_with("```")).count() / 2;
        }
    }
    count
}

#[tokio::test]
async fn everything_in_the_handbook_holds() {
    let book = repository();
    let run = command(&["test", "--no-cache", "--report", "json", "--book", book.to_str().expect("UTF-8")]).output();
    let output = tokio::time::timeout(PATIENCE * 25, run).await.expect("the gate ends").expect("the gate runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    });
    let findings = report["findings"].as_array().expect("findings");
    let all: Vec<String> = findings.iter().map(|finding| format!("{finding:#}")).collect();
    assert!(findings.is_empty(), "{}", all.join("\n"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));

    let blocks = report["blocks"].as_array().expect("blocks");
    let skipped = blocks.iter().filter(|block| block["status"] == "skipped").count();
    assert!(blocks.iter().all(|block| block["status"] == "passed" || block["status"] == "skipped"), "{report:#}");
    assert!(skipped == 0 || std::env::var("CI").as_deref() != Ok("true"), "{:#}", report["lacking"]);
    assert!(blocks.len() >= AT_LEAST.max(fences(&book.join("src"))), "{} blocks", blocks.len());
}

/// The `type` of each problem in a document.
fn types_of_problems(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| types_of_problems(item, found)),
        Value::Object(fields) => {
            let place = fields.get("type").and_then(Value::as_str).filter(|_| fields.contains_key("code"));
            found.extend(place.map(str::to_owned));
            fields.values().for_each(|field| types_of_problems(field, found));
        }
        _ => {}
    }
}

#[test]
fn the_type_of_each_error_leads_to_its_entry() {
    let page = |name: &str| fs::read_to_string(site().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let contract: Value = serde_json::from_str(&page("openapi.json")).expect("JSON");
    let published = contract["externalDocs"]["url"].as_str().expect("the address of the book");

    let mut types = BTreeSet::new();
    types_of_problems(&contract, &mut types);
    let codes = &contract["components"]["schemas"]["ErrorCode"]["enum"];
    let mut missing: BTreeSet<&str> = codes.as_array().expect("codes").iter().filter_map(Value::as_str).collect();
    assert!(!missing.is_empty());
    let reference = page("reference/errors.html");
    for place in &types {
        let path = place.strip_prefix(published).unwrap_or_else(|| panic!("{place} is not in the book"));
        let (name, anchor) = path.split_once('#').expect("an entry");
        assert!(page(name).contains(&format!("id=\"{anchor}\"")), "{name} has no {anchor}");
        assert!(reference.contains(&format!("href=\"../{path}\"")), "the errors do not link to {path}");
        missing.remove(anchor);
    }
    assert!(missing.is_empty(), "no sample of an error leads to {missing:?}");
}

/// A page of the handbook.
fn page(path: &str) -> String {
    fs::read_to_string(repository().join("src").join(path)).expect("the page")
}

#[test]
fn the_glossary_is_in_order_and_each_term_leads_on() {
    let glossary = page("glossary.md");
    let entries: Vec<_> = glossary.split("\n\n").filter_map(|part| part.split_once("\n: ")).collect();
    assert!(entries.len() > 40, "{} terms", entries.len());
    let key = |term: &str| term.to_lowercase().replace('-', "");
    for pair in entries.windows(2) {
        assert!(key(pair[0].0) < key(pair[1].0), "`{}` stands before `{}`", pair[0].0, pair[1].0);
    }
    for (term, definition) in entries {
        assert!(definition.contains(".md"), "`{term}` leads nowhere");
    }
}

#[test]
fn the_answers_of_the_faq_are_short_and_lead_on() {
    let faq = page("faq.md");
    let questions: Vec<_> = faq.split("\n### ").skip(1).collect();
    assert!(questions.len() >= 20, "{} questions", questions.len());
    for question in questions {
        let (title, answer) = question.split_once('\n').expect("an answer");
        let answer = answer.split("\n## ").next().unwrap_or_default();
        let words: Vec<_> =
            answer.split("```").step_by(2).flat_map(str::lines).filter(|line| !line.is_empty()).collect();
        assert!(words.len() <= 5, "{title}: {} lines", words.len());
        assert!(words.iter().any(|line| line.contains(".md")), "{title} leads nowhere");
    }
}
