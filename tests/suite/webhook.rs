//! `proofbook webhook`: what it sends, receives, explains and repeats.

use std::path::Path;
use std::process::Output;

use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::sender::{Delivery, SECRET, test_event};
use crate::support::{PATIENCE, Proofbook, command, stderr};

const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Runs `proofbook webhook` to its end with the secret in its environment.
async fn webhook(arguments: &[&str]) -> Output {
    let all: Vec<&str> = ["webhook"].iter().chain(arguments).copied().collect();
    let output = command(&all).env("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).kill_on_drop(true).output();
    timeout(PATIENCE, output).await.expect("it ends").expect("it starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", said(output), stderr(output)))
}

/// A listener, and its address.
async fn listen(secret: &str, more: &[&str]) -> (Proofbook, String) {
    let arguments: Vec<&str> =
        ["webhook", "listen", "--port", "0", "--secret", secret].iter().chain(more).copied().collect();
    let listening = Proofbook::start(&arguments).await;
    let url = listening.webhooks();
    (listening, url)
}

/// A receiver that reads one request whole, answers so, and hands the request over.
pub(crate) async fn one_request(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let request = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut text = String::new();
        let mut part = [0; 4096];
        while !whole(&text) {
            let read = stream.read(&mut part).await.expect("a request");
            assert!(read > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&part[..read]));
        }
        stream.write_all(answer.as_bytes()).await.expect("an answer");
        text
    });
    (url, request)
}

fn whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[tokio::test]
async fn what_is_sent_is_genuine_and_what_is_spoilt_is_refused() {
    let (_listening, url) = listen(SECRET, &[]).await;
    for event in ["webhook.test", "change.detected", "source.failing", "source.recovered"] {
        let output = webhook(&["send", "--to", &url, "--event", event]).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).starts_with("good  204"), "{}", said(&output));
    }
    for how in ["signature", "body", "timestamp-old", "timestamp-future", "no-headers"] {
        let output = webhook(&["send", "--to", &url, "--tamper", how]).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).starts_with("good  401"), "{}", said(&output));
    }
    let output = webhook(&["send", "--to", &url, "--tamper", "duplicate", "--json"]).await;
    let sent = json_of(&output);
    assert_eq!(sent["deliveries"][0]["id"], sent["deliveries"][1]["id"]);
    assert_eq!(sent["summary"]["good"], 2);
}

#[tokio::test]
async fn the_sandbox_and_the_listener_agree() {
    let (mut listening, url) = listen(&format!("{OTHER} {SECRET}"), &[]).await;
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let sent = test_event(&sandbox, &url, "change.detected").await;
    assert_eq!(sent["response_status"], 204);
    let line = listening.says("change.detected").await;
    assert!(line.contains("genuine") && line.contains("→ 204"), "{line}");
}

#[tokio::test]
async fn a_receiver_that_takes_everything_is_found() {
    for how in ["signature", "body", "timestamp-old", "timestamp-future", "no-headers"] {
        let (url, _request) = one_request("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let output = webhook(&["send", "--to", &url, "--tamper", how]).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said(&output).starts_with("BAD   200") && said(&output).contains("took what is not genuine"),
            "{}",
            said(&output)
        );
    }
}

#[tokio::test]
async fn what_comes_back_is_explained() {
    for (answer, why) in [
        (
            "HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            "redirects are not followed",
        ),
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno", "is the secret the same there"),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "nobody takes a POST"),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", "410 disables the webhook"),
        ("HTTP/1.1 500 Oh\r\ncontent-length: 8\r\n\r\n\x1b[31mred", "it says: ␛[31mred"),
    ] {
        let (url, _request) = one_request(answer).await;
        let output = webhook(&["send", "--to", &url]).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(why), "{}", said(&output));
    }
}

