//! `proofbook validate`: the samples pass at the highest level, and each wrong integration fails where it is wrong.
//!
//! - [`wrong`]: receivers that do one thing wrongly
//! - `client.py`, `client.rs`: a client that does one thing wrongly, by hand and on the client library

pub(crate) mod wrong;

use std::collections::BTreeSet;

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::sender::SECRET;
use crate::support::{PATIENCE, command, stderr};
use crate::tools;
use wrong::Wrong;

/// The report on a receiver that must answer within some seconds, and the exit code.
pub(crate) async fn receiver(url: &str, within: &str) -> (Option<i32>, Value) {
    let mut command = command(&["validate", "receiver", url, "--json", "--within", within]);
    let output = command.env("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).kill_on_drop(true).output();
    let output = timeout(PATIENCE, output).await.expect("it ends").expect("it starts");
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))))
}

/// A machine that does much else answers late.
pub(crate) const PATIENT: &str = "10";

/// The points that do not pass.
fn failed(report: &Value) -> BTreeSet<&str> {
    let points = report["points"].as_array().expect("points");
    points
        .iter()
        .filter(|point| point["outcome"] == "fail" || point["outcome"] == "not-shown")
        .filter_map(|point| point["id"].as_str())
        .collect()
}

#[tokio::test]
async fn a_receiver_that_does_all_of_it_reaches_gold() {
    let (code, report) = receiver(&wrong::start(None).await, PATIENT).await;
    assert_eq!((code, &report["level"]), (Some(0), &json!("gold")), "{report:#}");
    assert_eq!(report["points"].as_array().expect("points").len(), 21);
}

#[tokio::test]
async fn each_wrong_receiver_fails_where_it_is_wrong() {
    let wrongs = [
        (Wrong::TakesEverySignature, &["forged-signature", "changed-body"][..], None),
        (Wrong::TakesTheUnsigned, &["unsigned"], None),
        (Wrong::TakesTheOld, &["stale"], Some("bronze")),
        (Wrong::TakesTheFuture, &["future"], Some("bronze")),
        (Wrong::SaysWhy, &["tells-nothing"], Some("bronze")),
        (Wrong::RefusesADuplicate, &["duplicate"], Some("bronze")),
        (Wrong::RefusesAnUnknownEvent, &["unknown-event"], Some("bronze")),
        (Wrong::RefusesANewField, &["new-event-field"], Some("bronze")),
        (Wrong::RefusesAnOlderChange, &["out-of-order"], Some("silver")),
        (Wrong::LooksAtTheFirstSignature, &["two-signatures"], Some("silver")),
        (Wrong::TakesOnlySmallBodies, &["large"], Some("silver")),
        (Wrong::TakesFewAtOnce, &["many"], Some("silver")),
        (Wrong::WorksBeforeItAnswers, &["quick"], Some("bronze")),
        (Wrong::BreaksOnMalformedJson, &["malformed"], Some("bronze")),
        (Wrong::BreaksOnWhatIsNoEvent, &["no-event"], Some("bronze")),
        (Wrong::ReadsAnyBody, &["huge"], Some("silver")),
        (Wrong::ParsesBeforeItVerifies, &["exact-bytes"], None),
        (Wrong::ServesOneAfterTheOther, &["slow-sender"], Some("silver")),
    ];
    let one = async |(wrong, points, level): (Wrong, &'static [&'static str], Option<&'static str>)| {
        let within = if wrong == Wrong::WorksBeforeItAnswers { "1" } else { PATIENT };
        let (code, report) = receiver(&wrong::start(Some(wrong)).await, within).await;
        let expected: BTreeSet<&str> = points.iter().copied().collect();
        assert_eq!(failed(&report), expected, "{wrong:?}: {report:#}");
        assert_eq!((code, &report["level"]), (Some(1), &json!(level)), "{wrong:?}");
        let point = report["points"].as_array().expect("points").iter().find(|point| point["id"] == points[0]);
        let point = point.expect("the point");
        assert!(point["evidence"][0].as_str().is_some_and(|seen| seen.contains(" in ")), "{point}");
    };
    // Each waits for a slow sender most of the time.
    futures::stream::iter(wrongs).map(one).buffer_unordered(2).collect::<()>().await;
}

