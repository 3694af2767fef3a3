//! Keys and secrets are never printed, and never travel in clear.

use std::io::Write;
use std::sync::{Arc, Mutex};

use policy_aggregator::{ApiKey, Client, Error, EventType, Secret, WebhookCreate, WebhookTest};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Api, KEY, ok, problem, webhook};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn is_hidden(text: &str) {
    assert!(!text.contains("0123456789"), "{text}");
    assert!(!text.contains("MfKQ9r8GKYqr"), "{text}");
}

#[tokio::test]
async fn nothing_prints_the_key_or_a_secret() {
    let key = ApiKey::new(KEY).unwrap();
    assert_eq!(key.to_string(), "pa_test_…ghij");
    let builder = Client::builder(key.clone());
    is_hidden(&format!("{key:?} {builder:?} {:?}", Secret::from(SECRET)));

    assert_eq!(Secret::from(SECRET).to_string(), "[redacted]");
    assert_eq!(ApiKey::new("pa_live_short").unwrap().to_string(), "pa_live_…", "too short to show a part of it");

    let api = Api::answering([ok(&webhook()), problem(401, "unauthenticated")]).await;
    let client = api.client();
    let create = WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    let created = client.webhooks().create(create).await.unwrap();
    assert_eq!(created.secret.expose(), SECRET);
    let test = WebhookTest::webhook("whk_1").secret(&created.secret);
    let call = client.webhooks().test(test.clone());
    is_hidden(&format!("{client:?} {created:?} {test:?} {call:?}"));
    let error = call.await.unwrap_err();
    is_hidden(&format!("{error} {error:?}"));
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn traces_name_the_call_and_hide_the_key() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    // For all threads: where only some have a subscriber, a span can be taken for one that nobody wants.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let api = Api::answering([problem(503, "unavailable"), ok(&webhook())]).await;
    let create = WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    api.client().webhooks().create(create).await.unwrap();
    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let parts = ["policy_aggregator.request", "method=POST", "path=\"/api/v1/webhooks\"", "attempt=2", "status=200"];
    assert!(text.lines().any(|line| parts.iter().all(|part| line.contains(part))), "no such span in {text}");
    assert!(text.contains("request_id=\"req_4rTg6YhU8jIkO2lP\""), "{text}");
    is_hidden(&text);
}

#[test]
fn a_key_does_not_travel_in_clear() {
    let builder = || Client::builder(ApiKey::new(KEY).unwrap());
    for url in ["https://api.example.com", "http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost:3000"] {
        assert!(builder().base_url(url).is_ok(), "{url}");
    }
    for url in [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.5",
        "ftp://127.0.0.1",
        "127.0.0.1:3000",
        "",
        KEY,
        "https://api.example.com?key=0123456789",
        "https://api.example.com#top",
        "https://me:0123456789@api.example.com",
    ] {
        let Err(Error::Config(message)) = builder().base_url(url) else { panic!("{url} is taken") };
        is_hidden(&message);
    }
}

#[test]
fn what_can_not_be_a_key_is_refused() {
    for key in ["", "pa_test_", "sk_live_123456", "pa_test_12 34", "pa_test_1234\n", "whsec_MfKQ9r8G"] {
        let Err(Error::Config(message)) = ApiKey::new(key) else { panic!("{key:?} is taken") };
        assert!(!message.contains("1234"), "{message}");
    }
}
