//! What is compiled for the tests serves whoever runs one package, and a build script too.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::repository;

const MEND: &str = "add to crates/workspace-hack/Cargo.toml, to both tables, what is missing";

/// Each package that these arguments compile, with its features.
fn compiled(arguments: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new("cargo");
    command.args(["tree", "--locked", "--prefix", "none", "--format", "{p} {f}"]).args(arguments);
    let output = command.current_dir(repository()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| line.trim().trim_end_matches(" (*)").trim().to_owned()).collect()
}

#[test]
fn whoever_runs_one_package_compiles_no_dependency_anew() {
    let all = compiled(&["--workspace"]);
    for arguments in [
        &["--package", "proofbook", "--edges", "normal,build"][..],
        &["--package", "fake-slack", "--edges", "normal,build"],
        // `cargo run --example` compiles what its tests need.
        &["--package", "policy-aggregator"],
    ] {
        let other: Vec<_> = compiled(arguments).into_iter().filter(|package| !all.contains(package)).collect();
        assert_eq!(other, Vec::<String>::new(), "{arguments:?}: {MEND}");
    }
}

#[test]
fn what_a_build_script_needs_is_compiled_once() {
    let all = compiled(&["--workspace", "--edges", "normal,build"]);
    let version = |package: &str| package.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut seen = BTreeSet::new();
    let twice: Vec<_> =
        all.iter().map(|package| version(package)).filter(|package| !seen.insert(package.clone())).collect();
    assert_eq!(twice, Vec::<String>::new(), "{MEND}");
}
