//! The conformance suite: what each receiver must do, whatever it is written in.

use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(super) use super::crash::loses_nothing_and_does_nothing_twice_when_it_is_killed;
use super::subject::Receiver;
use crate::samples::Running;
use crate::sender::{Answer, Delivery, SECRET, change, now, read, test_event};
use crate::support::{PATIENCE, http};

const OTHER_SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// The largest body that a receiver takes, in bytes.
const LARGEST: usize = 256 * 1024;

fn accepted() -> Answer {
    Answer { status: 202, body: json!({ "status": "accepted" }) }
}

fn refused(error: &str) -> Value {
    json!({ "error": error })
}

/// A route's change that is stored under an id of its own.
fn delivery(id: &str) -> Delivery {
    Delivery::of(id, &change(&format!("chg_{id}"), "rte_1", 1))
}

pub(super) async fn takes_what_the_sandbox_sends(receiver: Receiver) {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let mut running = receiver.start().await;
    for event in ["change.detected", "source.failing", "source.recovered", "webhook.test"] {
        let sent = test_event(&sandbox, running.url(), event).await;
        assert_eq!((&sent["verdict"], &sent["response_status"]), (&json!("accepted"), &json!(202)), "{sent}");
        let processed = running.logs("processed").await;
        assert_eq!(
            (&processed["type"], &processed["webhook_id"]),
            (&json!(event), &sent["request_headers"]["webhook-id"])
        );
    }
    assert_eq!(receiver.query("SELECT count(*), sum(times) FROM changes").await, ["1|1"]);
}

pub(super) async fn takes_a_valid_delivery(receiver: Receiver) {
    let mut running = receiver.start().await;
    assert_eq!(delivery("a").send(running.url()).await, accepted());
    let stored = running.logs("stored").await;
    assert_eq!((&stored["webhook_id"], &stored["type"]), (&json!("a"), &json!("change.detected")));
    running.logs("processed").await;
    assert_eq!(receiver.query("SELECT webhook_id, state FROM deliveries").await, ["a|done"]);
    assert_eq!(receiver.query("SELECT id, route_id, times FROM changes").await, ["chg_a|rte_1|1"]);
    let answer = health(&running).await;
    assert_eq!(answer, Answer { status: 200, body: json!({ "status": "ok", "pending": 0, "failed": 0 }) });
}

