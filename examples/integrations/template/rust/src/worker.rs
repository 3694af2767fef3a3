//! The loop that works on what is stored.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::metrics::Metrics;
use crate::problem::{Backoff, LONGEST, Problem};
use crate::store::{Event, Store, now};
use crate::work::{complete, work};

// ANCHOR: worker
/// Works on the oldest event that is due, until it is told to stop. What it is at, it ends.
pub async fn run(
    api: Api,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    backoff: Backoff,
    wake: Arc<Notify>,
    stop: CancellationToken,
) -> rusqlite::Result<()> {
    let mut paused_until = 0.0;
    while !stop.is_cancelled() {
        let due = if paused_until > now() { None } else { store.due(now())? };
        let Some(event) = due else {
            let until = store.next_attempt()?.unwrap_or(f64::INFINITY).max(paused_until);
            let wait = Duration::from_secs_f64((until - now()).clamp(0.0, LONGEST.as_secs_f64()));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = wake.notified() => {}
                () = stop.cancelled() => {}
            }
            continue;
        };
        let (id, failures) = (event.id.clone(), event.attempts + 1);
        match work_on(&api, &store, event).await {
            Ok((kind, true)) => {
                metrics.worked("done");
                tracing::info!(id, "type" = kind, "worked on");
            }
            Ok((kind, false)) => {
                metrics.worked("ignored");
                tracing::info!(id, "type" = kind, "ignored");
            }
            Err(problem @ Problem::GiveUp { .. }) => {
                metrics.worked("given up");
                tracing::error!(id, reason = %problem, "gave up");
                store.put_off(&id, failures, None)?;
            }
            Err(problem) => {
                metrics.worked("put off");
                let wait = wait_of(&problem, &backoff, failures);
                report(&metrics, &problem, &backoff, failures, wait, &id);
                let until = now() + wait.as_secs_f64();
                if matches!(problem, Problem::Retry { wait: Some(_), .. } | Problem::Alert { .. }) {
                    // It is the API's word, or the key's fault: the next event would meet the same.
                    paused_until = until;
                }
                store.put_off(&id, failures, Some(until))?;
            }
        }
    }
    Ok(())
}

async fn work_on(api: &Api, store: &Store, event: Event) -> Result<(String, bool), Problem> {
    let event = complete(api, event).await?;
    let done = store.finish(&event.id, |transaction| work(transaction, &event))?;
    Ok((event.kind, done))
}
// ANCHOR_END: worker

/// How long to wait after so many failures in a row: as the API says, but a second at least.
pub fn wait_of(problem: &Problem, backoff: &Backoff, failures: u32) -> Duration {
    match problem {
        Problem::Retry { wait: Some(wait), .. } => (*wait).max(Duration::from_secs(1)),
        _ => backoff.wait(failures),
    }
}

// ANCHOR: report
/// Logs a failure; tells a person if only a person helps, or if it has lasted.
pub fn report(metrics: &Metrics, problem: &Problem, backoff: &Backoff, failures: u32, wait: Duration, what: &str) {
    let in_seconds = wait.as_secs_f64();
    let lasts = failures == backoff.alert_after;
    if lasts || matches!(problem, Problem::Alert { .. } | Problem::GiveUp { .. }) {
        metrics.alerted();
        tracing::error!(what, failures, in_seconds, reason = %problem, "alert");
    } else {
        tracing::warn!(what, failures, in_seconds, reason = %problem, "retrying");
    }
}
// ANCHOR_END: report
