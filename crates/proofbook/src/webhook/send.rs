//! `proofbook webhook send`: what a sender would send, and what a forger would.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use futures::StreamExt;
use jiff::Timestamp;
use proofbook_sandbox::policy_aggregator::{contract, ids};
use proofbook_webhook::signature::Key;
use serde_json::{Value, json};

use super::delivery::{Delivery, Outcome, Sender, Tamper, Target, new_id};
use super::secrets::Secrets;
use super::show;
use crate::failure::Failure;
use crate::{exit, output};

/// Send signed webhooks to a URL, and say whether it answers as a good receiver does
///
/// What is sent is the contract's example of the event, with an id and a time of its own. --tamper spoils it in one way, as a
/// forger would; then a good receiver refuses it. Redirects are not followed, and private networks are not reached.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,

    /// The event
    #[arg(long, default_value = "webhook.test", value_name = "TYPE")]
    event: String,

    #[command(flatten)]
    secrets: Secrets,

    /// Send this file as the body, as it is; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    data: Option<PathBuf>,

    /// How many
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,

    /// How many at once
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    concurrency: u32,

    /// Spoil it in one way
    #[arg(long, value_enum, value_name = "HOW")]
    tamper: Option<Tamper>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "Examples:
  proofbook webhook send --to http://127.0.0.1:8080/webhooks
  proofbook webhook send --to http://127.0.0.1:8080/webhooks --event change.detected
  proofbook webhook send --to http://127.0.0.1:8080/webhooks --tamper signature
  proofbook webhook send --to http://127.0.0.1:8080/webhooks --count 500 --concurrency 8
  echo '{\"type\":\"webhook.test\"}' | proofbook webhook send --to http://127.0.0.1:8080/webhooks --data -

The exit code is 0 if every answer is that of a good receiver, and 1 if not.";

/// Sends, and prints what came back.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let keys = args.secrets.keys()?;
    let sender = Sender::to(&args.target)?;
    let bodies = Bodies::of(&args)?;
    let each = |_| {
        let (sender, keys) = (&sender, &keys);
        let body = bodies.next();
        async move { one(sender, keys, body, args.tamper).await }
    };
    let mut outcomes = Vec::new();
    let mut answers = futures::stream::iter(0..args.count).map(each).buffer_unordered(args.concurrency as usize);
    while let Some(sent) = answers.next().await {
        for outcome in sent {
            if !args.json
                && (args.count <= 10
                    || !outcome.good && outcomes.iter().filter(|one: &&Outcome| !one.good).count() < 10)
            {
                output::say(&line(&outcome));
            }
            outcomes.push(outcome);
        }
    }
    let summary = summary(&outcomes);
    match args.json {
        true => output::say(&json!({ "deliveries": outcomes, "summary": summary }).to_string()),
        false if outcomes.len() > 1 => output::say(&format!(
            "\n{} of {} as a good receiver answers; milliseconds: median {}, 95th percentile {}, longest {}",
            summary["good"], summary["sent"], summary["p50_ms"], summary["p95_ms"], summary["longest_ms"]
        )),
        false => {}
    }
    let all_good = outcomes.iter().all(|outcome| outcome.good);
    Ok(ExitCode::from(if all_good { exit::HOLDS } else { exit::FOUND }))
}

async fn one(sender: &Sender, keys: &[Key], body: Vec<u8>, tamper: Option<Tamper>) -> Vec<Outcome> {
    let delivery = Delivery::signed(new_id(), body, keys, tamper);
    let mut outcomes = vec![sender.send(&delivery, tamper).await];
    if tamper == Some(Tamper::Duplicate) {
        outcomes.push(sender.send(&delivery, tamper).await);
    }
    outcomes
}

/// An outcome for a person.
pub(super) fn line(outcome: &Outcome) -> String {
    let Outcome { id, status, duration_ms, because, body, good, .. } = outcome;
    let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    let mark = if *good { "good" } else { "BAD " };
    let mut line = format!("{mark}  {status:<4} {duration_ms:>7.1} ms  {id}  {because}");
    if !good && !body.trim().is_empty() {
        line.push_str(&format!("\n      it says: {}", show::line(body.trim(), 300)));
    }
    line
}

/// How many of how many are good, and how long they took.
pub(super) fn summary(outcomes: &[Outcome]) -> Value {
    let mut times: Vec<f64> = outcomes.iter().map(|outcome| outcome.duration_ms).collect();
    times.sort_by(f64::total_cmp);
    // The nearest-rank method.
    let percentile = |part: f64| times.get(((part * times.len() as f64).ceil() as usize).saturating_sub(1)).copied();
    json!({
        "sent": outcomes.len(),
        "good": outcomes.iter().filter(|outcome| outcome.good).count(),
        "p50_ms": percentile(0.5),
        "p95_ms": percentile(0.95),
        "longest_ms": times.last(),
    })
}

/// The bodies to send.
enum Bodies {
    /// A body as it is.
    Raw(Vec<u8>),
    /// An event, with an id and a time of its own each time.
    Event(Value),
}

impl Bodies {
    fn of(args: &Args) -> anyhow::Result<Self> {
        if let Some(path) = &args.data {
            let mut body = Vec::new();
            let read = match path.as_os_str() == "-" {
                true => std::io::stdin().read_to_end(&mut body).map(|_| body),
                false => std::fs::read(path),
            };
            return read.map(Self::Raw).map_err(|error| {
                let failure = Failure::new(exit::USAGE, "the body can't be read").at(path.display().to_string());
                failure.because(error).fix("name a file that is there, or - for standard input").into()
            });
        }
        let contract = contract().context("the built-in contract")?;
        match contract.event_example(&args.event) {
            Some(example) => Ok(Self::Event(example.clone())),
            None => {
                let known: Vec<&str> = contract.events().collect();
                let failure =
                    Failure::new(exit::USAGE, "the contract has no such event").at(show::line(&args.event, 80));
                Err(failure.fix(format!("one of {}; --data sends any body", known.join(", "))).into())
            }
        }
    }

    fn next(&self) -> Vec<u8> {
        match self {
            Self::Raw(body) => body.clone(),
            Self::Event(event) => {
                let mut event = event.clone();
                event["timestamp"] = json!(Timestamp::now().round(jiff::Unit::Second).unwrap_or_default());
                if event["data"]["id"].is_string() {
                    event["data"]["id"] = json!(ids::new("chg"));
                }
                event.to_string().into_bytes()
            }
        }
    }
}
