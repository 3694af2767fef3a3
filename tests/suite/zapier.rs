//! The sample app for Zapier passes its own tests, each part by Zapier's own tester, and the validator.
//!
//! - `zap.cjs`: what Zapier does around an app

use proofbook_sandbox::Sandbox;
use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::{PATIENCE, repository};
use crate::{samples, validate};

#[tokio::test]
async fn every_part_runs_in_zapiers_own_tester() {
    let Some(folder) = samples::node_folder("zapier") else { return };
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let mut npm = Command::new("npm");
    npm.arg("test").current_dir(folder.path()).env("POLICY_AGGREGATOR_BASE_URL", sandbox.url()).kill_on_drop(true);
    let output = timeout(PATIENCE, npm.output()).await.expect("it ends").expect("npm runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("\n# pass 8\n") && said.contains("\n# skipped 0\n"), "{said}");
}

#[tokio::test]
async fn it_reaches_gold() {
    let Some(folder) = samples::node_folder("zapier") else { return };
    let zap = repository().join("tests/suite/zapier/zap.cjs").display().to_string();
    let program = ["node", &zap, &folder.path().display().to_string(), "{scratch}/seen"];
    let (code, report) = validate::client(&["--within", "60", "--done", "started for"], &program).await;
    assert_eq!((code, &report["level"]), (Some(0), &json!("gold")), "{report:#}");
    let points = report["points"].as_array().expect("points");
    let passed = points.iter().filter(|point| point["outcome"] == "pass").count();
    // A Zap that was polled once asks for nothing again, on condition or not.
    assert_eq!((points.len(), passed), (20, 19), "{report:#}");
}
