//! `proofbook support bundle`: no secret gets through, whatever form it takes, and what support needs does.
//!
//! - [`smuggle`]: the secrets, and the files that they hide in

mod smuggle;

use std::path::Path;
use std::process::Output;

use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::sender::SECRET;
use crate::support::{PATIENCE, command, http, stderr};

/// Where nobody answers.
fn nowhere() -> String {
    let address = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    format!("http://{address}")
}

fn folder() -> TempDir {
    TempDir::with_prefix("proofbook-suite-").expect("a folder")
}

/// The command with an environment of its own, in a folder.
fn bundle(folder: &Path, url: &str, key: Option<&str>, arguments: &[&str]) -> Command {
    let all: Vec<&str> = ["support", "bundle"].iter().chain(arguments).copied().collect();
    let mut command = command(&all);
    command.current_dir(folder).env("POLICY_AGGREGATOR_BASE_URL", url);
    command.env("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).env_remove("POLICY_AGGREGATOR_API_KEY");
    if let Some(key) = key {
        command.env("POLICY_AGGREGATOR_API_KEY", key);
    }
    command
}

/// Runs it. Answers with the bundle and what was printed.
async fn made(mut command: Command, folder: &Path) -> (Value, String) {
    let output = run(&mut command).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(folder.join("support-bundle.json")).expect("the bundle");
    (serde_json::from_str(&text).expect("JSON"), String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn run(command: &mut Command) -> Output {
    timeout(PATIENCE, command.kill_on_drop(true).output()).await.expect("it ends").expect("it starts")
}

#[tokio::test]
async fn no_secret_gets_through() {
    let (url, folder) = (nowhere(), folder());
    let files = smuggle::files();
    for (name, text) in &files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let mut arguments = vec!["--include"];
    arguments.extend(files.iter().map(|(name, _)| name.as_str()));
    let mut command = bundle(folder.path(), &url, Some(smuggle::KEY), &arguments);
    command.env("POLICY_AGGREGATOR_WEBHOOK_SECRET", format!("{} {}", smuggle::SECRET, smuggle::OLD_SECRET));
    command.envs(smuggle::ENVIRONMENT);
    let (bundle, printed) = made(command, folder.path()).await;
    for text in [serde_json::to_string_pretty(&bundle).expect("JSON"), printed] {
        let found = smuggle::found(&text);
        assert!(found.is_empty(), "{found:?}\n{text}");
    }
    // The test could not fail if nothing were read.
    assert_eq!(bundle["files"].as_array().map(Vec::len), Some(files.len()));
    for (name, text) in files {
        assert!(!smuggle::found(&format!("{name}\n{text}")).is_empty(), "{name} has nothing to hide");
    }
    for kind in [
        "API key",
        "webhook secret",
        "secret of the environment",
        "authorization or cookie",
        "token",
        "password in a URL",
        "field named as a secret",
        "private key",
        "e-mail address",
    ] {
        assert!(bundle["removed"][kind].as_u64().is_some_and(|count| count > 0), "{kind}: {}", bundle["removed"]);
    }
}

#[tokio::test]
async fn a_log_stays_useful() {
    let (sandbox, folder) = (Sandbox::start().await.expect("the sandbox"), folder());
    let (key, url) = (sandbox.key(), sandbox.url());
    let lines = [
        "2026-03-04T05:06:07Z INFO GET /api/v1/changes?limit=100&cursor=cur_000001943f2a1c8000000011 200 12 ms req_7KpQ2mX9vLcR4tYb",
        "2026-03-04T05:06:08Z WARN webhook evt_8jUi1KoL5pQaW3sE refused: wrong_signature v1,BoJgqCfNxsb1LL7YnG9Hp0BcOLcEGVjaBMZZ7uTEj4Y=",
        r#"{"at":"2026-03-04T05:06:09Z","status":429,"retry_after":7,"ratio":1.50,"code":"rate_limited","request_id":"req_1","token_type":"bearer"}"#,
        "  File \"/srv/app/main.py\", line 12, in <module> KeyError: 'route'",
        "listening on http://127.0.0.1:8080/webhooks, key pa_test_…4f2a, content_hash 9f86d081884c7d659a2feaa0c55ad015",
        "diff: -Fee: 75 EUR +Fee: 90 EUR, India → Germany; basic information, bearer authentication",
        r#"{"webhook-id":"evt_8jUi1KoL5pQaW3sE","webhook-timestamp":"1772600767","body":"{\"type\":\"webhook.test\",  \"data\":{}}"}"#,
    ];
    let secret = format!("2026-03-04T05:06:10Z DEBUG > Authorization: Bearer {key} > User-Agent: visa-sync/1.0");
    std::fs::write(folder.path().join("app.log"), format!("{}\n{secret}\n", lines.join("\n"))).expect("a file");
    let mut command = bundle(folder.path(), url, Some(key), &["--include", "app.log"]);
    command.env("PWD", "/srv/app").env("OLDPWD", "/srv/app");
    let (bundle, printed) = made(command, folder.path()).await;
    let kept: Vec<&str> =
        bundle["files"][0]["lines"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
    assert_eq!(kept[..lines.len()], lines);
    let print = bundle["environment"][1]["parts"][0]["sha256_start"].as_str().expect("a fingerprint");
    let left = format!(
        "2026-03-04T05:06:10Z DEBUG > Authorization: Bearer [removed: API key {print}] > User-Agent: visa-sync/1.0"
    );
    assert_eq!(kept[lines.len()..], [left]);
    assert_eq!(bundle["removed"], json!({ "API key": 1 }));

    let me = &bundle["api"]["me"];
    assert_eq!((&me["status"], &me["contract_kept"]), (&json!(200), &json!(true)), "{me}");
    let asked = sandbox.exchanges().into_iter().find(|one| one.target == "/api/v1/me").expect("the call");
    assert_eq!(me["request_id"], asked.request_id.as_str());
    for part in ["files      app.log (8 lines)", "removed    1 × API key", "Nothing was sent", &asked.request_id] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(sandbox.exchanges().iter().all(|one| one.method == "GET"), "it only reads");
}

#[tokio::test]
async fn two_sides_can_compare_a_key_and_nobody_can_use_it() {
    let (url, folder) = (nowhere(), folder());
    let key = "pa_test_4f2a4f2a4f2a4f2a4f2a";
    let (bundle, _) = made(bundle(folder.path(), &url, Some(&format!("\"{key}\" ")), &[]), folder.path()).await;
    assert!(!bundle.to_string().contains("4f2a4f2a"), "{bundle}");
    let (plain, _) = made(self::bundle(folder.path(), &url, Some(key), &[]), folder.path()).await;
    let described = &plain["environment"][1];
    let digest = sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), key));
    let start: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(described["parts"], json!([{ "kind": "pa_test_", "length": key.len(), "sha256_start": start }]));
    let odd = ["there is a space or a line end around it", "there are quotes around it"];
    assert_eq!(bundle["environment"][1]["odd"], json!(odd));
}

#[tokio::test]
async fn an_api_that_does_not_answer_is_recorded() {
    let folder = folder();
    for (url, key, why) in [
        (nowhere(), Some("pa_test_0123456789abcdef"), "the API does not answer"),
        (nowhere(), None, "POLICY_AGGREGATOR_API_KEY is not set"),
        ("http://api.example.com".to_owned(), Some("pa_test_0123456789abcdef"), "the address of the API can't be used"),
        (
            "https://me:hunter2hunter2@api.example.com".to_owned(),
            Some("pa_test_1"),
            "the address of the API can't be used",
        ),
    ] {
        let (bundle, printed) = made(bundle(folder.path(), &url, key, &[]), folder.path()).await;
        assert!(bundle["api"]["why"].as_str().is_some_and(|told| told.contains(why)), "{bundle:#}");
        assert!(printed.contains(why), "{printed}");
        assert!(!format!("{bundle}{printed}").contains("hunter2"), "{bundle:#}{printed}");
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_seen() {
    let folder = folder();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then).expect("a date");
    let answer = axum::Router::new().fallback(async move || ([("date", date)], "not what the contract says"));
    tokio::spawn(async move { axum::serve(listener, answer).await });
    let command = bundle(folder.path(), &url, Some("pa_test_0123456789abcdef"), &[]);
    let (bundle, printed) = made(command, folder.path()).await;
    let ahead = bundle["api"]["clock"]["seconds_ahead"].as_i64().expect("a number");
    assert!((599..=660).contains(&ahead), "{ahead}");
    assert_eq!(bundle["api"]["clock"]["webhooks_verify"], false);
    assert_eq!(bundle["api"]["me"]["contract_kept"], false);
    for part in ["no webhook verifies so", "contract BROKEN"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[tokio::test]
async fn deliveries_that_failed_are_told_without_the_address_or_the_body() {
    let (sandbox, folder) = (Sandbox::builder().rate_limit(100_000).start().await.expect("the sandbox"), folder());
    let (key, url) = (sandbox.key(), sandbox.url());
    let post = async |path: &str, body: Value| {
        let answer = http().post(format!("{url}{path}")).bearer_auth(key).json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}");
        answer.json::<Value>().await.expect("JSON")
    };
    let receiver = nowhere();
    let target = format!("{receiver}/hooks/canary-capability");
    let webhook = post("/api/v1/webhooks", json!({ "url": target, "events": ["change.detected"] })).await;
    let id = webhook["id"].as_str().expect("an id");
    let list = http().get(format!("{url}/api/v1/subscriptions")).bearer_auth(key).send().await.expect("an answer");
    let list: Value = list.json().await.expect("JSON");
    let followed = list["data"].as_array().expect("a list").iter().find(|one| one["active"] == true);
    let route = &followed.expect("a route that is followed")["route"]["id"];
    post("/sandbox/changes", json!({ "route_id": route })).await;
    let failed = async {
        loop {
            let path = format!("{url}/api/v1/webhooks/{id}/deliveries?status=failed");
            let answer = http().get(path).bearer_auth(key).send().await.expect("an answer");
            if answer.json::<Value>().await.expect("JSON")["data"][0].is_object() {
                return;
            }
        }
    };
    timeout(PATIENCE, failed).await.expect("the first attempt fails");
    let (bundle, printed) = made(bundle(folder.path(), url, Some(key), &[]), folder.path()).await;
    let failing = &bundle["api"]["webhooks"]["failing"];
    assert_eq!((&failing[0]["id"], &failing[0]["to"]), (&json!(id), &json!(receiver)), "{bundle:#}");
    let failed = &failing[0]["failed"][0];
    assert_eq!(
        (&failed["event_type"], &failed["response_status"]),
        (&json!("change.detected"), &Value::Null),
        "{failing:#}"
    );
    assert!(!bundle.to_string().contains("canary") && failed["request_body"].is_null(), "{bundle:#}");
    assert!(printed.contains("1, 1 failing, 1 deliveries failed"), "{printed}");
}

#[tokio::test]
async fn a_file_that_can_not_be_searched_is_refused_and_nothing_is_written() {
    let (url, folder) = (nowhere(), folder());
    std::fs::write(folder.path().join("app.log.gz"), [0x1f, 0x8b, 8, 0, 0]).expect("a file");
    std::fs::write(folder.path().join("big.log"), vec![b'a'; 5_000_001]).expect("a file");
    for (file, why) in [
        ("app.log.gz", "no text in UTF-8"),
        ("big.log", "too large"),
        ("none.log", "can't be read"),
        (".", "not a file"),
    ] {
        let output = run(&mut bundle(folder.path(), &url, None, &["--include", file])).await;
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(stderr(&output).contains(why) && stderr(&output).contains("fix"), "{}", stderr(&output));
    }
    assert!(!folder.path().join("support-bundle.json").exists());
    let output = run(&mut bundle(folder.path(), &url, None, &["--out", "no/such/folder.json"])).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (url, folder) = (nowhere(), folder());
    made(bundle(folder.path(), &url, None, &[]), folder.path()).await;
    let metadata = std::fs::metadata(folder.path().join("support-bundle.json")).expect("the bundle");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    // On standard output there is the bundle alone.
    let output = run(&mut bundle(folder.path(), &url, None, &["--out", "-"])).await;
    serde_json::from_slice::<Value>(&output.stdout).expect("JSON");
}