pub(super) async fn takes_both_secrets_while_one_is_rotated(receiver: Receiver) {
    let receiver = receiver.with("POLICY_AGGREGATOR_WEBHOOK_SECRET", &format!("{OTHER_SECRET} {SECRET}"));
    let running = receiver.start().await;
    for (id, secret) in [("a", SECRET), ("b", OTHER_SECRET)] {
        let body = delivery(id).body;
        assert_eq!(Delivery::signed(secret, id, now(), body).send(running.url()).await, accepted());
    }
    let third = Delivery::signed("whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "c", now(), delivery("c").body);
    assert_eq!(third.send(running.url()).await.status, 401);
}

pub(super) async fn takes_two_signatures(receiver: Receiver) {
    let running = receiver.start().await;
    let mut both = delivery("a");
    let other = Delivery::signed(OTHER_SECRET, "a", both.timestamp, both.body.clone());
    both.signature = format!("v2,AAAA {} {}", other.signature, both.signature);
    assert_eq!(both.send(running.url()).await, accepted());
}

pub(super) async fn takes_an_unknown_event_type(receiver: Receiver) {
    let mut running = receiver.start().await;
    let event = json!({ "type": "route.retired", "timestamp": "2026-03-04T05:06:07Z", "data": {} });
    assert_eq!(Delivery::of("a", &event).send(running.url()).await, accepted());
    assert_eq!(running.logs("ignored").await["type"], "route.retired");
    assert_eq!(receiver.query("SELECT state FROM deliveries").await, ["done"]);
}

pub(super) async fn does_a_duplicate_once(receiver: Receiver) {
    let mut running = receiver.start().await;
    let first = delivery("a");
    assert_eq!(first.send(running.url()).await, accepted());
    running.logs("processed").await;
    // The next attempt is signed anew.
    let second = Delivery::signed(SECRET, "a", now() - 1, first.body.clone());
    for again in [&first, &second] {
        assert_eq!(again.send(running.url()).await, accepted());
        assert_eq!(running.logs("duplicate").await["webhook_id"], "a");
    }
    // At once, so that they meet.
    let twice = delivery("b");
    let (one, other) = tokio::join!(twice.send(running.url()), twice.send(running.url()));
    assert_eq!((one, other), (accepted(), accepted()));
    running.logs("processed").await;
    let (code, rest) = running.terminate().await;
    assert_eq!(code, Some(0));
    assert!(!rest.iter().any(|line| line["message"] == "processed"), "{rest:?}");
    assert_eq!(receiver.query("SELECT id, times FROM changes ORDER BY id").await, ["chg_a|1", "chg_b|1"]);
}

pub(super) async fn keeps_the_newest_when_they_come_out_of_order(receiver: Receiver) {
    let mut running = receiver.start().await;
    for minute in [2, 3, 1] {
        let id = format!("{minute}");
        let event = change(&format!("chg_{minute}"), "rte_1", minute);
        assert_eq!(Delivery::of(&id, &event).send(running.url()).await, accepted());
        running.logs("processed").await;
    }
    assert_eq!(receiver.query("SELECT route_id, latest_change_id FROM routes").await, ["rte_1|chg_3"]);
    assert_eq!(receiver.query("SELECT count(*) FROM changes").await, ["3"]);
}

pub(super) async fn answers_before_it_works_and_tries_again(receiver: Receiver) {
    let receiver = receiver.with("MAX_ATTEMPTS", "3");
    let mut running = receiver.start().await;
    // What the work needs is not there.
    let mut broken = change("chg_a", "rte_1", 1);
    broken["data"].as_object_mut().expect("data").remove("detected_at");
    assert_eq!(Delivery::of("a", &broken).send(running.url()).await, accepted());
    for attempt in [1, 2] {
        let retrying = running.logs("retrying").await;
        assert_eq!((&retrying["webhook_id"], &retrying["attempt"]), (&json!("a"), &json!(attempt)), "{retrying}");
    }
    assert_eq!(running.logs("gave up").await["webhook_id"], "a");
    // The others do not wait for it, and nothing of it is left behind.
    assert_eq!(delivery("b").send(running.url()).await, accepted());
    running.logs("processed").await;
    assert_eq!(receiver.query("SELECT id FROM changes").await, ["chg_b"]);
    assert_eq!(receiver.query("SELECT state, attempts FROM deliveries WHERE webhook_id = 'a'").await, ["failed|3"]);
    assert_eq!(health(&running).await.body, json!({ "status": "ok", "pending": 0, "failed": 1 }));
}

pub(super) async fn refuses_what_is_not_signed_so(receiver: Receiver) {
    let mut running = receiver.start().await;
    let valid = delivery("a");
    let with = |change: fn(&mut Delivery)| {
        let mut one = valid.clone();
        change(&mut one);
        one
    };
    let at = |seconds: i64| Delivery::signed(SECRET, "a", now() + seconds, valid.body.clone());
    let forged = [
        ("a tampered body", with(|one| one.body[20] ^= 1), "wrong_signature"),
        ("a body with a line end more", with(|one| one.body.push(b'\n')), "wrong_signature"),
        ("a wrong secret", Delivery::signed(OTHER_SECRET, "a", now(), valid.body.clone()), "wrong_signature"),
        ("another id", with(|one| one.id.push('b')), "wrong_signature"),
        ("another timestamp", with(|one| one.timestamp -= 1), "wrong_signature"),
        ("another version", with(|one| one.signature = one.signature.replace("v1,", "v2,")), "wrong_signature"),
        ("no signature", with(|one| one.signature = "v1,".to_owned()), "wrong_signature"),
        ("an old one", at(-301), "stale_timestamp"),
        ("one replayed next day", at(-86_400), "stale_timestamp"),
        ("one of the future", at(330), "stale_timestamp"),
        ("a time before all times", with(|one| one.timestamp = i64::MIN), "stale_timestamp"),
        ("a time after all times", with(|one| one.timestamp = i64::MAX), "stale_timestamp"),
    ];
    let unauthorized = Answer { status: 401, body: refused("unauthorized") };
    for (what, forged, reason) in forged {
        assert_eq!(forged.send(running.url()).await, unauthorized, "{what}");
        assert_eq!(running.logs("refused").await["reason"], reason, "{what}");
    }
    for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut request = valid.request(running.url()).build().expect("a request");
        request.headers_mut().remove(missing);
        assert_eq!(read(http().execute(request).await.expect("an answer")).await, unauthorized, "{missing}");
        assert_eq!(running.logs("refused").await["reason"], "missing_header", "{missing}");
    }
    assert_eq!(receiver.query("SELECT count(*) FROM deliveries").await, ["0"]);

    // What authenticates is nowhere in the log.
    assert_eq!(valid.send(running.url()).await, accepted());
    let (_, rest) = running.terminate().await;
    let signature = valid.signature.trim_start_matches("v1,");
    assert!(!rest.iter().any(|line| line.to_string().contains(signature) || line.to_string().contains(&SECRET[6..])));
}

