//! `proofbook webhook replay`: sends again what was recorded.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::delivery::{Delivery, Sender, Target, new_id};
use super::record::{self, Recorded};
use super::secrets::Secrets;
use super::send::{line, summary};
use crate::failure::Failure;
use crate::{exit, output};

/// Send again what `webhook listen --record` has recorded
///
/// Each is sent with its own id and body, in the order in which they came. It is signed anew: the recorded timestamps are soon
/// too old for any receiver. --as-recorded changes nothing, and shows that they are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The record
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    secrets: Secrets,

    /// Send the recorded headers, signature and all
    #[arg(long)]
    as_recorded: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "Examples:
  proofbook webhook replay deliveries.jsonl --to http://127.0.0.1:8080/webhooks
  proofbook webhook replay deliveries.jsonl --to http://127.0.0.1:8080/webhooks --as-recorded

The exit code is 0 if all were accepted, and 1 if not.";

/// Sends, and prints what came back.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let keys = if args.as_recorded { Vec::new() } else { args.secrets.keys()? };
    let sender = Sender::to(&args.target)?;
    let mut outcomes = Vec::new();
    for recorded in record::read(&args.file)? {
        let body = recorded.bytes().ok_or_else(|| {
            let failure =
                Failure::new(exit::USAGE, "a body of the record is not base64").at(args.file.display().to_string());
            failure.fix("record it again")
        })?;
        let id = recorded.header("webhook-id").map_or_else(new_id, str::to_owned);
        let delivery = match args.as_recorded {
            true => Delivery { id, headers: end_to_end(&recorded), body },
            false => Delivery::signed(id, body, &keys, None),
        };
        let outcome = sender.send(&delivery, None).await;
        if !args.json {
            output::say(&line(&outcome));
        }
        outcomes.push(outcome);
    }
    let summary = summary(&outcomes);
    match args.json {
        true => output::say(&json!({ "deliveries": outcomes, "summary": summary }).to_string()),
        false => output::say(&format!("\n{} of {} accepted", summary["good"], summary["sent"])),
    }
    let all_good = outcomes.iter().all(|outcome| outcome.good);
    Ok(ExitCode::from(if all_good { exit::HOLDS } else { exit::FOUND }))
}

/// The headers that are not the connection's own (RFC 9110, section 7.6.1).
pub(super) fn end_to_end(recorded: &Recorded) -> Vec<(String, String)> {
    const OWN: [&str; 9] = [
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    recorded.headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str())).cloned().collect()
}
