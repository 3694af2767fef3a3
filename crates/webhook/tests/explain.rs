//! Each cause is made, and found. What the official library signs is genuine.

use std::collections::BTreeSet;

use proofbook_webhook::cause::Cause;
use proofbook_webhook::explain::{Explanation, Received, explain};
use proofbook_webhook::signature::{Key, content};
use standardwebhooks::Webhook;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NOW: i64 = 1_772_600_767;
const BODY: &str =
    r#"{"type":"change.detected","data":{"summary":"India → Germany: 11.904 €","lines_added":2},"b":[1,2]}"#;

/// A webhook that can be spoilt.
#[derive(Clone)]
struct Sent {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    secrets: Vec<String>,
}

impl Sent {
    fn signed(body: &[u8]) -> Self {
        let signature = Webhook::new(SECRET).expect("a secret").sign("evt_1", NOW, body).expect("a signature");
        let headers = [
            ("webhook-id", "evt_1".to_owned()),
            ("webhook-timestamp", NOW.to_string()),
            ("webhook-signature", signature),
        ];
        Self {
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            body: body.to_vec(),
            secrets: vec![SECRET.to_owned()],
        }
    }

    fn genuine() -> Self {
        Self::signed(BODY.as_bytes())
    }

    fn header(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        for (known, value) in &mut self.headers {
            if known == name {
                *value = change(value);
            }
        }
        self
    }

    fn named(mut self, name: impl Fn(&str) -> String) -> Self {
        self.headers.iter_mut().for_each(|(known, _)| *known = name(known));
        self
    }

    fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    fn secrets(mut self, secrets: &[&str]) -> Self {
        self.secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        self
    }

    /// Signed by something that does it wrongly.
    fn mis_signed(self, key: &[u8], content: &[u8]) -> Self {
        let signature = Key::new(key).sign(content);
        self.header("webhook-signature", |_| format!("v1,{signature}"))
    }

    fn explained(&self, now: i64) -> Explanation {
        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        explain(Received { headers: &self.headers, body: &self.body }, &secrets, now)
    }
}

fn key() -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(&SECRET["whsec_".len()..]).expect("base64")
}

