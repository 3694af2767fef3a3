//! It starts at once, and runs for days without growing.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::caller::{Caller, sandbox};

#[tokio::test]
async fn it_starts_within_50_ms() {
    // The first start works out the data, once a process.
    drop(sandbox().await);
    let fastest = {
        let mut fastest = Duration::MAX;
        for _ in 0..20 {
            let started = Instant::now();
            let _sandbox = sandbox().await;
            fastest = fastest.min(started.elapsed());
        }
        fastest
    };
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

#[tokio::test]
async fn it_keeps_only_the_latest_of_everything() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    caller.put("/sandbox/rate-limit", json!({ "requests": 1_000_000 })).await;
    let (webhook, _) = caller.webhook("http://127.0.0.1:9/hook").await;
    // More than a wiremock server serves before it is replaced, and more than any log keeps.
    for _ in 0..4200 {
        assert_eq!(caller.get("/api/v1/routes?limit=1").await.status, 200);
    }
    for _ in 0..300 {
        caller.post("/sandbox/changes", json!({})).await;
    }
    assert_eq!(sandbox.exchanges().len(), 512);
    let mut kept = 0;
    let mut path = format!("/api/v1/webhooks/{webhook}/deliveries?limit=100");
    loop {
        let page = caller.get(&path).await;
        kept += page.body["data"].as_array().unwrap().len();
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/api/v1/webhooks/{webhook}/deliveries?limit=100&cursor={cursor}");
    }
    assert_eq!(kept, 200);
}

#[tokio::test]
async fn worlds_that_are_long_unused_make_room_for_new_ones() {
    let sandbox = sandbox().await;
    let first = Caller::with_key(&sandbox, "pa_test_the_first");
    first.webhook("https://hooks.example.com/x").await;
    for index in 0..600 {
        Caller::with_key_like(&first, &format!("pa_test_world_{index}")).get("/api/v1/me").await;
    }
    assert_eq!(first.get("/api/v1/webhooks").await.body["data"], json!([]));
}

#[tokio::test]
async fn calls_at_once_are_all_answered() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    caller.put("/sandbox/rate-limit", json!({ "requests": 1_000_000 })).await;
    let calls = (0..800).map(|_| caller.get("/api/v1/changes?limit=1"));
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
}
