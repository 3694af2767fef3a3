//! What is made of an answer, also of one that is not as promised.

use policy_aggregator::{
    Conditional, ETag, Error, ErrorCode, EventType, FieldError, RateLimit, Scope, SourceHealth, VisaType, WebhookCreate,
};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{Api, header, ok, page, problem, route, source, webhook};

#[tokio::test]
async fn what_is_known_of_an_answer_comes_with_it() {
    let answer = ok(&route())
        .insert_header("deprecation", "@1767225600")
        .insert_header("sunset", "Thu, 31 Dec 2026 23:59:59 GMT");
    let api = Api::answering([answer]).await;
    let meta = api.client().routes().get("rte_1").with_meta().await.unwrap().meta;
    assert_eq!(meta.request_id, "req_4rTg6YhU8jIkO2lP");
    assert_eq!(meta.etag, Some(ETag::new("\"5d41402abc4b2a76\"")));
    assert_eq!(meta.rate_limit, RateLimit { limit: 120, remaining: 119, reset: 1_772_600_820 });
    assert_eq!(meta.deprecation.as_deref(), Some("@1767225600"));
    assert_eq!(meta.sunset.as_deref(), Some("Thu, 31 Dec 2026 23:59:59 GMT"));
    assert!(!meta.replayed);
}

#[tokio::test]
async fn it_asks_for_a_compressed_answer_and_reads_one() {
    // {"data":[],"next_cursor":null}, stored uncompressed in a gzip file (RFC 1952) with its CRC-32 and length.
    let body = b"{\"data\":[],\"next_cursor\":null}";
    let mut packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x1e\x00\xe1\xff".to_vec();
    packed.extend_from_slice(body);
    packed.extend_from_slice(b"\x08\xf8\x99\xdb\x1e\x00\x00\x00");
    let answer =
        ok(&page(&[], None)).set_body_raw(packed, "application/json").insert_header("content-encoding", "gzip");
    let api = Api::answering([answer]).await;
    assert!(api.client().changes().list().await.unwrap().data.is_empty());
    for request in api.requests().await {
        assert_eq!(header(&request, "accept-encoding"), Some("gzip"));
    }
}

#[tokio::test]
async fn a_replayed_answer_says_so() {
    let api = Api::answering([ok(&webhook()).insert_header("idempotent-replayed", "true")]).await;
    let create = WebhookCreate::new("https://hooks.example.com/x", [EventType::WebhookTest]);
    assert!(api.client().webhooks().create(create).with_meta().await.unwrap().meta.replayed);
}

#[tokio::test]
async fn a_conditional_call_sends_the_version_and_tells_changed_from_unchanged() {
    let api =
        Api::answering([ResponseTemplate::new(304).insert_header("x-request-id", "req_2"), ok(&page(&[], None))]).await;
    let tag = ETag::new("\"5d41402abc4b2a76\"");
    let unchanged = api.client().changes().list().if_changed(&tag).await.unwrap();
    assert!(matches!(unchanged, Conditional::NotModified(meta) if meta.request_id == "req_2"));
    let changed = api.client().changes().list().if_changed(&tag).await.unwrap();
    assert!(matches!(changed, Conditional::Changed(answer) if answer.data.data.is_empty()));
    for request in api.requests().await {
        assert_eq!(header(&request, "if-none-match"), Some("\"5d41402abc4b2a76\""));
    }
}

#[tokio::test]
async fn an_error_keeps_its_code_its_request_and_its_places() {
    let api = Api::answering([problem(422, "validation_failed")]).await;
    let error = api.client().routes().get("rte_1").await.unwrap_err();
    assert_eq!((error.code(), error.request_id()), (Some(&ErrorCode::ValidationFailed), Some("req_4rTg6YhU8jIkO2lP")));
    let text = error.to_string();
    assert!(text.contains("422 validation_failed: What to do.") && text.contains("req_4rTg6YhU8jIkO2lP"), "{text}");
    let Error::Api(error) = error else { panic!("not of the API") };
    let place = FieldError { pointer: "/events/0".to_owned(), message: "not an event".to_owned() };
    assert_eq!((error.status, error.errors, error.retry_after), (422, vec![place], None));
}

