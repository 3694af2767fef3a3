//! The issue forms: GitHub takes them, their words are those of the handbook and of `support.toml`, and the pages lead to them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::repository;
use crate::tools;

/// Makes a form wrong in one way.
type Spoil = fn(&mut Value);

const SCHEMA: &str = include_str!("forms/schema.json");
/// The one that is no form.
const CONFIG: &str = "config.yml";

fn yaml(name: &str) -> Value {
    let path = repository().join(".github/ISSUE_TEMPLATE").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The forms, by the names of their files.
fn forms() -> Vec<(String, Value)> {
    let entries = fs::read_dir(repository().join(".github/ISSUE_TEMPLATE")).expect("the forms");
    let names = entries.map(|entry| entry.expect("a form").file_name().into_string().expect("UTF-8"));
    let forms: Vec<_> = names.filter(|name| name != CONFIG).map(|name| (name.clone(), yaml(&name))).collect();
    assert!(forms.len() >= 6, "{forms:?}");
    forms
}

/// What is wrong with a form: by the schema, and by the two rules that a schema can't say (GitHub's "Common validation errors
/// when creating issue forms").
fn faults(form: &Value) -> Vec<String> {
    let schema = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut faults: Vec<String> = validator.iter_errors(form).map(|error| error.to_string()).collect();
    let body = form["body"].as_array().into_iter().flatten();
    for (what, pointer) in [("id", "/id"), ("label", "/attributes/label")] {
        let mut seen = BTreeSet::new();
        let all = body.clone().filter_map(|element| element.pointer(pointer)?.as_str());
        faults.extend(all.filter(|one| !seen.insert(*one)).map(|one| format!("{what} `{one}` is there twice")));
    }
    faults
}

/// An element of a form.
fn element<'a>(form: &'a Value, id: &str) -> &'a Value {
    let found = form["body"].as_array().expect("a body").iter().find(|element| element["id"] == id);
    found.unwrap_or_else(|| panic!("no element `{id}` in {form:#}"))
}

fn organisation() -> Value {
    let text = fs::read_to_string(repository().join("support.toml")).expect("the file");
    toml::from_str(&text).expect("TOML")
}

#[test]
fn each_form_keeps_githubs_rules() {
    for (name, form) in forms() {
        assert_eq!(faults(&form), [""; 0], "{name}");
    }
}

#[test]
fn what_github_would_refuse_is_refused() {
    let right = yaml("integration-support.yml");
    let wrong: [(&str, Spoil); 15] = [
        ("no name", |form| drop(form.as_object_mut().expect("a form").remove("name"))),
        ("a name of blanks", |form| form["name"] = json!("  ")),
        ("a description that is no text", |form| form["description"] = json!(true)),
        ("a key that is none", |form| form["titel"] = json!("x")),
        ("an empty body", |form| form["body"] = json!([])),
        ("a body of notes alone", |form| {
            form["body"] = json!([{ "type": "markdown", "attributes": { "value": "x" } }]);
        }),
        ("a type that is none", |form| form["body"][1]["type"] = json!("select")),
        ("no attributes", |form| drop(form["body"][1].as_object_mut().expect("an element").remove("attributes"))),
        ("no label", |form| drop(form["body"][1]["attributes"].as_object_mut().expect("attributes").remove("label"))),
        ("no options", |form| form["body"][1]["attributes"]["options"] = json!([])),
        ("an option twice", |form| form["body"][1]["attributes"]["options"] = json!(["a", "a"])),
        ("an option that is no text", |form| form["body"][1]["attributes"]["options"] = json!([true])),
        ("an id with a space", |form| form["body"][1]["id"] = json!("a b")),
        ("an id twice", |form| form["body"][2]["id"] = form["body"][1]["id"].clone()),
        ("a label twice", |form| {
            form["body"][2]["attributes"]["label"] = form["body"][1]["attributes"]["label"].clone()
        }),
    ];
    for (what, spoil) in wrong {
        let mut form = right.clone();
        spoil(&mut form);
        assert_ne!(form, right, "{what}");
        assert!(!faults(&form).is_empty(), "{what} is taken");
    }
}

#[test]
fn they_hold_by_the_public_schemas() {
    let lock = repository().join("tests/blocks/python/requirements.txt");
    let Some(programs) = tools::python_of(&lock) else { return };
    let folder = repository().join(".github/ISSUE_TEMPLATE");
    let check = |schema: &str, names: Vec<String>| {
        let mut check = Command::new(programs.join("check-jsonschema"));
        check.args(["--builtin-schema", schema]).args(names.iter().map(|name| folder.join(name)));
        tools::run(&mut check);
    };
    check("vendor.github-issue-forms", forms().into_iter().map(|(name, _)| name).collect());
    check("vendor.github-issue-config", vec![CONFIG.to_owned()]);
}

