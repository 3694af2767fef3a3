//! The sample app for Zapier passes its own tests: each part by Zapier's own tester, against the sandbox.

use proofbook_sandbox::Sandbox;
use tokio::process::Command;
use tokio::time::timeout;

use crate::samples;
use crate::support::PATIENCE;

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
