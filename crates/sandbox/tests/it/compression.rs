//! Answers that come compressed, for a client that accepts it.

use http::Method;
use http::header::ACCEPT_ENCODING;
use serde_json::json;

use crate::caller::{Caller, sandbox};

const LARGE: &str = "/api/v1/changes?limit=100";

/// An answer as it came over the wire: nothing is unpacked.
async fn raw(caller: &Caller, path: &str, accepts: Option<&str>, etag: &str) -> (u16, http::HeaderMap, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let mut request = caller.request(Method::GET, path).header("if-none-match", etag).build().unwrap();
    if let Some(accepts) = accepts {
        request.headers_mut().insert(ACCEPT_ENCODING, accepts.parse().unwrap());
    }
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

fn is_gzip(headers: &http::HeaderMap) -> bool {
    headers.get("content-encoding").is_some_and(|coding| coding == "gzip")
}

#[tokio::test]
async fn a_large_answer_comes_compressed_to_who_accepts_it_and_is_the_same() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let (_, plain, all) = raw(&caller, LARGE, None, "\"none\"").await;
    let (status, packed, fewer) = raw(&caller, LARGE, Some("br;q=1.0, gzip;q=0.8"), "\"none\"").await;
    assert!(status == 200 && !is_gzip(&plain) && is_gzip(&packed), "{packed:?}");
    assert!(fewer.starts_with(b"\x1f\x8b") && fewer.len() * 5 < all.len(), "{} of {}", fewer.len(), all.len());
    assert_eq!(packed["vary"], "accept-encoding");
    assert_eq!(plain["vary"], packed["vary"]);
    // The caller's client unpacks.
    assert_eq!(caller.get(LARGE).await.body, serde_json::from_slice::<serde_json::Value>(&all).unwrap());
}

#[tokio::test]
async fn what_is_recorded_and_judged_is_the_plain_answer() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    caller.get(LARGE).await;
    let seen = sandbox.exchanges();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].response_body.starts_with("{\"data\":[{\"id\":\"chg_"), "{}", seen[0].response_body);
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_compressed_answer_has_a_version_of_its_own_and_either_is_known() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let (_, plain, _) = raw(&caller, LARGE, None, "\"none\"").await;
    let (_, packed, _) = raw(&caller, LARGE, Some("gzip"), "\"none\"").await;
    let [plain, packed] = [&plain, &packed].map(|headers| headers["etag"].to_str().unwrap());
    assert_eq!(packed, format!("{}-gzip\"", plain.trim_end_matches('"')));
    for (known, told) in [(plain, plain), (packed, packed), ("\"other\", *", plain), (&format!("W/{packed}"), packed)] {
        for accepts in [None, Some("gzip")] {
            let (status, headers, body) = raw(&caller, LARGE, accepts, known).await;
            assert!(status == 304 && body.is_empty() && !is_gzip(&headers), "{known}: {status} {headers:?}");
            assert_eq!(headers["etag"], told);
        }
    }
}

#[tokio::test]
async fn it_stays_plain_where_it_is_small_or_nobody_asks() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    for accepts in [None, Some("identity"), Some("gzip;q=0"), Some("br"), Some(""), Some("identity;q=0, gzip;q=0")] {
        let (status, headers, body) = raw(&caller, LARGE, accepts, "\"none\"").await;
        assert!(status == 200 && !is_gzip(&headers) && body.starts_with(b"{"), "{accepts:?}: {status} {headers:?}");
    }
    for (path, wanted) in [("/api/v1/me", 200), ("/api/v1/changes/chg_0000000000000000", 404)] {
        let (status, headers, body) = raw(&caller, path, Some("gzip"), "\"none\"").await;
        assert!(status == wanted && !is_gzip(&headers) && body.starts_with(b"{"), "{path}: {status} {headers:?}");
    }
}

#[tokio::test]
async fn a_body_that_was_cut_off_arrives_cut_off_though_compressed() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    caller.post("/sandbox/faults", json!({ "malformed_body": true })).await;
    let answer = caller.get(LARGE).await;
    assert!(answer.body.as_str().is_some_and(|text| text.starts_with("{\"data\":")), "{answer:?}");
}