#[tokio::test]
async fn a_file_is_sent_byte_for_byte() {
    let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let file = folder.path().join("body.json");
    let body = "{ \"type\" : \"webhook.test\" }\r\n";
    std::fs::write(&file, body).expect("a file");
    let (url, request) = one_request("HTTP/1.1 204 No Content\r\n\r\n").await;
    let output = webhook(&["send", "--to", &url, "--data", file.to_str().expect("a path")]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let request = request.await.expect("a request");
    assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
}

#[tokio::test]
async fn many_are_sent_at_once_and_counted() {
    let (_listening, url) = listen(SECRET, &[]).await;
    let output = webhook(&["send", "--to", &url, "--count", "120", "--concurrency", "8", "--json"]).await;
    let sent = json_of(&output);
    assert_eq!((&sent["summary"]["sent"], &sent["summary"]["good"]), (&json!(120), &json!(120)));
    let mut ids: Vec<&str> =
        sent["deliveries"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 120);
}

#[tokio::test]
async fn a_private_network_is_not_reached() {
    for url in
        ["http://10.0.0.5/", "https://169.254.169.254/latest/meta-data/", "https://[fd00::1]/", "http://example.com/"]
    {
        let output = webhook(&["send", "--to", url]).await;
        assert_eq!(output.status.code(), Some(2), "{url}");
        assert!(stderr(&output).contains("nothing is sent there"), "{}", stderr(&output));
    }
    let output = webhook(&["send", "--to", "https://me:hunter2@example.com/"]).await;
    assert!(output.status.code() == Some(2) && !stderr(&output).contains("hunter2"), "{}", stderr(&output));
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let secret_place = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = secret_place.local_addr().expect("an address");
    let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{address}/\r\ncontent-length: 0\r\n\r\n");
    let (url, request) = one_request(Box::leak(answer.into_boxed_str())).await;
    webhook(&["send", "--to", &url]).await;
    request.await.expect("the first request");
    let nobody = tokio::select! {
        biased;
        _ = secret_place.accept() => false,
        () = std::future::ready(()) => true,
    };
    assert!(nobody);
}

#[tokio::test]
async fn what_is_recorded_is_sent_again() {
    let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let record = folder.path().join("deliveries.jsonl");
    let path = record.to_str().expect("a path");
    let (_listening, url) = listen(SECRET, &["--record", path]).await;
    let event = json!({ "type": "webhook.test", "data": {} });
    Delivery::of("evt_text", &event).send(&url).await;
    Delivery { body: b"\xff\xfe".to_vec(), ..Delivery::raw("evt_bytes", b"{}".to_vec()) }.send(&url).await;
    private(&record);

    let (mut other, other_url) = listen(SECRET, &[]).await;
    let output = webhook(&["replay", path, "--to", &other_url]).await;
    assert_eq!(output.status.code(), Some(0), "{}{}", said(&output), stderr(&output));
    assert!(said(&output).contains("2 of 2 accepted"), "{}", said(&output));
    for id in ["evt_text", "evt_bytes"] {
        assert!(other.says(id).await.contains("genuine"));
    }

    // As it was recorded, another secret's signature stays another secret's.
    let (_third, third_url) = listen(OTHER, &[]).await;
    let output = webhook(&["replay", path, "--to", &third_url, "--as-recorded", "--json"]).await;
    assert_eq!((output.status.code(), &json_of(&output)["deliveries"][0]["status"]), (Some(1), &json!(401)));

    std::fs::write(&record, "{}\n{broken").expect("a file");
    let output = webhook(&["replay", path, "--to", &other_url]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("deliveries.jsonl:1"), "{}", stderr(&output));
}

#[cfg(unix)]
fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(file).expect("a file").permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_comes_is_passed_on_as_it_came() {
    let (receiver, request) = one_request("HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\ndone!").await;
    let (mut listening, url) = listen(SECRET, &["--forward-to", &receiver]).await;
    let delivery = Delivery::raw("evt_1", b"{ \"type\": \"webhook.test\" }".to_vec());
    let answer = delivery.send(&url).await;
    assert_eq!((answer.status, answer.body), (202, json!("done!")));
    let request = request.await.expect("a request");
    assert!(request.ends_with("\r\n\r\n{ \"type\": \"webhook.test\" }"), "{request}");
    assert!(request.contains(&format!("webhook-signature: {}\r\n", delivery.signature)), "{request}");
    let line = listening.says("evt_1").await;
    assert!(line.contains("→ 202  done!"), "{line}");
}

#[tokio::test]
async fn what_a_stranger_sends_reaches_no_terminal_raw() {
    let (mut listening, url) = listen(SECRET, &["--detail"]).await;
    let event = json!({ "type": "\u{1b}[2Jhello\r\n", "data": { "text": "\u{1b}]0;title\u{7}" } });
    assert_eq!(Delivery::of("evt_1", &event).send(&url).await.status, 204);
    let line = listening.says("hello").await;
    assert!(line.contains("␛[2Jhello␍␊") && !line.contains('\u{1b}'), "{line}");
    let body = listening.says("title").await;
    assert!(!body.contains('\u{1b}') && !body.contains('\u{7}'), "{body}");
}

#[tokio::test]
async fn a_huge_body_and_another_method_are_refused() {
    let (_listening, url) = listen(SECRET, &[]).await;
    assert_eq!(Delivery::raw("evt_1", vec![b'x'; (1 << 20) + 1]).send(&url).await.status, 413);
    assert_eq!(crate::support::http().get(&url).send().await.expect("an answer").status(), 405);
}

/// The files of a delivery, and what `verify` says of them.
async fn verified(headers: &str, body: &[u8], more: &[&str]) -> Output {
    let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    std::fs::write(path("headers"), headers).expect("a file");
    std::fs::write(path("body"), body).expect("a file");
    let (headers, body) = (path("headers"), path("body"));
    let all: Vec<&str> = ["verify", "--headers", &headers, "--body", &body].iter().chain(more).copied().collect();
    webhook(&all).await
}

fn text_of(delivery: &Delivery) -> String {
    let Delivery { id, timestamp, signature, .. } = delivery;
    format!(
        "POST /hook HTTP/1.1\r\nWebhook-Id: {id}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: {signature}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_webhook_is_explained_step_by_step() {
    let delivery = Delivery::raw("evt_1", br#"{"type":"webhook.test","data":{"n":1}}"#.to_vec());
    let output = verified(&text_of(&delivery), &delivery.body, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for step in ["headers", "timestamp", "secret", "signed content", "signature"] {
        assert!(said(&output).contains(&format!("ok  {step}")), "{}", said(&output));
    }
    assert!(said(&output).ends_with("Genuine.\n"));

    let spaced = br#"{"type": "webhook.test", "data": {"n": 1}}"#;
    let output = verified(&text_of(&delivery), spaced, &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("parsed and serialised again"), "{}", said(&output));
    assert!(said(&output).contains("express.raw()"), "{}", said(&output));

    let output = verified(&text_of(&delivery), &delivery.body, &["--secret", OTHER, "--json"]).await;
    let told = json_of(&output);
    assert_eq!((&told["genuine"], &told["cause"]), (&json!(false), &json!("wrong-secret-or-body")));
    for secret in [SECRET, OTHER] {
        assert!(!said(&output).contains(&secret["whsec_".len()..]), "{}", said(&output));
    }
}

#[tokio::test]
async fn a_capture_is_verified_as_of_its_own_time() {
    let old = Delivery::signed(SECRET, "evt_1", 1_772_600_767, b"{}".to_vec());
    let output = verified(&text_of(&old), &old.body, &[]).await;
    assert!(said(&output).contains("days old by the clock here; 300 s are allowed"), "{}", said(&output));
    let output = verified(&text_of(&old), &old.body, &["--at", "2026-03-04T05:06:09Z"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let headers = json!({
        "webhook-id": old.id, "webhook-timestamp": old.timestamp, "webhook-signature": old.signature,
    });
    let output = verified(&headers.to_string(), &old.body, &["--at", "2026-03-04T05:06:09Z"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[tokio::test]
async fn wrong_usage_says_what_to_do() {
    let output = verified("not a header", b"", &[]).await;
    assert!(output.status.code() == Some(2) && stderr(&output).contains("`Name: value`"), "{}", stderr(&output));
    let output = webhook(&["send", "--to", "http://127.0.0.1:1/", "--event", "nothing.happened"]).await;
    assert!(output.status.code() == Some(2) && stderr(&output).contains("change.detected, "), "{}", stderr(&output));
    let output = webhook(&["send", "--to", "http://127.0.0.1:1/", "--secret", "hunter2-hunter2"]).await;
    assert!(output.status.code() == Some(2) && stderr(&output).contains("does not begin with `whsec_`"));
    assert!(!stderr(&output).contains("hunter2"), "{}", stderr(&output));
    let help = webhook(&["send", "--help"]).await;
    assert!(!said(&help).contains(&SECRET["whsec_".len()..]), "{}", said(&help));
}