#[tokio::test]
async fn nobody_there_is_no_level() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let (code, report) = receiver(&format!("http://{nobody}/"), PATIENT).await;
    assert_eq!((code, &report["level"]), (Some(1), &Value::Null));
    assert!(report.to_string().contains("no connection"), "{report:#}");
    for url in ["http://10.0.0.5/", "https://169.254.169.254/"] {
        let mut command = command(&["validate", "receiver", url, "--secret", SECRET]);
        let output = timeout(PATIENCE, command.output()).await.expect("it ends").expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn a_person_reads_what_failed_and_where_to_mend_it() {
    let url = wrong::start(Some(Wrong::SaysWhy)).await;
    let folder = tempfile::TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let mut command = command(&["validate", "receiver", &url, "--secret", SECRET]);
    command.args(["--within", PATIENT, "--junit", &file("report.xml"), "--html", &file("report.html")]);
    let output = timeout(PATIENCE, command.output()).await.expect("it ends").expect("it starts");
    for (name, parts) in [
        ("report.xml", ["name=\"tells-nothing\"", "failures=\"1\""]),
        ("report.html", ["<code>tells-nothing</code>", "20 of 21 points pass: bronze is reached."]),
    ] {
        let text = std::fs::read_to_string(file(name)).expect("the file");
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(&SECRET["whsec_".len()..]), "{text}");
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "FAIL       silver  tells-nothing",
        "read https://docs.policyaggregator.example/integrations/webhook-receiver.html",
        "20 of 21 points pass: bronze is reached.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(&SECRET["whsec_".len()..]));
}

/// The report on a program, started with these options and this command.
pub(crate) async fn client(options: &[&str], program: &[&str]) -> (Option<i32>, Value) {
    let mut command = command(&["validate", "client", "--json"]);
    let output = command.args(options).arg("--").args(program).kill_on_drop(true).output();
    let output = timeout(PATIENCE * 2, output).await.expect("it ends").expect("it starts");
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))))
}

/// The report on the client that does this wrong.
async fn wrong_client(wrong: &str) -> (Option<i32>, Value) {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/suite/validate/client.py");
    client(&["--within", "60"], &["python3", program, "{scratch}", wrong]).await
}

#[tokio::test]
async fn a_client_that_does_all_of_it_reaches_gold() {
    for (kind, unused) in [("", 0), ("job", 1)] {
        let (code, report) = wrong_client(kind).await;
        assert_eq!((code, &report["level"]), (Some(0), &json!("gold")), "{kind} {report:#}");
        let points = report["points"].as_array().expect("points");
        assert_eq!(points.len(), 20);
        assert_eq!(points.iter().filter(|point| point["outcome"] == "not-used").count(), unused, "{report:#}");
        let cited = points.iter().filter(|point| point["evidence"].to_string().contains("(req_")).count();
        assert!(cited >= 16 - unused, "{report:#}");
    }
}

#[tokio::test]
async fn each_wrong_client_fails_where_it_is_wrong() {
    let wrongs = [
        ("job:no-key", &["authenticates", "runs"][..], None),
        ("job:prints-its-key", &["keeps-secrets"], None),
        ("job:library-name", &["user-agent"], Some("bronze")),
        ("job:breaks-the-contract", &["keeps-contract", "runs"], None),
        ("job:stops-after-page-one", &["pages"], None),
        ("job:refuses-new-fields", &["new-field"], Some("bronze")),
        ("job:refuses-new-values", &["new-value"], Some("bronze")),
        ("job:no-deduplication", &["once"], Some("bronze")),
        ("job:dies-of-a-cut-answer", &["cut-answer"], Some("bronze")),
        ("job:dies-of-a-dropped-connection", &["dropped"], Some("bronze")),
        ("job:fixed-waits", &["backs-off"], Some("bronze")),
        ("job:retries-400", &["stops-at-400"], Some("bronze")),
        ("job:retries-401", &["stops-at-401"], Some("bronze")),
        ("job:retries-403", &["stops-at-403"], Some("bronze")),
        ("job:retries-404", &["stops-at-404"], Some("bronze")),
        ("job:new-idempotency-key", &["same-idempotency-key"], Some("bronze")),
        ("job:ignores-retry-after", &["waits", "within-limit"], None),
        ("unconditional", &["conditional"], Some("silver")),
    ];
    let one = async |(wrong, points, level): (&'static str, &'static [&'static str], Option<&'static str>)| {
        let (code, report) = wrong_client(wrong).await;
        let hindered: BTreeSet<&str> = failed(&report);
        assert_eq!(hindered, points.iter().copied().collect(), "{wrong}: {report:#}");
        assert_eq!((code, &report["level"]), (Some(1), &json!(level)), "{wrong}");
        assert!(!report.to_string().contains("pa_test_"), "{wrong}: {report:#}");
    };
    futures::stream::iter(wrongs).map(one).buffer_unordered(3).collect::<()>().await;
}

#[tokio::test]
async fn each_way_round_the_library_fails_where_it_is_wrong() {
    let program = tools::rust("examples/wrong-client").display().to_string();
    let wrongs = [
        ("", &[][..], Some("gold")),
        ("prints-its-key", &["keeps-secrets"], None),
        ("stops-after-page-one", &["pages"], None),
        ("no-deduplication", &["once"], Some("bronze")),
        ("retries-400", &["stops-at-400"], Some("bronze")),
        ("new-idempotency-key", &["same-idempotency-key"], Some("bronze")),
        ("ignores-retry-after", &["waits", "within-limit"], None),
    ];
    let one = async |(wrong, points, level): (&'static str, &'static [&'static str], Option<&'static str>)| {
        let options = ["--within", "60", "--done", "done chg_"];
        let (code, report) = client(&options, &[&program, "{scratch}", wrong]).await;
        assert_eq!(failed(&report), points.iter().copied().collect(), "{wrong}: {report:#}");
        let found = i32::from(level != Some("gold"));
        assert_eq!((code, &report["level"]), (Some(found), &json!(level)), "{wrong}");
    };
    futures::stream::iter(wrongs).map(one).buffer_unordered(3).collect::<()>().await;
}

/// The report on a deployment, with a key of its own.
async fn live(url: &str, options: &[&str]) -> (Option<i32>, Value) {
    let mut command = command(&["validate", "live", url, "--json", "--key", "pa_test_live_0123456789"]);
    let output = timeout(PATIENCE, command.args(options).output()).await.expect("it ends").expect("it starts");
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))))
}