#[tokio::test]
async fn a_code_that_is_new_is_kept() {
    let api = Api::answering([problem(400, "brand_new")]).await;
    let error = api.client().routes().get("rte_1").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::Unknown("brand_new".to_owned())));
}

#[tokio::test]
async fn a_proxy_s_page_is_an_error_with_its_status() {
    let page = ResponseTemplate::new(407).set_body_raw("<h1>Proxy</h1>", "text/html");
    let error = Api::answering([page]).await.client().routes().get("rte_1").await.unwrap_err();
    let Error::Api(error) = error else { panic!("not of the API") };
    assert_eq!(error.to_string(), "407 http_407: the answer is not one of the API's; look at what lies between");
    assert_eq!((error.status, error.code), (407, ErrorCode::Unknown("http_407".to_owned())));
}

#[tokio::test]
async fn a_proxy_s_endless_page_is_an_error_with_its_status_too() {
    let page = ResponseTemplate::new(404).set_body_bytes(vec![b'x'; 11 * 1024 * 1024]);
    let error = Api::answering([page]).await.client().routes().get("rte_1").await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == 404), "{error:?}");
    assert_eq!(error.request_id(), None, "none came");
}

#[tokio::test]
async fn an_error_that_says_less_than_it_should_keeps_its_code() {
    let body = json!({ "code": "validation_failed", "title": null, "detail": "Mend it.", "request_id": 7,
        "errors": ["/url", { "message": "no", "new": 1 }] });
    let page = ResponseTemplate::new(422).set_body_json(body).insert_header("x-request-id", "req_5");
    let error = Api::answering([page]).await.client().routes().get("rte_1").await.unwrap_err();
    assert_eq!((error.code(), error.request_id()), (Some(&ErrorCode::ValidationFailed), Some("req_5")));
    let Error::Api(error) = error else { panic!("not of the API") };
    assert_eq!((error.title.as_str(), error.detail.as_str()), ("", "Mend it."));
    assert_eq!(error.errors, [FieldError { pointer: String::new(), message: "no".to_owned() }]);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_told_with_its_request() {
    let broken = ResponseTemplate::new(200).set_body_string("<html>").insert_header("x-request-id", "req_3");
    let error = Api::answering([broken]).await.client().routes().get("rte_1").await.unwrap_err();
    assert!(matches!(&error, Error::Decode { request_id, .. } if request_id == "req_3"), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 11 * 1024 * 1024]);
    let error = Api::answering([huge]).await.client().routes().get("rte_1").await.unwrap_err();
    assert!(matches!(&error, Error::Decode { reason, .. } if reason.contains("larger")), "{error:?}");
}

#[tokio::test]
async fn new_fields_and_new_words_are_tolerated() {
    let mut new = source();
    new["brand_new"] = json!({ "a": 1 });
    new["health"] = json!("resting");
    new["visa_type"] = json!("digital_nomad");
    new["kind"] = json!("video");
    new["check_frequency"] = json!("monthly");
    let source = Api::answering([ok(&new)]).await.client().sources().get("src_1").await.unwrap();
    assert_eq!(source.health, SourceHealth::Unknown("resting".to_owned()));
    assert_eq!(source.visa_type.to_string(), "digital_nomad");
    assert_eq!(serde_json::to_value(&source).unwrap()["kind"], "video", "and they are written as they came");
}

#[test]
fn words_are_written_as_they_are_read() {
    for word in ["read", "webhooks:write", "other"] {
        assert_eq!(Scope::from(word).as_str(), word);
    }
    for word in ["student", "work", "family", "visitor", "other"] {
        let read: VisaType = serde_json::from_value(json!(word)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), json!(word));
    }
}
