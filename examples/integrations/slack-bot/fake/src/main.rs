//! A fake Slack to try a bot with: it prints what the bot posts, and sends it what people type and click.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use fake_slack::request::{FromSlack, SIGNING_SECRET};
use fake_slack::{CHANNEL, Call, Slack, TOKEN, shown};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::time::timeout;

/// How long a bot may take to answer a person.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a bot may take to acknowledge a request (<https://docs.slack.dev/interactivity/implementing-slash-commands>).
const ACKNOWLEDGE: Duration = Duration::from_secs(3);

struct Desk {
    bot: String,
    response_url: String,
    calls: broadcast::Sender<Call>,
    posted: Mutex<Option<(Value, String)>>,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let port = variable("PORT", "3002").parse().unwrap_or(3002);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let desk = Arc::new(Desk {
        bot: variable("BOT_URL", "http://127.0.0.1:3001"),
        response_url: format!("{origin}/response"),
        calls: broadcast::channel(64).0,
        posted: Mutex::default(),
    });
    let people = Router::new().route("/type", post(types)).route("/click", post(clicks)).with_state(desk.clone());
    let mut slack = Slack::start(listener, people)?;
    println!("A fake Slack, for a bot at {}\n", desk.bot);
    for (name, value) in [
        ("SLACK_API_URL", slack.url.as_str()),
        ("SLACK_BOT_TOKEN", TOKEN),
        ("SLACK_SIGNING_SECRET", SIGNING_SECRET),
        ("SLACK_CHANNEL", CHANNEL),
    ] {
        println!("  export {name}={value}");
    }
    println!("\n  curl -d 'routes germany' {origin}/type   types /policy routes germany");
    println!("  curl -X POST {origin}/click              clicks the button of the last message\n");
    loop {
        let Some(call) = slack.call().await else { continue };
        if let ("chat.postMessage", Some(ts)) = (call.method.as_str(), call.ts.clone()) {
            *desk.posted.lock().unwrap_or_else(PoisonError::into_inner) = Some((call.arguments.clone(), ts));
            println!("#{CHANNEL}\n{}\n", shown(&call.arguments));
        }
        let _ = desk.calls.send(call);
    }
}

async fn types(State(desk): State<Arc<Desk>>, text: String) -> (StatusCode, String) {
    let request = FromSlack::command(&text, &desk.response_url);
    exchange(&desk, &request, "response_url").await
}

async fn clicks(State(desk): State<Arc<Desk>>) -> (StatusCode, String) {
    let mut calls = desk.calls.subscribe();
    let mut posted = desk.last();
    // The message may be on its way.
    if posted.is_none() && next(&mut calls, "chat.postMessage").await.is_some() {
        posted = desk.last();
    }
    let Some((message, ts)) = posted else {
        return (StatusCode::CONFLICT, "the bot has posted nothing yet\n".to_owned());
    };
    exchange(&desk, &FromSlack::click(&message, &ts), "chat.update").await
}

/// Sends a request to the bot, and waits for what it does about it.
async fn exchange(desk: &Desk, request: &FromSlack, method: &str) -> (StatusCode, String) {
    let mut calls = desk.calls.subscribe();
    let failed = |what: String| (StatusCode::BAD_GATEWAY, what + "\n");
    // What Slack itself shows to the person.
    let refused = |error: &str| failed(format!("/policy failed with the error \"{error}\""));
    match timeout(ACKNOWLEDGE, request.send(&desk.bot)).await {
        Ok(Ok((200, _))) => {}
        Ok(Ok((status, _))) => return failed(format!("the bot answered {status}")),
        Ok(Err(_)) => return refused("dispatch_failed"),
        Err(_) => return refused("operation_timeout"),
    }
    match next(&mut calls, method).await {
        Some(call) => (StatusCode::OK, shown(&call.arguments).trim().to_owned() + "\n"),
        None => failed("the bot said nothing within 30 seconds".to_owned()),
    }
}

/// The next call of a method, if one comes in time.
async fn next(calls: &mut broadcast::Receiver<Call>, method: &str) -> Option<Call> {
    let wanted = async {
        loop {
            match calls.recv().await {
                Ok(call) if call.method == method => return Some(call),
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    };
    timeout(PATIENCE, wanted).await.ok()?
}

impl Desk {
    /// The message that was posted last, and its `ts`.
    fn last(&self) -> Option<(Value, String)> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
