//! The GitHub Action: its steps, run here as a runner would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{copy_of, repository};
use crate::tools;

fn action() -> Value {
    let text = fs::read_to_string(repository().join("action.yml")).expect("action.yml");
    serde_saphyr::from_str(&text).expect("action.yml is YAML")
}

/// A text with each `${{ inputs.NAME }}` filled in.
fn filled(text: &str, inputs: &BTreeMap<String, String>) -> String {
    let text = inputs
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{{ inputs.{name} }}}}"), value));
    assert!(!text.contains("${{"), "an expression that no runner was asked for: {text}");
    text
}

/// Runs all steps in a checkout, up to the first that fails. Returns whether all succeeded, and what they printed.
fn run(checkout: &Path, given: &[(&str, &str)]) -> (bool, String) {
    let action = action();
    let declared = action["inputs"].as_object().expect("inputs");
    let mut inputs: BTreeMap<String, String> = declared
        .iter()
        .map(|(name, input)| (name.clone(), input["default"].as_str().expect("a default").to_owned()))
        .collect();
    for (name, value) in given {
        assert!(inputs.insert((*name).to_owned(), (*value).to_owned()).is_some(), "{name} is no input");
    }
    let mut printed = String::new();
    for step in action["runs"]["steps"].as_array().expect("steps") {
        assert_eq!(step["shell"], "bash");
        let mut command = Command::new("bash");
        // As GitHub starts it (its documentation, "defaults.run.shell").
        command.args([
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            &filled(step["run"].as_str().expect("run"), &inputs),
        ]);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, filled(value.as_str().expect("a text"), &inputs));
        }
        command.env("GITHUB_ACTION_PATH", repository()).env("CI", "true").current_dir(checkout);
        let output = command.output().expect("bash");
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        if !output.status.success() {
            return (false, printed + &String::from_utf8_lossy(&output.stderr));
        }
    }
    (true, printed)
}

#[test]
fn the_actions_steps_prove_a_book() {
    let checkout = copy_of("action");
    let (succeeded, printed) = run(checkout.path(), &[("book", "docs")]);
    assert!(succeeded, "{printed}");
    assert!(printed.contains("::notice") && !printed.contains("::error"), "{printed}");

    let page = checkout.path().join("docs/src/greetings.md");
    fs::write(&page, fs::read_to_string(&page).expect("the page").replace("echo \"hello", "echo \"good night"))
        .expect("written");
    let (succeeded, printed) = run(checkout.path(), &[("book", "docs"), ("page", "greet*"), ("language", "bash")]);
    assert!(!succeeded, "{printed}");
    assert!(printed.contains("::error file=docs/src/greetings.md,line=9,title=wrong-output::"), "{printed}");
}

#[test]
fn the_action_is_one_by_githubs_schema() {
    let lock = repository().join("tests/blocks/python/requirements.txt");
    let Some(programs) = tools::python_of(&lock) else { return };
    let check = programs.join("check-jsonschema");
    tools::run(
        Command::new(check).args(["--builtin-schema", "vendor.github-actions"]).arg(repository().join("action.yml")),
    );
}
