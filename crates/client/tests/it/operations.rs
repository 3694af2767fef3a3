//! Every operation: method, path, query, headers and body.

use std::time::Duration;

use policy_aggregator::{
    Client, DeliveryStatus, EventType, Sort, SourceHealth, VisaType, WebhookCreate, WebhookTest, WebhookUpdate,
};
use serde_json::{Value, json};

use crate::support::{Api, KEY, change, delivery, header, ok, page, problem, route, source, webhook};

/// Makes a call against an API that answers with this body, and returns the one request: method, target, body.
async fn sent<F: Future<Output = ()>>(answer: &Value, call: impl FnOnce(Client) -> F) -> (String, String, Value) {
    let api = Api::answering([ok(answer)]).await;
    call(api.client()).await;
    let requests = api.requests().await;
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(header(request, "authorization"), Some(format!("Bearer {KEY}").as_str()));
    let agent = header(request, "user-agent").unwrap();
    assert!(agent.starts_with("acme/1.2 policy-aggregator-rust/"), "{agent}");
    assert_eq!(header(request, "accept"), Some("application/json, application/problem+json"));
    let post = request.method == "POST";
    assert_eq!(header(request, "idempotency-key").is_some(), post, "only a POST has an idempotency key");
    let typed = header(request, "content-type");
    assert_eq!(typed, (!request.body.is_empty()).then_some("application/json"), "only a body has a type");
    let target = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    (request.method.to_string(), target, serde_json::from_slice(&request.body).unwrap_or_default())
}

macro_rules! sends {
    ($name:ident, $answer:expr, $call:expr, $method:literal, $target:literal, $body:expr) => {
        #[tokio::test]
        async fn $name() {
            let call: fn(Client) -> std::pin::Pin<Box<dyn Future<Output = ()>>> = $call;
            let (method, target, body) = sent(&$answer, call).await;
            assert_eq!((method.as_str(), target.as_str()), ($method, $target));
            let expected: Value = $body;
            assert_eq!(body, expected);
        }
    };
}

macro_rules! call {
    ($client:ident => $call:expr) => {
        |$client| {
            Box::pin(async move {
                $call.await.unwrap();
            })
        }
    };
}

