//! `POST /api/webhooks/test`: what it sends and what it says of the answer.

use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::caller::{Caller, sandbox};
use crate::receiver::Receiver;

const TEST: &str = "/api/webhooks/test";

#[tokio::test]
async fn it_answers_with_exactly_what_was_sent() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let mut receiver = Receiver::start().await;
    let answer = caller.post(TEST, json!({ "url": receiver.url })).await;
    let received = receiver.next().await;
    assert_eq!((answer.status, &answer.body["verdict"]), (200, &json!("accepted")));
    assert_eq!(answer.body["request_body"].as_str().unwrap().as_bytes(), &received.body[..]);
    for (name, value) in answer.body["request_headers"].as_object().unwrap() {
        assert_eq!(value, received.header(name), "{name}");
    }
    let secret = answer.body["generated_secret"].as_str().expect("a secret was made for the test");
    Webhook::new(secret).unwrap().verify(&received.body, &received.headers).unwrap();
}

#[tokio::test]
async fn it_signs_with_the_secret_that_it_is_given() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let mut receiver = Receiver::start().await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let body = json!({ "url": receiver.url, "secret": secret, "event_type": "change.detected" });
    let answer = caller.post(TEST, body).await;
    let received = receiver.next().await;
    Webhook::new(secret).unwrap().verify(&received.body, &received.headers).unwrap();
    assert_eq!(answer.body["generated_secret"], Value::Null);
    assert_eq!(received.json()["type"], "change.detected");
}

#[tokio::test]
async fn it_sends_the_data_that_it_is_given() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let mut receiver = Receiver::start().await;
    let data = json!({ "message": "<script>alert(1)</script>", "deep": [{ "n": 1 }] });
    let body = json!({ "url": receiver.url, "event_type": "source.failing", "data": data });
    assert_eq!(caller.post(TEST, body).await.body["verdict"], "accepted");
    let received = receiver.next().await.json();
    assert_eq!((&received["type"], &received["data"]), (&json!("source.failing"), &data));
    let refused = caller.post(TEST, json!({ "url": receiver.url, "data": "text" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!("/data")));
}

#[tokio::test]
async fn a_registered_webhook_is_tested_with_its_own_secret_and_leaves_no_log() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let mut receiver = Receiver::start().await;
    let (webhook, secret) = caller.webhook(&receiver.url).await;
    caller.post(TEST, json!({ "webhook_id": webhook })).await;
    let received = receiver.next().await;
    Webhook::new(&secret).unwrap().verify(&received.body, &received.headers).unwrap();
    let log = caller.get(&format!("/api/v1/webhooks/{webhook}/deliveries")).await;
    assert_eq!(log.body["data"], json!([]));
}

#[tokio::test]
async fn the_verdict_says_what_came_back() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let receiver = Receiver::start().await;
    receiver.answer([(401, Vec::new()), (307, vec![("location", "/elsewhere")]), (500, Vec::new())]);
    for (status, hint) in [(401, "secret"), (307, "Redirects are not followed"), (500, "only a 2xx")] {
        let answer = caller.post(TEST, json!({ "url": receiver.url })).await;
        assert_eq!((&answer.body["verdict"], &answer.body["response_status"]), (&json!("rejected"), &json!(status)));
        assert!(answer.body["message"].as_str().unwrap().contains(hint), "{answer:?}");
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = caller.post(TEST, json!({ "url": format!("http://{free}/") })).await;
    assert_eq!((&answer.body["verdict"], &answer.body["response_status"]), (&json!("unreachable"), &Value::Null));
}

#[tokio::test]
async fn a_silent_receiver_times_out() {
    let timeout = std::time::Duration::from_millis(50);
    let sandbox = proofbook_sandbox::Sandbox::builder().webhook_timeout(timeout).start().await.unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let answer = Caller::new(&sandbox).post(TEST, json!({ "url": url })).await;
    assert_eq!(answer.body["verdict"], "timed_out", "{answer:?}");
}

#[tokio::test]
async fn a_receiver_may_call_the_api_before_it_answers() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let (url, key) = (format!("{}/api/v1/me", sandbox.url()), caller.key.clone());
    let app = axum::Router::new().route(
        "/hook",
        axum::routing::post(async move || {
            let answer = reqwest::Client::new().get(url).bearer_auth(key).send().await.unwrap();
            answer.status().as_u16().to_string()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let answer = caller.post(TEST, json!({ "url": hook })).await;
    assert_eq!((&answer.body["verdict"], &answer.body["response_body_start"]), (&json!("accepted"), &json!("200")));
}
