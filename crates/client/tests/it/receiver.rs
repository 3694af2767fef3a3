//! The example receiver: what it answers to a webhook that is genuine, and to one that is not.

use jiff::Timestamp;
use policy_aggregator::webhook::Verifier;
use standardwebhooks::Webhook;

// Its `main` only runs as an example.
#[allow(dead_code)]
#[path = "../../examples/receive_webhook.rs"]
mod receive_webhook;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The status that the receiver answers with to a body signed with this secret, if with any.
async fn status(secret: Option<&str>, body: String) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let app = receive_webhook::app(Verifier::new([SECRET]).unwrap());
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });

    let timestamp = Timestamp::now().as_second();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.post(url).header("webhook-id", "evt_1").header("webhook-timestamp", timestamp);
    if let Some(secret) = secret {
        let signature = Webhook::new(secret).unwrap().sign("evt_1", timestamp, body.as_bytes()).unwrap();
        request = request.header("webhook-signature", signature);
    }
    request.body(body).send().await.unwrap().status().as_u16()
}

fn test_event() -> String {
    let data = r#"{"message":"It works.","webhook_id":null}"#;
    format!(r#"{{"type":"webhook.test","timestamp":"2026-03-04T05:06:07Z","data":{data}}}"#)
}

#[tokio::test]
async fn the_receiver_acknowledges_what_is_genuine() {
    assert_eq!(status(Some(SECRET), test_event()).await, 204);
}

#[tokio::test]
async fn the_receiver_refuses_what_is_signed_with_another_secret_or_not_at_all() {
    assert_eq!(status(Some("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), test_event()).await, 401);
    assert_eq!(status(None, test_event()).await, 401);
}

#[tokio::test]
async fn the_receiver_does_not_read_more_than_a_megabyte() {
    assert_eq!(status(Some(SECRET), " ".repeat(1024 * 1024 + 1)).await, 413);
}
