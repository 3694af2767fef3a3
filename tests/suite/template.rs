//! `proofbook new`: what it makes is tested as the CI file in it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{repository, stderr};
use crate::tools;

const PROOFBOOK: &str = env!("CARGO_BIN_EXE_proofbook");

fn scratch() -> TempDir {
    TempDir::with_prefix("proofbook-suite-").expect("a folder")
}

fn new(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new(PROOFBOOK).arg("new").args(arguments).current_dir(folder).output().expect("the binary starts")
}

/// Makes a project from a template.
fn made(template: &str) -> (TempDir, String) {
    let folder = scratch();
    let output = new(folder.path(), &["visa-sync", "--template", template]);
    assert!(output.status.success(), "{}", stderr(&output));
    (folder, String::from_utf8(output.stdout).expect("text"))
}

/// Runs the steps of a project's CI file, but those that install something, as a runner would.
fn run_ci(project: &Path, env: &[(&str, &Path)]) {
    let text = fs::read_to_string(project.join(".github/workflows/ci.yml")).expect("a CI file");
    let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
    let mut ran = Vec::new();
    for step in workflow["jobs"]["test"]["steps"].as_array().expect("steps") {
        let (Some(name), Some(run)) = (step["name"].as_str(), step["run"].as_str()) else { continue };
        if name.starts_with("Install ") {
            continue;
        }
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", run]).current_dir(project);
        command.env("PROOFBOOK", PROOFBOOK).env("CI", "true").envs(env.iter().copied());
        tools::run(&mut command);
        ran.push(name);
    }
    assert_eq!(ran, ["Formatting", "Lints", "Tests"]);
}

/// The validator on a project that is started with this command: nothing is left to mend.
async fn reaches_gold(program: &[&str], env: &[&str]) {
    let settings = [
        &["--webhooks", "http://127.0.0.1:{port}/webhooks", "--done", "worked on"][..],
        &["--env", "PORT={port}", "--env", "DATABASE_PATH={scratch}/integration.db"],
        &["--env", "POLL_SECONDS=0.5", "--env", "RETRY_SECONDS=0.3"],
        // A machine that does much else answers late.
        &["--within", "60", "--answers-within", crate::validate::PATIENT],
        env,
    ];
    let (code, report) = crate::validate::client(&settings.concat(), program).await;
    assert_eq!((code, &report["level"]), (Some(0), &serde_json::json!("gold")), "{report:#}");
    let points = report["points"].as_array().expect("points");
    let unused: Vec<_> =
        points.iter().filter(|point| point["outcome"] == "not-used").map(|point| &point["id"]).collect();
    assert_eq!((points.len(), unused), (41, vec![&serde_json::json!("same-idempotency-key")]));
}

/// All files of a folder by their paths, without the marks by which pages quote them.
fn files(root: &Path) -> BTreeMap<String, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let path = entry.strip_prefix(root).expect("below it").to_string_lossy().into_owned();
            if entry.is_dir() && path != ".git" {
                folders.push(entry);
            } else if entry.is_file() {
                let text = fs::read_to_string(&entry).expect("text");
                let unmarked = text.split_inclusive('\n').filter(|line| !line.contains(" ANCHOR"));
                found.insert(path, unmarked.collect());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_rust_project_passes_its_own_ci_and_reaches_gold() {
    let (folder, said) = made("rust");
    assert!(said.contains("Begin with src/work.rs.") && said.contains("cargo test"), "{said}");
    // What the workspace has compiled is not compiled again.
    let target = Path::new(PROOFBOOK).ancestors().nth(2).expect("the target directory");
    let project = folder.path().join("visa-sync");
    run_ci(&project, &[("CARGO_TARGET_DIR", target)]);
    let mut build = Command::new("cargo");
    tools::run(build.args(["build", "--locked"]).current_dir(&project).env("CARGO_TARGET_DIR", target));
    reaches_gold(&[&target.join("debug/integration").display().to_string()], &[]).await;
}

#[tokio::test]
async fn a_python_project_passes_its_own_ci_and_reaches_gold() {
    let (folder, said) = made("python");
    assert!(said.contains("Begin with integration/work.py.") && said.contains("pytest"), "{said}");
    let project = folder.path().join("visa-sync");
    let Some(programs) = tools::python_of(&project.join("requirements-dev.txt")) else { return };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let python = programs.join("python").display().to_string();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).expect("a path");
    run_ci(&project, &[("PATH", Path::new(&path))]);
    let folder = format!("PYTHONPATH={}", project.display());
    reaches_gold(&[&python, "-m", "integration"], &["--env", &folder]).await;
}

#[test]
fn cargo_generate_makes_the_same() {
    let Some(program) = tools::cargo_generate() else { return };
    for template in ["rust", "python"] {
        let (folder, _) = made(template);
        let other = scratch();
        let mut generate = Command::new(&program);
        generate.args(["generate", "--silent", "--name", "visa-sync", "--path"]);
        generate.arg(repository().join("examples/integrations/template").join(template));
        tools::run(generate.current_dir(other.path()));
        let (mut ours, theirs) = (files(&folder.path().join("visa-sync")), files(&other.path().join("visa-sync")));
        // It does not know the lock file; cargo writes the name into it at the first build.
        if let Some(lock) = ours.get_mut("Cargo.lock") {
            assert_eq!(lock.matches("\"visa-sync\"").count(), 1);
            *lock = lock.replace("\"visa-sync\"", "\"policy-integration\"");
        }
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&theirs));
        for (path, text) in ours {
            assert_eq!(Some(&text), theirs.get(&path), "{path}");
        }
    }
}

#[test]
fn a_template_and_its_working_copy_differ_in_the_name_alone() {
    for (template, file) in [("rust", "Cargo.toml"), ("python", "pyproject.toml")] {
        let read = |name: &str| {
            let path = repository().join("examples/integrations/template").join(template).join(name);
            fs::read_to_string(path).expect("a file")
        };
        let filled = read(&format!("{file}.liquid")).replace("{{project-name}}", "policy-integration");
        assert_eq!(filled, read(file), "copy {file} to {file}.liquid, with {{{{project-name}}}} for the name");
        assert!(!filled.contains("{{") && !filled.contains("{%"), "{filled}");
    }
}

#[test]
fn nothing_is_overwritten() {
    let (folder, _) = made("rust");
    let work = folder.path().join("visa-sync/src/work.rs");
    fs::write(&work, "mine").expect("a file");
    let again = new(folder.path(), &["visa-sync", "--template", "python"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("the folder is there already, and not empty"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(work).expect("a file"), "mine");
}

#[test]
fn a_name_that_can_not_be_is_refused() {
    let folder = scratch();
    for (name, why) in [
        ("Visa", "lowercase"),
        ("../visa", "lowercase"),
        ("-visa", "unexpected argument"),
        ("visa-", "lowercase"),
        ("tokio", "a crate that the project needs"),
    ] {
        let output = new(folder.path(), &[name, "--template", "rust"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