/// Everything that can go wrong, made.
fn spoilt() -> Vec<(Cause, Sent, i64)> {
    let genuine = Sent::genuine;
    let value = || serde_json::from_str::<serde_json::Value>(BODY).expect("JSON");
    let signature = |change: fn(&str) -> String| genuine().header("webhook-signature", change);
    let hex = |text: &str| {
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim_start_matches("v1,")).expect("base64");
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let same_time = vec![
        (Cause::MissingHeader, genuine().named(|name| name.replace("signature", "something"))),
        (Cause::MissingHeader, genuine().header("webhook-id", |_| " ".to_owned())),
        (Cause::HeaderName, genuine().named(|name| name.replace("webhook-", "svix-"))),
        (Cause::HeaderName, genuine().named(|name| format!("Http-{name}"))),
        (Cause::TimestampIsADate, genuine().header("webhook-timestamp", |_| "2026-03-04T05:06:07Z".to_owned())),
        (Cause::TimestampNotANumber, genuine().header("webhook-timestamp", |_| "soon".to_owned())),
        (Cause::Milliseconds, genuine().header("webhook-timestamp", |seconds| format!("{seconds}000"))),
        (Cause::BadSecret, genuine().secrets(&["pa_test_sandbox_0123456789"])),
        (Cause::BadSecret, genuine().secrets(&["whsec_"])),
        (Cause::BadSecret, genuine().secrets(&["whsec_MfKQ9r8GKYqrTwj"])),
        (Cause::BadSecret, genuine().secrets(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"])),
        (Cause::BadSecret, genuine().secrets(&[])),
        (
            Cause::SecretNotDecoded,
            genuine().mis_signed(SECRET.as_bytes(), &content("evt_1", &NOW.to_string(), BODY.as_bytes())),
        ),
        (
            Cause::SecretNotDecoded,
            genuine()
                .mis_signed(&SECRET.as_bytes()["whsec_".len()..], &content("evt_1", &NOW.to_string(), BODY.as_bytes())),
        ),
        (Cause::Hex, genuine().header("webhook-signature", |text| format!("v1,{}", hex(text)))),
        (Cause::Hex, genuine().header("webhook-signature", hex)),
        (Cause::Unpadded, signature(|text| text.trim_end_matches('=').to_owned())),
        (Cause::UrlSafe, signature(|text| format!("v1,{}", text["v1,".len()..].replace('+', "-").replace('/', "_")))),
        (Cause::NoVersion, signature(|text| text["v1,".len()..].to_owned())),
        (Cause::MalformedSignature, signature(|_| "v1,c2lnbmF0dXJl".to_owned())),
        (Cause::MalformedSignature, signature(|_| "true".to_owned())),
        (Cause::EmptyBody, genuine().body("")),
        (Cause::LineEnd, genuine().body(format!("{BODY}\n"))),
        (Cause::LineEnd, Sent::signed(format!("{BODY}\n").as_bytes()).body(BODY)),
        (Cause::LineEndings, Sent::signed(b"{\n}").body("{\r\n}")),
        (Cause::LineEndings, Sent::signed(b"{\r\n}").body("{\n}")),
        (Cause::ByteOrderMark, genuine().body(format!("\u{feff}{BODY}"))),
        (Cause::ByteOrderMark, Sent::signed(format!("\u{feff}{BODY}").as_bytes()).body(BODY)),
        // JavaScript's and serde's compact form was signed, and something wrote it in several lines or with spaces.
        (Cause::Reserialised, genuine().body(serde_json::to_string_pretty(&value()).expect("JSON"))),
        (Cause::Reserialised, genuine().body(BODY.replace(':', ": ").replace("Germany: ", "Germany:"))),
        (Cause::Reserialised, genuine().body(BODY.replace('→', "\\u2192").replace('€', "\\u20ac"))),
        // Python's form was signed, and something wrote it compactly.
        (
            Cause::Reserialised,
            Sent::signed(br#"{"type": "webhook.test", "data": {"a": 1}}"#)
                .body(r#"{"type":"webhook.test","data":{"a":1}}"#),
        ),
        (Cause::Reserialised, Sent::signed(br#"{"a":1,"b":2}"#).body(r#"{"b": 2, "a": 1}"#)),
        (Cause::CharacterSet, genuine().body(BODY.bytes().map(char::from).collect::<String>())),
        (Cause::CharacterSet, Sent::signed("\"é\"".as_bytes()).body(b"\"\xe9\"")),
        (Cause::OnlyBodySigned, genuine().mis_signed(&key(), BODY.as_bytes())),
        (Cause::IdNotSigned, genuine().mis_signed(&key(), format!("{NOW}.{BODY}").as_bytes())),
        (Cause::OtherTimestamp, genuine().header("webhook-timestamp", |_| (NOW - 7).to_string())),
        (Cause::OtherTimestamp, genuine().mis_signed(&key(), format!("evt_1.{NOW}000.{BODY}").as_bytes())),
        (Cause::WrongSecretOrBody, genuine().secrets(&[OTHER])),
        (Cause::WrongSecretOrBody, genuine().body(BODY.replace('2', "3"))),
        (Cause::WrongSecretOrBody, genuine().header("webhook-id", |_| "evt_2".to_owned())),
    ];
    let now = same_time.into_iter().map(|(cause, sent)| (cause, sent, NOW));
    now.chain([(Cause::TooOld, genuine(), NOW + 301), (Cause::TooNew, genuine(), NOW - 301)]).collect()
}

#[test]
fn what_the_official_library_signs_is_genuine() {
    for (sent, now) in [
        (Sent::genuine(), NOW),
        (Sent::genuine(), NOW + 300),
        (Sent::genuine(), NOW - 300),
        (Sent::genuine().named(str::to_ascii_uppercase), NOW),
        (Sent::genuine().secrets(&[OTHER, SECRET]), NOW),
        (Sent::genuine().header("webhook-signature", |text| format!("v1,{} v2,x {text}", "A".repeat(44))), NOW),
    ] {
        let told = sent.explained(now);
        assert!(told.genuine() && told.steps.iter().all(|step| step.holds), "{told:?}");
    }
}

#[test]
fn each_cause_is_found() {
    for (cause, sent, now) in spoilt() {
        let told = sent.explained(now);
        assert_eq!(told.cause, Some(cause), "{told:?}\n{}", String::from_utf8_lossy(&sent.body));
        let (last, before) = told.steps.split_last().expect("steps");
        assert!(!last.holds && before.iter().all(|step| step.holds), "{told:?}");
    }
}

#[test]
fn no_cause_is_only_talked_about() {
    let made: BTreeSet<String> = spoilt().iter().map(|(cause, ..)| format!("{cause:?}")).collect();
    let all: BTreeSet<String> = Cause::ALL.iter().map(|cause| format!("{cause:?}")).collect();
    assert_eq!(made, all);
    for cause in Cause::ALL {
        assert!(cause.what().ends_with('.') && !cause.fix().is_empty());
    }
}

#[test]
fn no_secret_is_told() {
    for (_, sent, now) in spoilt() {
        let told = format!("{:?}", sent.explained(now));
        for secret in sent.secrets.iter().filter(|secret| secret.len() > 12) {
            assert!(!told.contains(secret.trim_start_matches("whsec_").trim()), "{told}");
        }
    }
}

#[test]
fn hostile_input_is_only_wrong() {
    for timestamp in ["-9223372036854775808", "9223372036854775807", "99999999999999999999", "", "\u{0}"] {
        let told = Sent::genuine().header("webhook-timestamp", |_| timestamp.to_owned()).explained(NOW);
        assert!(!told.genuine(), "{told:?}");
    }
    assert!(!Sent::genuine().explained(i64::MIN).genuine() && !Sent::genuine().explained(i64::MAX).genuine());
    let deep = "[".repeat(100_000);
    assert_eq!(Sent::genuine().body(deep).explained(NOW).cause, Some(Cause::WrongSecretOrBody));
}
