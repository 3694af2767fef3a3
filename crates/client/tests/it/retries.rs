//! What is tried again, how often, and how long is waited.

use std::time::Duration;

use policy_aggregator::{
    ApiKey, Client, Error, ErrorCode, EventType, RetryPolicy, Route, WebhookCreate, WebhookUpdate,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
    let longest = api.waits().into_iter().max().unwrap();
    assert!(longest > Duration::from_millis(500), "they grow: {longest:?} is the longest of a hundred");
}

#[tokio::test]
async fn retry_after_is_the_least_that_is_waited() {
    let api = Api::answering([problem(429, "rate_limited").insert_header("retry-after", "7"), ok(&route())]).await;
    api.client().routes().get("rte_1").await.unwrap();
    let [wait] = api.waits()[..] else { panic!("{:?}", api.waits()) };
    assert!((7000..=7250).contains(&wait.as_millis()), "{wait:?}");
}

#[tokio::test]
async fn a_retry_after_that_just_fits_the_budget_is_waited_for() {
    let api = Api::answering([problem(429, "rate_limited").insert_header("retry-after", "60"), ok(&route())]).await;
    api.client().routes().get("rte_1").await.unwrap();
    assert_eq!(api.waits(), [Duration::from_secs(60)]);
}

#[tokio::test]
async fn retry_after_may_be_a_date() {
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(30);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&soon).unwrap();
    let api = Api::answering([problem(503, "unavailable").insert_header("retry-after", date), ok(&route())]).await;
    api.client().routes().get("rte_1").await.unwrap();
    assert!((28..=30).contains(&api.waits()[0].as_secs()), "{:?}", api.waits());
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun_and_the_error_has_it() {
    let api = Api::answering([problem(429, "rate_limited").insert_header("retry-after", "3600")]).await;
    let Error::Api(error) = api.client().routes().get("rte_1").await.unwrap_err() else { panic!("not of the API") };
    assert_eq!((error.code, error.retry_after), (ErrorCode::RateLimited, Some(Duration::from_secs(3600))));
    assert_eq!((api.requests().await.len(), api.waits().len()), (1, 0));
}

#[tokio::test]
async fn the_budget_is_for_all_waits_of_a_call() {
    let api = Api::answering([problem(503, "unavailable").insert_header("retry-after", "25")]).await;
    let retries = RetryPolicy { max_attempts: 9, ..RetryPolicy::default() };
    let error = api.client_with(retries).routes().get("rte_1").await.unwrap_err();
    let Error::Api(error) = error else { panic!("not of the API: {error:?}") };
    assert_eq!((error.attempts, api.waits().len()), (3, 2), "a third would make it 75 s");
}

#[tokio::test]
async fn a_retry_after_that_is_odd_or_without_end_does_no_harm() {
    for odd in ["soon", "-1", "1.5", "", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let api = Api::answering([problem(503, "unavailable").insert_header("retry-after", odd), ok(&route())]).await;
        api.client().routes().get("rte_1").await.unwrap();
        assert!(api.waits()[0] <= Duration::from_millis(250), "{odd}: {:?}", api.waits());
    }
    let endless = problem(503, "unavailable").insert_header("retry-after", u64::MAX.to_string());
    let api = Api::answering([endless]).await;
    api.client().routes().get("rte_1").await.unwrap_err();
    assert!(api.waits().is_empty());
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
    let text = error.to_string();
    assert!(text.starts_with("no answer after 4 attempts: ") && text.contains("refused"), "{text}");
    assert_eq!((error.is_retryable(), error.code(), error.request_id()), (true, None, None));
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
async fn a_timeout_is_tried_again() {
    let api = Api::answering([ok(&route()).set_delay(Duration::from_secs(60))]).await;
    let retries = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.server.uri()).unwrap();
    let client =
        builder.timeout(Duration::from_millis(30)).retries(retries).sleeper(api.waits.clone()).build().unwrap();
    let error = client.routes().get("rte_1").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { attempts: 2 }), "{error:?}");
    assert_eq!(api.waits().len(), 1);
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
async fn an_idempotency_key_that_the_api_would_refuse_is_an_error_without_a_request() {
    let api = Api::answering([ok(&webhook())]).await;
    let create = || WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    for key in ["", "two words", "two\nlines", "größer", &"x".repeat(256)] {
        let error = api.client().webhooks().create(create()).idempotency_key(key).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{key:?}: {error:?}");
    }
    assert_eq!(api.requests().await.len(), 0);
    api.client().webhooks().create(create()).idempotency_key(&"x".repeat(255)).await.unwrap();
}