pub(super) async fn refuses_a_body_that_is_no_event(receiver: Receiver) {
    let mut running = receiver.start().await;
    let bodies = ["{\"type\": \"change.detected\"", "", "[]", "{}", "{\"type\": 1}", "null", "\"change.detected\""];
    for body in bodies {
        let answer = Delivery::raw("a", body.as_bytes().to_vec()).send(running.url()).await;
        assert_eq!(answer, Answer { status: 400, body: refused("malformed") }, "{body:?}");
        assert_eq!(running.logs("refused").await["reason"], "malformed_json", "{body:?}");
    }
    assert_eq!(receiver.query("SELECT count(*) FROM deliveries").await, ["0"]);
}

pub(super) async fn refuses_a_huge_body(receiver: Receiver) {
    let mut running = receiver.start().await;
    let padded = |size: usize| {
        let mut event = change("chg_a", "rte_1", 1);
        let bare = event.to_string().len();
        event["data"]["summary"] = json!("x".repeat(size.saturating_sub(bare)));
        let mut body = event.to_string().into_bytes();
        body.resize(size, b' ');
        Delivery::raw("a", body)
    };
    assert_eq!(padded(LARGEST).send(running.url()).await, accepted(), "the largest");
    let larger = padded(LARGEST + 1);
    assert_eq!(larger.send(running.url()).await.status, 413, "a byte more");
    assert_eq!(running.logs("refused").await["reason"], "too_large");

    // Without a Content-Length.
    let mut chunked = larger.request(running.url()).build().expect("a request");
    let pieces = larger.body.chunks(64 * 1024).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    *chunked.body_mut() = Some(reqwest::Body::wrap_stream(futures::stream::iter(pieces)));
    assert_eq!(http().execute(chunked).await.expect("an answer").status(), 413, "in chunks");
    assert_eq!(running.logs("refused").await["reason"], "too_large");

    // It is refused by what it says of itself, before it is read: none of the body is ever sent.
    let mut stream = connect(&running).await;
    let head =
        "POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 413"), "a gigabyte");
    assert_eq!(delivery("b").send(running.url()).await, accepted(), "others are served");
}

pub(super) async fn refuses_another_media_type(receiver: Receiver) {
    let mut running = receiver.start().await;
    for media_type in ["application/x-www-form-urlencoded", "text/plain", "", "application/jsonp"] {
        let mut other = delivery("a");
        other.media_type = media_type.to_owned();
        assert_eq!(other.send(running.url()).await.status, 415, "{media_type:?}");
        assert_eq!(running.logs("refused").await["reason"], "wrong_media_type", "{media_type:?}");
    }
    let mut with_parameter = delivery("a");
    with_parameter.media_type = "Application/JSON; charset=utf-8".to_owned();
    assert_eq!(with_parameter.send(running.url()).await, accepted());
}

