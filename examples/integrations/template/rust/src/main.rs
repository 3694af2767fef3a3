//! Starts the integration and stops it.

use std::process::ExitCode;
use std::sync::Arc;

use integration::api::Api;
use integration::configuration::Configuration;
use integration::endpoint::{self, Endpoint};
use integration::metrics::Metrics;
use integration::problem::Problem;
use integration::store::Store;
use integration::{poll, worker};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> ExitCode {
    let configuration = match Configuration::from_env() {
        Ok(configuration) => configuration,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().json().flatten_event(true).with_target(false).init();
    match run(configuration).await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "stopped by an error");
            ExitCode::FAILURE
        }
    }
}

// ANCHOR: start
async fn run(configuration: Configuration) -> anyhow::Result<ExitCode> {
    let Configuration { address, database, base_url, key, webhooks, poll, since, backoff } = configuration;
    let api = Api::new(base_url, &key)?;
    if let Err(problem) = check(&api).await {
        eprintln!("{problem}");
        return Ok(ExitCode::from(2));
    }
    let (store, metrics, wake) =
        (Arc::new(Store::open(&database, since)?), Arc::<Metrics>::default(), Arc::<Notify>::default());
    let stop = CancellationToken::new();
    let stopping = told_to_stop()?;
    let listener = TcpListener::bind(&address).await?;
    tracing::info!(url = format!("http://{}", listener.local_addr()?), "listening");

    let poller = poll::run(api.clone(), store.clone(), metrics.clone(), (poll, backoff), wake.clone(), stop.clone());
    let worker = worker::run(api, store.clone(), metrics.clone(), backoff, wake.clone(), stop.clone());
    let (poller, worker) = (tokio::spawn(poller), tokio::spawn(worker));
    let routes = endpoint::routes(Arc::new(Endpoint { webhooks, store, metrics, wake }));
    axum::serve(listener, routes).with_graceful_shutdown(stopping).await?;

    // All requests are answered. What is stored and not worked on yet waits for the next start.
    stop.cancel();
    poller.await?;
    worker.await??;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Asks what the key may do. An API that does not answer just now is no reason not to start: webhooks come in meanwhile.
async fn check(api: &Api) -> Result<(), String> {
    match api.scopes().await {
        Ok(scopes) if scopes.iter().any(|scope| scope == "read") => Ok(()),
        Ok(_) => {
            Err("POLICY_AGGREGATOR_API_KEY lacks the scope `read`: give it the scope, or use another key".to_owned())
        }
        Err(Problem::Retry { reason, .. }) => {
            tracing::warn!(reason, "the key is not checked");
            Ok(())
        }
        Err(problem) => Err(format!("POLICY_AGGREGATOR_API_KEY is refused: set it to a valid key. {problem}")),
    }
}
// ANCHOR_END: start

/// From now on a signal to stop is waited for; it no longer ends the program.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