#[tokio::test]
async fn a_deployment_that_keeps_the_contract_is_only_read() {
    let sandbox = proofbook_sandbox::Sandbox::start().await.expect("a sandbox");
    let (code, report) = live(sandbox.url(), &[]).await;
    assert_eq!((code, failed(&report)), (Some(0), BTreeSet::new()), "{report:#}");
    let operations = sandbox.contract().operations().len();
    assert_eq!(report["points"].as_array().expect("points").len(), operations + 3, "{report:#}");
    let exchanges = sandbox.exchanges();
    assert!(exchanges.len() > 10 && exchanges.iter().all(|exchange| exchange.method == "GET"), "{exchanges:?}");
}

#[tokio::test]
async fn what_is_written_to_a_deployment_is_deleted_again() {
    let sandbox = proofbook_sandbox::Sandbox::start().await.expect("a sandbox");
    let (code, report) = live(sandbox.url(), &["--allow-writes"]).await;
    assert_eq!((code, failed(&report)), (Some(0), BTreeSet::new()), "{report:#}");
    let exchanges = sandbox.exchanges();
    let count = |method: &str| exchanges.iter().filter(|exchange| exchange.method == method).count();
    assert_eq!((count("POST"), count("PATCH"), count("DELETE")), (3, 1, 1));
    let last = exchanges.last().expect("a call");
    assert_eq!((last.operation.as_deref(), last.status), (Some("getWebhook"), Some(404)));
    let secret = exchanges.iter().find_map(|exchange| {
        let body: Value = serde_json::from_str(&exchange.response_body).ok()?;
        body["secret"].as_str().map(str::to_owned)
    });
    assert!(!report.to_string().contains(&secret.expect("a secret")), "{report:#}");
}

#[tokio::test]
async fn a_deployment_that_has_drifted_fails_at_the_operations_that_have() {
    let sandbox = proofbook_sandbox::Sandbox::start().await.expect("a sandbox");
    let mut contract = sandbox.contract().document().clone();
    contract["components"]["schemas"]["Source"]["properties"]["name"] = json!({ "type": "integer" });
    let file = tempfile::NamedTempFile::with_suffix(".json").expect("a file");
    std::fs::write(file.path(), contract.to_string()).expect("the file");
    let (code, report) = live(sandbox.url(), &["--contract", &file.path().display().to_string()]).await;
    assert_eq!((code, failed(&report)), (Some(1), BTreeSet::from(["listSources", "getSource"])), "{report:#}");
    assert!(report.to_string().contains("/data/0/name"), "{report:#}");
}

#[tokio::test]
async fn a_private_address_is_no_deployment() {
    for url in ["http://10.0.0.5/", "https://169.254.169.254/", "https://[fd00::1]/"] {
        let mut command = command(&["validate", "live", url, "--key", "pa_test_live_0123456789"]);
        let output = timeout(PATIENCE, command.output()).await.expect("it ends").expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("nothing is sent there") && !stderr(&output).contains("pa_test"));
    }
}