#[test]
fn severities_and_addresses_are_those_of_support_toml() {
    let organisation = organisation();
    let severities = organisation["severity"].as_array().expect("severities").iter();
    let severities: Vec<&Value> = severities.map(|one| &one["name"]).collect();
    for name in ["integration-support.yml", "escalation.yml"] {
        let form = yaml(name);
        let options = element(&form, "severity")["attributes"]["options"].as_array().expect("options");
        assert_eq!(options.iter().collect::<Vec<_>>(), severities, "{name}");
    }
    let links = yaml(CONFIG)["contact_links"].as_array().expect("links").clone();
    let urls: Vec<&str> = links.iter().filter_map(|link| link["url"].as_str()).collect();
    let text = |name: &str| organisation["contact"][name].as_str().expect("an address");
    let page = format!("{}/support/getting-help.html#5-send-it", text("handbook"));
    assert_eq!(urls, [page, text("status").to_owned()]);
}

#[tokio::test]
async fn the_form_asks_for_the_lines_that_the_bundle_prints() {
    let folder = tempfile::TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let mut command = crate::support::command(&["support", "bundle"]);
    command.current_dir(folder.path()).env_remove("POLICY_AGGREGATOR_API_KEY");
    let output =
        tokio::time::timeout(crate::support::PATIENCE, command.output()).await.expect("it ends").expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let form = yaml("integration-support.yml");
    let asked = element(&form, "bundle-summary")["attributes"]["placeholder"].as_str().expect("a placeholder");
    let labels = |text: &str| text.lines().map(|line| line.chars().take(11).collect::<String>()).collect::<Vec<_>>();
    let printed = labels(printed.split("\n\n").next().expect("the lines"));
    assert_eq!(labels(asked), printed);
    assert_eq!(printed.len(), 9);
}

#[test]
fn the_levels_are_those_of_the_validator() {
    for (name, id) in
        [("integration-review.yml", "level"), ("integration-review.yml", "wanted"), ("showcase.yml", "level")]
    {
        let form = yaml(name);
        assert_eq!(element(&form, id)["attributes"]["options"], json!(["bronze", "silver", "gold"]), "{name}");
    }
}

/// The options of a dropdown.
fn options(form: &Value, id: &str) -> Vec<String> {
    let options = element(form, id)["attributes"]["options"].as_array().expect("options").iter();
    options.map(|option| option.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn a_page_asks_for_the_reasons_that_its_form_has() {
    let text = fs::read_to_string(repository().join("book.toml")).expect("the settings");
    let settings: toml::Value = toml::from_str(&text).expect("TOML");
    let feedback = &settings["preprocessor"]["proofbook"]["feedback"];
    let reasons = ["yes", "no"].iter().flat_map(|answer| feedback[*answer].as_array().expect("reasons"));
    let reasons: Vec<_> = reasons.filter_map(toml::Value::as_str).collect();
    let form = yaml(feedback["template"].as_str().expect("a file"));
    assert_eq!(options(&form, "reason"), reasons);
    // What the page fills in, and `proofbook feedback summary` reads.
    for (id, label) in [("page", "Page"), ("version", "Version"), ("block", "Block"), ("reason", "Reason")] {
        assert_eq!(element(&form, id)["attributes"]["label"], label);
    }
}

#[test]
fn the_form_of_the_showcase_asks_for_what_an_entry_has() {
    let text = fs::read_to_string(repository().join("community/showcase.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let form = yaml("showcase.yml");
    let required = schema["required"].as_array().expect("names");
    for name in schema["properties"].as_object().expect("properties").keys() {
        let must = element(&form, name)["validations"]["required"] == true;
        assert_eq!(must, required.contains(&json!(name)), "{name}");
    }
    let of_entry =
        |pointer: &str| serde_json::from_value::<Vec<String>>(schema.pointer(pointer).expect("words").clone());
    for (id, pointer) in [("patterns", "/properties/patterns/items/enum"), ("judged-by", "/properties/judged-by/enum")]
    {
        assert_eq!(options(&form, id), of_entry(pointer).expect("texts"), "{id}");
    }
}

#[test]
fn the_reasons_to_escalate_are_those_of_the_page() {
    let page = fs::read_to_string(repository().join("src/support/escalation.md")).expect("the page");
    let form = yaml("escalation.yml");
    for reason in element(&form, "reason")["attributes"]["options"].as_array().expect("options") {
        let reason = reason.as_str().expect("a text");
        assert!(page.contains(&format!("reason *{reason}*")), "{reason}");
    }
}

#[test]
fn each_page_leads_to_a_form_that_is_there() {
    let names: BTreeSet<String> = forms().into_iter().map(|(name, _)| name).collect();
    let mut linked = BTreeSet::new();
    for entry in fs::read_dir(repository().join("src/support")).expect("the pages") {
        let page = fs::read_to_string(entry.expect("a page").path()).expect("a page");
        for link in page.split("?template=").skip(1) {
            linked.insert(link.split(')').next().expect("a name").to_owned());
        }
    }
    let missing: Vec<_> = linked.difference(&names).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for name in ["integration-support.yml", "docs-bug.yml", "idea.yml", "integration-review.yml", "escalation.yml"] {
        assert!(linked.contains(name), "no page leads to {name}");
    }
}
