//! A job on the client library that does everything right, or the one thing wrong that its argument names.
//!
//!     wrong-client FOLDER [WRONG]
//!
//! Most of what a program can do wrong, the library does right: these are the ways round it.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use policy_aggregator::{Change, Client, Error, EventType, RetryPolicy, WebhookCreate};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("no folder")?;
    let wrong = arguments.next().unwrap_or_default();
    let is = |name: &str| wrong == name;
    let by_hand = is("ignores-retry-after");

    let client = client(if by_hand { RetryPolicy::none() } else { RetryPolicy::default() })?;
    // Where a list is asked for by hand, a refusal in its midst begins it anew: only the POST is, if it is about that.
    let poster = if is("new-idempotency-key") { self::client(RetryPolicy::none())? } else { client.clone() };
    if is("prints-its-key") {
        println!("starting with {}", std::env::var("POLICY_AGGREGATOR_API_KEY")?);
    }

    let attempts = if by_hand || is("retries-400") { 8 } else { 1 };
    let mut idempotency_key = new_key();
    again(if is("new-idempotency-key") { 8 } else { attempts }, &wrong, async || {
        if is("new-idempotency-key") {
            idempotency_key = new_key();
        }
        let webhook = WebhookCreate::new("http://127.0.0.1:9/webhooks", [EventType::ChangeDetected]);
        poster.webhooks().create(webhook).idempotency_key(&idempotency_key).await
    })
    .await?;
    let changes: Vec<Change> = again(attempts, &wrong, async || {
        let list = client.changes().list().limit(100).detected_after("2026-06-01T00:00:00Z".parse().expect("a time"));
        if is("stops-after-page-one") { Ok(list.await?.data) } else { list.stream().try_collect().await }
    })
    .await?;
    let done = Path::new(&folder).join("done");
    let mut known: HashSet<String> =
        std::fs::read_to_string(&done).unwrap_or_default().lines().map(str::to_owned).collect();
    for change in changes {
        let id = change.id.to_string();
        if known.insert(id.clone()) || is("no-deduplication") {
            println!("done {id}");
        }
    }
    std::fs::write(done, known.into_iter().collect::<Vec<_>>().join("\n"))?;
    Ok(())
}

fn client(retries: RetryPolicy) -> Result<Client> {
    let builder = Client::builder(policy_aggregator::ApiKey::from_env()?).retries(retries);
    Ok(builder.base_url(std::env::var("POLICY_AGGREGATOR_BASE_URL")?)?.user_agent("visa-sync/1.0").build()?)
}

fn new_key() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// A loop that somebody has written round the library.
async fn again<T>(
    attempts: u32,
    wrong: &str,
    mut call: impl AsyncFnMut() -> std::result::Result<T, Error>,
) -> Result<T> {
    let mut attempt = 1;
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) if attempt == attempts => return Err(error.into()),
            Err(error) => error,
        };
        let refused = error.code().is_some() && !error.is_retryable();
        if refused && !(wrong == "retries-400" && matches!(&error, Error::Api(problem) if problem.status == 400)) {
            return Err(error.into());
        }
        let grows = Duration::from_millis(200) * 2u32.pow(attempt) * fastrand::u32(90..110) / 100;
        let told = match &error {
            Error::Api(problem) if wrong != "ignores-retry-after" => problem.retry_after,
            _ => None,
        };
        tokio::time::sleep(told.unwrap_or(grows)).await;
        attempt += 1;
    }
}
