//! The sandbox under `schemathesis`: it generates calls from the contract, good and bad, and checks each answer.

use std::process::Command;

use proofbook_sandbox::Sandbox;

use crate::support::repository;
use crate::tools;

/// How many calls have to be generated at least.
const CASES: u64 = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_generated_calls_break_no_rule() {
    let Some(python) = tools::python() else { return };
    let sandbox = Sandbox::builder().rate_limit(u32::MAX).start().await.expect("the sandbox starts");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(python.join("st"));
    command
        .arg("--config-file")
        .arg(repository().join("tests/suite/fuzz/schemathesis.toml"))
        .arg("run")
        .arg(repository().join("contract/openapi.yaml"))
        .args(["--url", sandbox.url(), "--checks", "all", "--no-color", "--warnings", "off"])
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", sandbox.key()))
        .args(["--report", "ndjson", "--report-ndjson-path"])
        .arg(folder.path().join("events.ndjson"))
        .env("SCHEMATHESIS_HOOKS", repository().join("tests/suite/fuzz/hooks.py"))
        .env("NO_COLOR", "1")
        .current_dir(folder.path());
    let report = tokio::task::spawn_blocking(move || tools::run(&mut command)).await.expect("schemathesis runs");
    let generated =
        report.lines().find_map(|line| line.trim().split_once(" generated")?.0.replace(',', "").parse().ok());
    assert!(generated >= Some(CASES), "{CASES} calls wanted:\n{report}");
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}
