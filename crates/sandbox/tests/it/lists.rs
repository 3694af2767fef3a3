//! Pages, filters and order.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::caller::{Caller, sandbox};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn walk(caller: &Caller, path: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = caller.get(&format!("{path}{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        all.extend(ids(&page.body));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn the_data_is_large_enough_and_the_same_at_each_start() {
    let (first, second) = (sandbox().await, sandbox().await);
    for (path, least) in [("/api/v1/routes", 12), ("/api/v1/sources", 15), ("/api/v1/changes", 150)] {
        let one = walk(&Caller::new(&first), &format!("{path}?limit=100")).await;
        let two = walk(&Caller::new(&second), &format!("{path}?limit=100")).await;
        assert!(one.len() >= least, "{path}: {}", one.len());
        assert_eq!(one, two);
    }
}

#[tokio::test]
async fn pages_join_to_the_whole_list_without_repeats() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    for path in ["/api/v1/changes", "/api/v1/routes", "/api/v1/sources", "/api/v1/subscriptions"] {
        let whole: Vec<String> = walk(&caller, &format!("{path}?limit=100")).await;
        let pages = walk(&caller, &format!("{path}?limit=7")).await;
        assert_eq!(whole, pages, "{path}");
        assert_eq!(pages.iter().collect::<BTreeSet<_>>().len(), pages.len(), "{path}");
    }
}

#[tokio::test]
async fn a_change_that_comes_in_while_paging_shifts_nothing() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let before = walk(&caller, "/api/v1/changes?limit=10").await;
    let first = caller.get("/api/v1/changes?limit=10").await;
    caller.post("/sandbox/changes", json!({})).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = caller.get(&format!("/api/v1/changes?limit=10&cursor={cursor}")).await;
    assert_eq!(ids(&second.body), before[10..20]);
}

#[tokio::test]
async fn changes_are_sorted_newest_first_or_oldest_first() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let mut newest = walk(&caller, "/api/v1/changes?limit=100").await;
    let oldest = walk(&caller, "/api/v1/changes?limit=100&sort=detected_at").await;
    newest.reverse();
    assert_eq!(newest, oldest);
    let page = caller.get("/api/v1/changes?limit=100&sort=detected_at").await;
    let times: Vec<_> =
        page.body["data"].as_array().unwrap().iter().map(|change| change["detected_at"].as_str()).collect();
    assert!(times.is_sorted());
}

#[tokio::test]
async fn filters_combine() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let page = caller
        .get("/api/v1/changes?limit=100&visa_type=student&detected_after=2026-01-01T00:00:00Z&detected_before=2026-07-01T00:00:00Z")
        .await;
    let changes = page.body["data"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        assert_eq!(change["route"]["visa_type"], "student");
        assert!(change["detected_at"].as_str().unwrap().starts_with("2026-0"), "{change}");
    }
    let route = changes[0]["route"]["id"].as_str().unwrap();
    let source = changes[0]["source"]["id"].as_str().unwrap();
    for change in caller.get(&format!("/api/v1/changes?route_id={route}&source_id={source}")).await.body["data"]
        .as_array()
        .unwrap()
    {
        assert_eq!((&change["route"]["id"], &change["source"]["id"]), (&json!(route), &json!(source)));
    }
    let german = caller.get("/api/v1/routes?destination_country=DE").await;
    assert!(german.body["data"].as_array().unwrap().iter().all(|route| route["destination_country"] == "DE"));
    assert!(!ids(&german.body).is_empty());
}

#[tokio::test]
async fn a_mistyped_parameter_is_an_error_that_names_it() {
    let sandbox = sandbox().await;
    let answer = Caller::new(&sandbox).get("/api/v1/changes?limt=5").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body["detail"].as_str().unwrap().contains("`limt`"), "{answer:?}");
}

#[tokio::test]
async fn keys_do_not_see_each_other() {
    let sandbox = sandbox().await;
    let (one, two) = (Caller::new(&sandbox), Caller::new(&sandbox));
    let (webhook, _) = one.webhook("https://hooks.example.com/x").await;
    assert_eq!(two.get(&format!("/api/v1/webhooks/{webhook}")).await.status, 404);
    let made = one.post("/sandbox/changes", json!({})).await.body["change"]["id"].as_str().unwrap().to_owned();
    assert_eq!(one.get(&format!("/api/v1/changes/{made}")).await.status, 200);
    assert_eq!(two.get(&format!("/api/v1/changes/{made}")).await.status, 404);
}

#[tokio::test]
async fn a_tag_belongs_to_one_question() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let one = caller.get("/api/v1/changes?detected_after=2099-01-01T00:00:00Z").await;
    let other = caller.get("/api/v1/changes?detected_after=2099-01-02T00:00:00Z").await;
    assert_eq!(one.body, other.body);
    assert_ne!(one.header("etag"), other.header("etag"));
}
