//! Lists as streams.

use futures::{StreamExt, TryStreamExt};
use policy_aggregator::{Error, VisaType};

use crate::support::{Api, change, ok, page, problem};

#[tokio::test]
async fn a_stream_follows_the_cursors_and_keeps_the_filters() {
    let api = Api::answering([
        ok(&page(&[change("chg_1"), change("chg_2")], Some("cur_2"))),
        ok(&page(&[], Some("cur_3"))),
        ok(&page(&[change("chg_3")], None)),
    ])
    .await;
    let list = api.client().changes().list().visa_type(VisaType::Student).limit(2);
    let changes: Vec<_> = list.stream().try_collect().await.unwrap();
    let ids: Vec<_> = changes.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(ids, ["chg_1", "chg_2", "chg_3"]);
    let requests = api.requests().await;
    let queries: Vec<_> = requests.iter().map(|request| request.url.query().unwrap()).collect();
    let same = "visa_type=student&limit=2";
    assert_eq!(queries, [same, &format!("{same}&cursor=cur_2"), &format!("{same}&cursor=cur_3")]);
}

#[tokio::test]
async fn a_page_is_fetched_when_its_first_item_is_asked_for() {
    let api = Api::answering([
        ok(&page(&[change("chg_1"), change("chg_2")], Some("cur_2"))),
        ok(&page(&[change("chg_3")], None)),
    ])
    .await;
    let mut changes = api.client().changes().list().stream();
    assert_eq!(api.requests().await.len(), 0);
    changes.next().await.unwrap().unwrap();
    changes.next().await.unwrap().unwrap();
    assert_eq!(api.requests().await.len(), 1);
    changes.next().await.unwrap().unwrap();
    assert_eq!(api.requests().await.len(), 2);
    assert!(changes.next().await.is_none());
    assert_eq!(api.requests().await.len(), 2);
}

#[tokio::test]
async fn after_an_error_a_stream_ends() {
    let api = Api::answering([ok(&page(&[change("chg_1")], Some("cur_2"))), problem(400, "invalid_request")]).await;
    let mut changes = api.client().changes().list().stream();
    changes.next().await.unwrap().unwrap();
    assert!(matches!(changes.next().await, Some(Err(Error::Api(_)))));
    assert!(changes.next().await.is_none());
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_ends_the_stream() {
    let api = Api::answering([ok(&page(&[change("chg_1")], Some("cur_2")))]).await;
    let changes: Vec<_> = api.client().changes().list().stream().collect().await;
    assert!(matches!(&changes[..], [Ok(_), Err(Error::Decode { .. })]), "{changes:?}");
    assert_eq!(api.requests().await.len(), 2);
}
