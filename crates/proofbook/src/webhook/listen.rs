//! `proofbook webhook listen`: receives, verifies and shows.

use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use proofbook_webhook::explain::{Explanation, Received, explain};
use serde_json::{Value, json};

use super::delivery::{Delivery, Sender, Target};
use super::record::{self, Recorded};
use super::replay::end_to_end;
use super::secrets::Secrets;
use super::{show, verify};
use crate::stop::Stop;
use crate::{listen, output};

/// The largest body that is taken, in bytes.
const LARGEST: usize = 1 << 20;
/// How many ids are remembered, to tell a duplicate.
const REMEMBERED: usize = 10_000;

/// Receive webhooks, verify each, and print a line for it
///
/// A genuine one is answered with 204, another one with 401, as a good receiver does. Without a secret nothing is verified, and
/// all are answered with 204. With --forward-to, each is passed on as it came, and the sender gets the answer from there.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The port; 0 takes any free one
    #[arg(long, env = "PROOFBOOK_PORT", hide_env_values = true, default_value_t = 4020, value_name = "PORT")]
    port: u16,

    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,

    #[command(flatten)]
    secrets: Secrets,

    /// Pass each on to this URL, as it came
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,

    /// Pass on to private and link-local addresses too, and by http
    #[arg(long, requires = "forward_to")]
    allow_private: bool,

    /// Add what comes to this file, for `webhook replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Print headers, body and the steps of the verification too
    #[arg(long)]
    detail: bool,

    /// Print one JSON object a delivery
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "Examples:
  proofbook webhook listen                                      on http://127.0.0.1:4020, any path
  proofbook webhook listen --detail                             with headers, body and each step
  proofbook webhook listen --forward-to http://127.0.0.1:8080/webhooks --record deliveries.jsonl

Ctrl-C or SIGTERM ends it with exit code 0.";

struct Listener {
    secrets: Secrets,
    forward: Option<Sender>,
    record: Option<File>,
    detail: bool,
    json: bool,
    seen: Mutex<HashSet<String>>,
}

/// Runs until it is told to stop.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    if !args.secrets.all().is_empty() {
        args.secrets.keys()?;
    }
    let forward = args.forward_to.map(|url| Sender::to(&Target::new(url, args.allow_private))).transpose()?;
    let record = args.record.as_deref().map(record::create).transpose()?;
    let socket = listen::bind("webhook listen", &args.host, args.port)?;
    let origin = listen::origin(socket.local_addr()?);
    let verified = match args.secrets.all().len() {
        0 => "Nothing is verified: there is no secret.".to_owned(),
        1 => "Each is verified.".to_owned(),
        secrets => format!("Each is verified with {secrets} secrets."),
    };
    let listener = Listener {
        secrets: args.secrets,
        forward,
        record,
        detail: args.detail,
        json: args.json,
        seen: Mutex::default(),
    };
    let stop = Stop::listen()?;
    let greeting =
        format!("{}\n\n  URL  {origin}/webhooks\n\n{verified} Ctrl-C stops.", output::bold("Webhook listener"));
    if args.json {
        output::note(&format!("listening on {origin}/webhooks. Ctrl-C stops."));
    } else {
        output::say(&greeting);
    }
    let router =
        Router::new().fallback(post(receive)).layer(DefaultBodyLimit::max(LARGEST)).with_state(Arc::new(listener));
    let socket = tokio::net::TcpListener::from_std(socket)?;
    axum::serve(socket, router).with_graceful_shutdown(stop.told()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn receive(
    State(listener): State<Arc<Listener>>,
    OriginalUri(target): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let secrets = listener.secrets.all();
    let now = Timestamp::now();
    let told =
        (!secrets.is_empty()).then(|| explain(Received { headers: &headers, body: &body }, &secrets, now.as_second()));
    let recorded = Recorded::now(target.to_string(), headers, &body);
    let known = listener.known(&recorded, told.as_ref());
    let unwritten = listener.record.as_ref().and_then(|file| record::add(file, &recorded).err());
    if let Some(error) = unwritten {
        output::error(&format!("a delivery is not in the record: {error}"));
    }
    let genuine = told.as_ref().is_none_or(Explanation::genuine);
    let (status, answer) = match &listener.forward {
        Some(forward) => {
            let delivery = Delivery { id: String::new(), headers: end_to_end(&recorded), body: body.to_vec() };
            let sent = forward.post(&delivery).await;
            match sent {
                Ok(answer) => (answer.status, answer.body),
                Err(error) => (StatusCode::BAD_GATEWAY.as_u16(), error.into_bytes()),
            }
        }
        None if genuine => (204, Vec::new()),
        None => (401, br#"{"error":"unauthorized"}"#.to_vec()),
    };
    listener.tell(&recorded, &body, told.as_ref(), known, (status, &answer));
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), answer).into_response()
}

impl Listener {
    /// Whether a genuine webhook with this id was here before.
    fn known(&self, recorded: &Recorded, told: Option<&Explanation>) -> bool {
        let id = recorded.header("webhook-id").map(str::to_owned);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        told.is_none_or(Explanation::genuine) && id.is_some_and(|id| !seen.insert(id))
    }

    fn tell(&self, recorded: &Recorded, body: &[u8], told: Option<&Explanation>, known: bool, answer: (u16, &[u8])) {
        let event: Value = serde_json::from_slice(body).unwrap_or_default();
        let kind = event["type"].as_str().unwrap_or("no event");
        let id = recorded.header("webhook-id").unwrap_or("no id");
        if self.json {
            output::say(
                &json!({
                    "at": recorded.at, "target": recorded.target, "event": kind, "id": id, "bytes": body.len(),
                    "verification": told.map(verify::report), "known": known, "status": answer.0,
                })
                .to_string(),
            );
            return;
        }
        let verdict = match told {
            None => "not verified".to_owned(),
            Some(told) => {
                told.cause.map_or_else(|| "genuine".to_owned(), |cause| format!("NOT GENUINE: {}", cause.what()))
            }
        };
        let time = recorded.at.strftime("%H:%M:%SZ");
        let size = output::size(body.len() as u64);
        let (kind, id) = (show::line(kind, 40), show::line(id, 60));
        let again = if known { ", here before" } else { "" };
        let mut lines = format!("{time}  {kind}  {id}  {verdict}{again}  {size}  → {}", answer.0);
        if self.forward.is_some() && !answer.1.is_empty() {
            lines.push_str(&format!("  {}", show::line(&String::from_utf8_lossy(answer.1), 120)));
        }
        if self.detail {
            for (name, value) in &recorded.headers {
                lines.push_str(&format!("\n  {name}: {}", show::line(value, 400)));
            }
            let pretty = (!event.is_null()).then(|| serde_json::to_string_pretty(&event).unwrap_or_default());
            let shown = pretty.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
            for text in told.map(verify::text).into_iter().chain([shown]) {
                lines.push_str(&format!("\n\n  {}", show::lines(&text).replace('\n', "\n  ")));
            }
            lines.push('\n');
        }
        output::say(&lines);
    }
}