pub(super) async fn serves_others_while_a_client_is_slow(receiver: Receiver) {
    let running = receiver.start().await;
    let one = delivery("slow");
    let head = format!(
        "POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         webhook-id: {}\r\nwebhook-timestamp: {}\r\nwebhook-signature: {}\r\n\r\n{{",
        one.body.len(),
        one.id,
        one.timestamp,
        one.signature
    );
    // More of them than a receiver has threads.
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = connect(&running).await;
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(stream);
    }
    assert_eq!(delivery("quick").send(running.url()).await, accepted());
    assert_eq!(health(&running).await.status, 200);
    for stream in &mut slow {
        let answer = answer(stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    assert_eq!(receiver.query("SELECT webhook_id FROM deliveries").await, ["quick"]);
}

pub(super) async fn knows_only_its_own_paths(receiver: Receiver) {
    let running = receiver.start().await;
    let get = async |path: &str| http().get(at(&running, path)).send().await.expect("an answer");
    assert_eq!(get("/").await.status(), 404);
    assert_eq!(get("/receiver.db").await.status(), 404);
    let wrong_method = get("/webhooks").await;
    assert_eq!(wrong_method.status(), 405);
    let allowed = wrong_method.headers().get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(allowed.split(',').any(|method| method.trim() == "POST"), "{allowed:?}");
}

pub(super) async fn finishes_what_it_has_taken_when_told_to_stop(receiver: Receiver) {
    let running = receiver.start().await;
    let all: Vec<Delivery> = (0..20).map(|number| delivery(&number.to_string())).collect();
    let answers = futures::future::join_all(all.iter().map(|one| one.send(running.url()))).await;
    assert!(answers.iter().all(|answer| *answer == accepted()), "{answers:?}");
    let (code, rest) = running.terminate().await;
    let messages: Vec<&str> = rest.iter().filter_map(|line| line["message"].as_str()).collect();
    assert_eq!(code, Some(0));
    assert!(messages.contains(&"stopping") && messages.last() == Some(&"stopped"), "{messages:?}");
    assert_eq!(receiver.query("SELECT count(*) FROM deliveries").await, ["20"]);

    // What was left is done after the next start.
    let mut running = receiver.start().await;
    assert_eq!(delivery("last").send(running.url()).await, accepted());
    while receiver.query("SELECT count(*) FROM deliveries WHERE state = 'pending'").await != ["0"] {
        running.line().await.expect("its log goes on");
    }
    assert_eq!(receiver.query("SELECT count(*), sum(times) FROM changes").await, ["21|21"]);
}

pub(super) async fn stops_when_told_in_the_moment_it_listens(receiver: Receiver) {
    for _ in 0..3 {
        let (code, rest) = receiver.start().await.terminate().await;
        assert_eq!((code, rest.last().map(|line| &line["message"])), (Some(0), Some(&json!("stopped"))), "{rest:?}");
    }
}

pub(super) async fn reaches_gold(receiver: Receiver) {
    receiver.reaches_gold().await;
}

pub(super) async fn says_what_is_wrong_with_its_settings(receiver: Receiver) {
    let name = "POLICY_AGGREGATOR_WEBHOOK_SECRET";
    let mut receiver = receiver;
    for (variable, value) in [(name, ""), (name, "whsec_no base64!"), ("RETRY_SECONDS", "soon"), ("PORT", "many")] {
        receiver = receiver.with(variable, value);
        let (code, said) = receiver.refuses().await;
        assert_eq!(code, Some(2), "{variable}={value}: {said}");
        assert!(said.contains(variable) && (value.is_empty() || !said.contains(value)), "{variable}={value}: {said}");
        assert!(said.lines().count() < 4, "no trace of the program: {said}");
        receiver = receiver.with(name, SECRET);
    }
}

/// Another of a receiver's addresses.
fn at(receiver: &Running, path: &str) -> String {
    receiver.url().replace("/webhooks", path)
}

/// What a receiver says of itself.
async fn health(receiver: &Running) -> Answer {
    read(http().get(at(receiver, "/healthz")).send().await.expect("an answer")).await
}

async fn connect(receiver: &Running) -> TcpStream {
    let address = receiver.url().trim_start_matches("http://").trim_end_matches("/webhooks");
    TcpStream::connect(address).await.expect("a connection")
}

/// The start of what comes back, or nothing if the connection is closed.
async fn answer(stream: &mut TcpStream) -> String {
    let mut start = [0; 64];
    let read = timeout(PATIENCE, stream.read(&mut start)).await.expect("an end").unwrap_or_default();
    String::from_utf8_lossy(&start[..read]).into_owned()
}