sends!(
    get_me,
    json!({ "key": "pa_test_…ghij", "mode": "test", "scopes": ["read"],
        "rate_limit": { "limit": 120, "remaining": 1, "reset": 2 } }),
    call!(client => client.me()),
    "GET",
    "/api/v1/me",
    Value::Null
);
sends!(
    list_routes,
    page(&[route()], None),
    call!(client => client.routes().list().origin_country("IN").destination_country("DE").visa_type(VisaType::Student).limit(5)),
    "GET",
    "/api/v1/routes?origin_country=IN&destination_country=DE&visa_type=student&limit=5",
    Value::Null
);
sends!(get_route, route(), call!(client => client.routes().get("rte_1")), "GET", "/api/v1/routes/rte_1", Value::Null);
sends!(
    list_sources,
    page(&[source()], None),
    call!(client => client.sources().list().country("DE").health(SourceHealth::NeverChecked)),
    "GET",
    "/api/v1/sources?country=DE&health=never_checked",
    Value::Null
);
sends!(
    get_source,
    source(),
    call!(client => client.sources().get("src_1")),
    "GET",
    "/api/v1/sources/src_1",
    Value::Null
);
sends!(
    list_changes,
    page(&[change("chg_1")], None),
    call!(client => client.changes().list().route_id("rte_1").source_id("src_1").visa_type(VisaType::Work)
        .detected_after("2026-01-01T00:00:00Z".parse().unwrap()).detected_before("2026-02-01T00:00:00Z".parse().unwrap())
        .sort(Sort::OldestFirst).cursor("cur_1")),
    "GET",
    "/api/v1/changes?route_id=rte_1&source_id=src_1&visa_type=work&detected_after=2026-01-01T00%3A00%3A00Z&detected_before=2026-02-01T00%3A00%3A00Z&sort=detected_at&cursor=cur_1",
    Value::Null
);
sends!(
    get_change,
    change("chg_1"),
    call!(client => client.changes().get("chg_1")),
    "GET",
    "/api/v1/changes/chg_1",
    Value::Null
);
sends!(
    list_subscriptions,
    page(&[json!({ "id": "sub_1", "route": route(), "created_at": "2026-03-04T05:06:07Z", "active": true })], None),
    call!(client => client.subscriptions().list()),
    "GET",
    "/api/v1/subscriptions",
    Value::Null
);
sends!(
    list_webhooks,
    page(&[webhook()], None),
    call!(client => client.webhooks().list()),
    "GET",
    "/api/v1/webhooks",
    Value::Null
);
sends!(
    create_webhook,
    webhook(),
    call!(client => client.webhooks().create(
        WebhookCreate::new("https://hooks.example.com/x", [EventType::ChangeDetected]).description("mine"))),
    "POST",
    "/api/v1/webhooks",
    json!({ "url": "https://hooks.example.com/x", "events": ["change.detected"], "description": "mine" })
);
sends!(
    get_webhook,
    webhook(),
    call!(client => client.webhooks().get("whk_1")),
    "GET",
    "/api/v1/webhooks/whk_1",
    Value::Null
);
sends!(
    update_webhook,
    webhook(),
    call!(client => client.webhooks().update("whk_1", WebhookUpdate { enabled: Some(false), ..WebhookUpdate::default() })),
    "PATCH",
    "/api/v1/webhooks/whk_1",
    json!({ "enabled": false })
);
sends!(
    rotate_webhook_secret,
    webhook(),
    call!(client => client.webhooks().rotate_secret("whk_1").overlap(Duration::from_secs(60))),
    "POST",
    "/api/v1/webhooks/whk_1/rotate-secret",
    json!({ "overlap_seconds": 60 })
);
sends!(
    list_deliveries,
    page(&[delivery()], None),
    call!(client => client.webhooks().deliveries("whk_1").status(DeliveryStatus::DeadLettered).event_type(EventType::WebhookTest)),
    "GET",
    "/api/v1/webhooks/whk_1/deliveries?status=dead_lettered&event_type=webhook.test",
    Value::Null
);
sends!(
    get_delivery,
    delivery(),
    call!(client => client.deliveries().get("dlv_1")),
    "GET",
    "/api/v1/deliveries/dlv_1",
    Value::Null
);
sends!(
    redeliver,
    delivery(),
    call!(client => client.deliveries().redeliver("dlv_1")),
    "POST",
    "/api/v1/deliveries/dlv_1/redeliver",
    Value::Null
);
sends!(
    test_webhook,
    json!({ "verdict": "accepted", "message": "m", "event_id": "evt_1", "event_type": "webhook.test", "url": "http://x/",
        "response_status": 204, "duration_ms": 1, "response_body_start": "", "request_headers": {}, "request_body": "{}",
        "generated_secret": null }),
    call!(client => client.webhooks().test(
        WebhookTest::url("http://127.0.0.1:1/").event_type(EventType::SourceFailing).secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))),
    "POST",
    "/api/webhooks/test",
    json!({ "url": "http://127.0.0.1:1/", "event_type": "source.failing", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" })
);

#[tokio::test]
async fn delete_webhook() {
    let api = Api::answering([wiremock::ResponseTemplate::new(204)]).await;
    api.client().webhooks().delete("whk_1").await.unwrap();
    let request = &api.requests().await[0];
    assert_eq!((request.method.as_str(), request.url.path()), ("DELETE", "/api/v1/webhooks/whk_1"));
    assert_eq!(header(request, "authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!((header(request, "idempotency-key"), request.body.len()), (None, 0));
}

#[tokio::test]
async fn a_registered_webhook_is_tested_without_its_secret() {
    let api = Api::answering([problem(404, "not_found")]).await;
    api.client().webhooks().test(WebhookTest::webhook("whk_1")).await.unwrap_err();
    let body: Value = serde_json::from_slice(&api.requests().await[0].body).unwrap();
    assert_eq!(body, json!({ "webhook_id": "whk_1" }));
}

#[tokio::test]
async fn an_id_can_not_lead_to_another_path() {
    let api = Api::answering([ok(&route())]).await;
    let ids = ["../changes", "a/b", "%2e%2e", "?x=1", "#x", "ä"];
    for id in ids {
        api.client().routes().get(id).await.unwrap();
    }
    let requests = api.requests().await;
    assert_eq!(requests.len(), ids.len());
    for request in requests {
        let segments: Vec<_> = request.url.path().split('/').collect();
        assert_eq!((segments.len(), segments[3], request.url.query()), (5, "routes", None), "{}", request.url);
    }
}

#[tokio::test]
async fn what_is_no_id_is_refused_without_a_request() {
    let api = Api::answering([ok(&route())]).await;
    for id in ["", ".", "..", ".\t.", "a\nb", "a b"] {
        let error = api.client().webhooks().delete(id).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{id:?} is no id"));
    }
    assert_eq!(api.requests().await.len(), 0);
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    let api = Api::answering([ok(&route())]).await;
    let key = policy_aggregator::ApiKey::new(KEY).unwrap();
    let client = Client::builder(key).base_url(format!("{}/gateway/", api.server.uri())).unwrap().build().unwrap();
    client.routes().get("rte_1").await.unwrap();
    assert_eq!(api.requests().await[0].url.path(), "/gateway/api/v1/routes/rte_1");
}
