//! Starts the bot and stops it.

use std::process::ExitCode;
use std::sync::Arc;

use policy_slack_bot::api::Api;
use policy_slack_bot::configuration::Configuration;
use policy_slack_bot::endpoint::{self, Bot};
use policy_slack_bot::feed::Feed;
use policy_slack_bot::slack::Slack;
use policy_slack_bot::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

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

async fn run(configuration: Configuration) -> anyhow::Result<()> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Configuration { address, database, webhooks, signing_secret, channel, slack, token, api, key } = configuration;
    let store = Arc::new(Store::open(&database)?);
    let slack = Slack::new(slack, token)?;
    let feed = Feed::start(store.clone(), slack.clone(), channel);
    // Each answer that is on its way holds one: when all are gone, it is done.
    let (busy, mut idle) = mpsc::channel(1);
    let api = Api::new(api, key)?;
    let bot = Bot { api, slack, store, webhooks, signing_secret, wake: feed.waker(), busy };

    let stopping = told_to_stop()?;
    let listener = TcpListener::bind(&address).await?;
    tracing::info!(url = format!("http://{}", listener.local_addr()?), "listening");
    axum::serve(listener, endpoint::routes(Arc::new(bot))).with_graceful_shutdown(stopping).await?;
    let _ = idle.recv().await;
    feed.stop().await?;
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
