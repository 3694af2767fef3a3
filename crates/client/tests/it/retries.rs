//! What is tried again, how often, and how long is waited.

use std::time::Duration;

use policy_aggregator::{ApiKey, Client, Error, ErrorCode, EventType, RetryPolicy, WebhookCreate};
use wiremock::ResponseTemplate;

use crate::support::{Api, KEY, header, ok, problem, route, webhook};

#[tokio::test]
async fn what_may_pass_is_tried_again_until_it_passes() {
    for status in [429, 500, 502, 503, 504] {
        let api = Api::answering([problem(status, "unavailable"), problem(status, "unavailable"), ok(&route())]).await;
        api.client().routes().get("rte_1").await.unwrap();
        assert_eq!(api.requests().await.len(), 3, "{status}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for status in [400, 401, 403, 404, 409, 413, 422] {
        let api = Api::answering([problem(status, "conflict")]).await;
        let error = api.client().routes().get("rte_1").await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(api.requests().await.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn it_gives_up_after_the_last_attempt_and_says_how_many_there_were() {
    let api = Api::answering([problem(503, "unavailable")]).await;
    let Error::Api(error) = api.client().routes().get("rte_1").await.unwrap_err() else { panic!("not of the API") };
    assert_eq!((error.attempts, api.requests().await.len(), api.waits().len()), (4, 4, 3));
}

#[tokio::test]
async fn waits_double_and_are_jittered_below_the_longest() {
    let api = Api::answering([problem(500, "internal_error")]).await;
    let retries = RetryPolicy { max_attempts: 6, max_delay: Duration::from_millis(900), ..RetryPolicy::default() };
    for _ in 0..20 {
        let _ = api.client_with(retries.clone()).routes().get("rte_1").await;
    }
    for waits in api.waits().chunks(5) {
        for (wait, most) in waits.iter().zip([250, 500, 900, 900, 900]) {
            assert!(*wait <= Duration::from_millis(most), "{waits:?}");
        }
    }
    let first: std::collections::HashSet<_> = api.waits().chunks(5).map(|waits| waits[0]).collect();
    assert!(first.len() > 1, "the waits differ by chance");
}

#[tokio::test]
async fn retry_after_is_the_least_that_is_waited() {
    let api = Api::answering([problem(429, "rate_limited").insert_header("retry-after", "7"), ok(&route())]).await;
    api.client().routes().get("rte_1").await.unwrap();
    assert_eq!(api.waits(), [Duration::from_secs(7)]);
}

#[tokio::test]
async fn retry_after_may_be_a_date() {
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(30);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&soon).unwrap();
    let api = Api::answering([problem(503, "unavailable").insert_header("retry-after", date), ok(&route())]).await;
    api.client().routes().get("rte_1").await.unwrap();
    assert!((25..=30).contains(&api.waits()[0].as_secs()), "{:?}", api.waits());
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun_and_the_error_has_it() {
    let api = Api::answering([problem(429, "rate_limited").insert_header("retry-after", "3600")]).await;
    let Error::Api(error) = api.client().routes().get("rte_1").await.unwrap_err() else { panic!("not of the API") };
    assert_eq!((error.code, error.retry_after), (ErrorCode::RateLimited, Some(Duration::from_secs(3600))));
    assert_eq!((api.requests().await.len(), api.waits().len()), (1, 0));
}

#[tokio::test]
async fn without_retries_there_is_one_attempt() {
    let api = Api::answering([problem(500, "internal_error")]).await;
    api.client_with(RetryPolicy::none()).routes().get("rte_1").await.unwrap_err();
    assert_eq!(api.requests().await.len(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_tried_again() {
    let waits = std::sync::Arc::new(crate::support::Waits::default());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(format!("http://{free}")).unwrap();
    let error = builder.sleeper(waits.clone()).build().unwrap().me().await.unwrap_err();
    assert!(matches!(error, Error::Transport { attempts: 4, .. }), "{error:?}");
    assert_eq!(waits.0.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_answer_that_is_too_late_is_a_timeout() {
    let api = Api::answering([ok(&route()).set_delay(Duration::from_secs(60))]).await;
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.server.uri()).unwrap();
    let client = builder.timeout(Duration::from_millis(30)).retries(RetryPolicy::none()).build().unwrap();
    let error = client.routes().get("rte_1").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { attempts: 1 }), "{error:?}");
}

#[tokio::test]
async fn a_post_keeps_its_idempotency_key_over_retries_and_the_next_one_has_another() {
    let api = Api::answering([problem(500, "internal_error"), ok(&webhook())]).await;
    let client = api.client();
    let create = || WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    client.webhooks().create(create()).await.unwrap();
    client.webhooks().create(create()).await.unwrap();
    client.webhooks().create(create()).idempotency_key("mine").await.unwrap();
    let requests = api.requests().await;
    let keys: Vec<_> = requests.iter().map(|request| header(request, "idempotency-key").unwrap()).collect();
    assert_eq!(keys.len(), 4);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
    assert_eq!(keys[3], "mine");
}

#[tokio::test]
async fn a_key_that_can_not_be_sent_is_an_error_without_a_request() {
    let api = Api::answering([ok(&webhook())]).await;
    let create = WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    let error = api.client().webhooks().create(create).idempotency_key("two\nlines").await.unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    assert_eq!(api.requests().await.len(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let elsewhere = Api::answering([ok(&route())]).await;
    let api = Api::answering([ResponseTemplate::new(302).insert_header("location", elsewhere.server.uri())]).await;
    let error = api.client().routes().get("rte_1").await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == 302), "{error:?}");
    assert_eq!(elsewhere.requests().await.len(), 0);
}