#[tokio::test]
async fn a_get_has_no_idempotency_key() {
    let api = Api::answering([ok(&route())]).await;
    api.client().routes().get("rte_1").idempotency_key("mine").await.unwrap();
    assert_eq!(header(&api.requests().await[0], "idempotency-key"), None);
}

#[tokio::test]
async fn every_method_is_tried_again_with_the_same_body() {
    let api = Api::answering([problem(500, "internal_error"), ok(&webhook())]).await;
    let create = WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    api.client().webhooks().create(create).await.unwrap();
    same_twice(&api).await;

    let api = Api::answering([problem(503, "unavailable"), ok(&webhook())]).await;
    let update = WebhookUpdate { enabled: Some(true), ..WebhookUpdate::default() };
    api.client().webhooks().update("whk_1", update).await.unwrap();
    same_twice(&api).await;

    let api = Api::answering([problem(502, "unavailable"), ResponseTemplate::new(204)]).await;
    api.client().webhooks().delete("whk_1").await.unwrap();
    same_twice(&api).await;
}

async fn same_twice(api: &Api) {
    let requests = api.requests().await;
    let [first, second] = &requests[..] else { panic!("{} requests", requests.len()) };
    assert_eq!((&first.method, &first.url, &first.body), (&second.method, &second.url, &second.body));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let body = route().to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let (outcome, waits) = of_raw_answers([format!("{head}{{"), format!("{head}{body}")]).await;
    assert_eq!((outcome.unwrap().id.as_str(), waits.len()), ("rte_7KpQ2mX9vLcR4tYb", 1));
}

#[tokio::test]
async fn an_answer_that_was_cut_on_the_way_is_asked_for_again() {
    let answer = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nx-request-id: req_4\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let body = route().to_string();
    let cut = answer(&body[..body.len() / 2]);
    let (outcome, waits) = of_raw_answers([cut.clone(), answer(&body)]).await;
    assert_eq!((outcome.unwrap().id.as_str(), waits.len()), ("rte_7KpQ2mX9vLcR4tYb", 1));
    let (outcome, waits) = of_raw_answers([cut.clone(), cut.clone(), cut.clone(), cut]).await;
    let Err(Error::Incomplete { request_id, attempts }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((request_id.as_str(), attempts, waits.len()), ("req_4", 4, 3));
}

#[tokio::test]
async fn an_error_keeps_its_retry_after_even_if_its_body_breaks_off() {
    let answer = "HTTP/1.1 503 x\r\nretry-after: 3600\r\ncontent-length: 100\r\n\r\n{".to_owned();
    let (outcome, waits) = of_raw_answers([answer]).await;
    let Err(Error::Api(error)) = outcome else { panic!("not an error of the API: {outcome:?}") };
    assert_eq!((error.status, error.retry_after, waits.len()), (503, Some(Duration::from_secs(3600)), 0));
}

/// What comes of a call that gets these bytes, a connection each, and the waits between.
async fn of_raw_answers(answers: impl IntoIterator<Item = String>) -> (Result<Route, Error>, Vec<Duration>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<_> = answers.into_iter().collect();
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let waits = std::sync::Arc::new(crate::support::Waits::default());
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(url).unwrap();
    let outcome = builder.sleeper(waits.clone()).build().unwrap().routes().get("rte_1").await;
    server.await.unwrap();
    let waits = waits.0.lock().unwrap().clone();
    (outcome, waits)
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let elsewhere = Api::answering([ok(&route())]).await;
    let api = Api::answering([ResponseTemplate::new(302).insert_header("location", elsewhere.server.uri())]).await;
    let error = api.client().routes().get("rte_1").await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == 302), "{error:?}");
    assert_eq!(elsewhere.requests().await.len(), 0);
}
