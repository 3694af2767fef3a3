//! Starts the receiver and stops it.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use webhook_receiver::configuration::Configuration;
use webhook_receiver::endpoint::{self, Receiver};
use webhook_receiver::store::Store;
use webhook_receiver::worker::Worker;

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
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "stopped by an error");
            ExitCode::FAILURE
        }
    }
}

// ANCHOR: stop
async fn run(configuration: Configuration) -> anyhow::Result<()> {
    let Configuration { address, database, webhooks, retries } = configuration;
    let store = Store::open(&database)?;
    let worker = Worker::start(Store::open(&database)?, retries);
    let receiver = Receiver { webhooks, store: store.shared(), wake: worker.waker() };

    let stopping = told_to_stop()?;
    let listener = TcpListener::bind(&address).await?;
    tracing::info!(url = format!("http://{}/webhooks", listener.local_addr()?), "listening");
    axum::serve(listener, endpoint::routes(Arc::new(receiver))).with_graceful_shutdown(stopping).await?;

    // All requests are answered. What is stored and not worked on yet waits for the next start.
    worker.stop()?;
    tracing::info!("stopped");
    Ok(())
}

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
// ANCHOR_END: stop
