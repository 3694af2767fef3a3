//! Which webhooks are accepted, and why the others are not.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use policy_aggregator::EventType;
use policy_aggregator::webhook::{EventData, Verifier, VerifyError, verify};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::support::{change, source};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn event(kind: &str, data: &Value) -> Vec<u8> {
    json!({ "type": kind, "timestamp": "2026-03-04T05:06:07Z", "data": data }).to_string().into_bytes()
}

fn test_event() -> Vec<u8> {
    event("webhook.test", &json!({ "message": "It works.", "webhook_id": null }))
}

fn signed(secret: &str, timestamp: i64, body: &[u8]) -> HeaderMap {
    let signature = Webhook::new(secret).unwrap().sign("evt_1", timestamp, body).unwrap();
    headers("evt_1", &timestamp.to_string(), &signature)
}

fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)]
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

#[test]
fn every_kind_of_event_is_read() {
    let failing = json!({ "source": source(), "failing_since": "2026-03-04T05:06:07Z", "consecutive_failures": 3, "error": "503" });
    let recovered =
        json!({ "source": source(), "failing_since": "2026-03-04T05:06:07Z", "recovered_at": "2026-03-04T06:06:07Z" });
    for (kind, data) in [
        (EventType::ChangeDetected, change("chg_1")),
        (EventType::SourceFailing, failing),
        (EventType::SourceRecovered, recovered),
        (EventType::WebhookTest, json!({ "message": "It works.", "webhook_id": "whk_1" })),
        (EventType::Unknown("brand.new".to_owned()), json!({ "a": 1 })),
    ] {
        let body = event(kind.as_str(), &data);
        let event = verify(SECRET, &signed(SECRET, now(), &body), &body).unwrap();
        assert_eq!((event.id.as_str(), event.kind()), ("evt_1", kind));
        assert_eq!(event.timestamp, "2026-03-04T05:06:07Z".parse().unwrap());
        match event.data {
            EventData::ChangeDetected(change) => {
                assert_eq!((change.id.as_str(), change.diff.as_str()), ("chg_1", "-a\n+b\n"))
            }
            EventData::Unknown { kind, data } => assert_eq!((kind.as_str(), data), ("brand.new", json!({ "a": 1 }))),
            _ => {}
        }
    }
}

#[test]
fn while_a_secret_is_rotated_either_is_accepted() {
    let body = test_event();
    let verifier = Verifier::new([OTHER, SECRET]).unwrap();
    for secret in [SECRET, OTHER] {
        verifier.verify(&signed(secret, now(), &body), &body).unwrap();
    }
    let timestamp = now();
    let sign = |secret: &str| Webhook::new(secret).unwrap().sign("evt_1", timestamp, &body).unwrap();
    let both = format!("{} {}", sign(OTHER), sign(SECRET));
    verify(SECRET, &headers("evt_1", &timestamp.to_string(), &both), &body).unwrap();
}

#[test]
fn what_is_not_genuine_is_refused_with_the_reason() {
    let body = test_event();
    let good = signed(SECRET, now(), &body);
    let refused = |headers: &HeaderMap, body: &[u8]| verify(SECRET, headers, body).unwrap_err();

    assert_eq!(refused(&good, b"{}"), VerifyError::SignatureMismatch);
    assert_eq!(refused(&signed(OTHER, now(), &body), &body), VerifyError::SignatureMismatch);
    assert_eq!(refused(&signed(SECRET, now() - 310, &body), &body), VerifyError::TooOld);
    assert_eq!(refused(&signed(SECRET, now() + 310, &body), &body), VerifyError::TooNew);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut without = good.clone();
        without.remove(name);
        assert_eq!(refused(&without, &body), VerifyError::MissingHeader { name });
        let mut garbage = good.clone();
        garbage.insert(name, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(refused(&garbage, &body), VerifyError::InvalidHeader { name });
    }
    for timestamp in ["", "soon", "1.5", "9223372036854775807", "-9223372036854775808", "99999999999999999999"] {
        let odd = headers("evt_1", timestamp, "v1,AAAA");
        assert_eq!(refused(&odd, &body), VerifyError::InvalidTimestamp, "{timestamp}");
    }
    for signature in ["", "v1", "v1,", "v2,AAAA", ",", "v1,not base64"] {
        let odd = headers("evt_1", &now().to_string(), signature);
        assert_eq!(refused(&odd, &body), VerifyError::SignatureMismatch, "{signature}");
    }
}

#[test]
fn what_is_no_secret_is_refused_at_the_start() {
    for secret in ["", "whsec_", "pa_test_0123456789abcdef", "whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert_eq!(Verifier::new([secret]).unwrap_err(), VerifyError::InvalidSecret, "{secret}");
    }
    assert_eq!(Verifier::new(Vec::<String>::new()).unwrap_err(), VerifyError::InvalidSecret);
}

#[test]
fn a_genuine_body_that_can_not_be_read_says_so() {
    for body in [&b"not json"[..], b"{}", br#"{"type":"change.detected","timestamp":"2026-03-04T05:06:07Z","data":{}}"#]
    {
        let error = verify(SECRET, &signed(SECRET, now(), body), body).unwrap_err();
        assert!(matches!(error, VerifyError::Malformed { .. }), "{error:?}");
    }
}

#[test]
fn a_body_that_is_not_text_is_refused() {
    let body = test_event();
    let error = verify(SECRET, &signed(SECRET, now(), &body), b"\xff\xfe").unwrap_err();
    assert_eq!(error, VerifyError::SignatureMismatch);
}
