//! `proofbook webhook verify`: says step by step why a webhook verifies or does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use proofbook_webhook::explain::{Explanation, Received, explain};
use serde_json::{Value, json};

use super::secrets::Secrets;
use super::show;
use crate::failure::Failure;
use crate::{exit, output};

/// Explain step by step why a webhook verifies, or does not
///
/// Headers, timestamp, secret, signed content and signature are looked at in this order. If the signature does not fit, the
/// likely causes are tried one by one: a body that was parsed and serialised again, a line end, another encoding, a secret that
/// was not decoded, and so on.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    secrets: Secrets,

    /// A file with the headers: `Name: value` a line, or a JSON object
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,

    /// A file with the raw body, byte for byte
    #[arg(long, value_name = "FILE")]
    body: PathBuf,

    /// Verify as of this time, such as 2026-03-04T05:06:07Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "Examples:
  proofbook webhook verify --headers headers.txt --body body.json
  proofbook webhook verify --headers headers.txt --body body.json --at 2026-03-04T05:06:07Z
  proofbook webhook verify --headers headers.txt --body body.json --json

The exit code is 0 if it is genuine, and 1 if not.";

/// Verifies, and prints the steps.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let headers = read(&args.headers)?;
    let headers = headers_of(&String::from_utf8_lossy(&headers)).ok_or_else(|| {
        Failure::new(exit::USAGE, "the headers can't be read")
            .at(args.headers.display().to_string())
            .fix("write `Name: value` on each line, or one JSON object of names and values")
    })?;
    let body = read(&args.body)?;
    let now = args.at.unwrap_or_else(Timestamp::now).as_second();
    let told = explain(Received { headers: &headers, body: &body }, &args.secrets.all(), now);
    match args.json {
        true => output::say(&report(&told).to_string()),
        false => output::say(&text(&told)),
    }
    Ok(ExitCode::from(if told.genuine() { exit::HOLDS } else { exit::FOUND }))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        let failure = Failure::new(exit::USAGE, "the file can't be read").at(path.display().to_string());
        failure.because(error).fix("name a file that is there")
    })
}

/// Headers from a text, in either form. A status line, as curl writes it before them, is passed over.
pub(crate) fn headers_of(text: &str) -> Option<Vec<(String, String)>> {
    if let Ok(Value::Object(object)) = serde_json::from_str(text) {
        let value = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return Some(object.into_iter().map(|(name, one)| (name, value(one))).collect());
    }
    let lines = text.lines().map(|line| line.trim_start_matches("> ").trim()).filter(|line| !line.is_empty());
    let lines =
        lines.filter(|line| !line.starts_with("HTTP/") && !line.ends_with(" HTTP/1.1") && !line.ends_with(" HTTP/2"));
    lines
        .map(|line| line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())))
        .collect()
}

/// The steps for a person.
pub(super) fn text(told: &Explanation) -> String {
    let mut lines = Vec::new();
    for step in &told.steps {
        let mark = if step.holds { "ok" } else { "NO" };
        lines.push(format!("{mark}  {:<15} {}", step.name, show::line(&step.seen, 400)));
    }
    match told.cause {
        None => lines.push("\nGenuine.".to_owned()),
        Some(cause) => {
            lines.push(format!("\nNot genuine. {}", cause.what()));
            lines.push(format!("  fix      {}", cause.fix()));
        }
    }
    lines.join("\n")
}

/// The same for a program.
pub(crate) fn report(told: &Explanation) -> Value {
    json!({
        "genuine": told.genuine(),
        "cause": told.cause,
        "because": told.cause.map(|cause| cause.what()),
        "fix": told.cause.map(|cause| cause.fix()),
        "steps": told.steps,
    })
}
