//! `proofbook validate client`: runs an integration against a sandbox that goes wrong on purpose, and judges what it sends.
//!
//! - [`program`]: the program, its world, and what is known of a run
//! - [`trial`]: all runs; [`calm`]: the first, in which nothing goes wrong
//! - [`runs`]: those in which something does; [`webhooks`]: those in which it takes webhooks
//! - [`judge`]: what the requests of a run show

mod calm;
mod judge;
mod program;
mod runs;
mod trial;
mod webhooks;

use std::process::ExitCode;
use std::time::Duration;

use self::program::Recipe;
use self::trial::Trial;
use super::receiver;
use super::report::{Report, Reporting};
use crate::exit;
use crate::failure::Failure;

/// Judge a program that uses the API
///
/// It is run against a sandbox about a dozen times, each time with a key, a folder and a port of its own, and what goes wrong in
/// that run is what it is judged on: 429, 503, refusals, broken answers, answers of a later version. Nothing of it is changed: it
/// gets POLICY_AGGREGATOR_BASE_URL, POLICY_AGGREGATOR_API_KEY and POLICY_AGGREGATOR_WEBHOOK_SECRET in its environment.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The command that starts it; {port} and {scratch} in it are a free port and an empty folder
    #[arg(last = true, required = true, num_args = 1.., value_name = "COMMAND")]
    command: Vec<String>,

    /// A variable for its environment; {port} and {scratch} as in the command
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    environment: Vec<(String, String)>,

    /// Where it takes webhooks, such as http://127.0.0.1:{port}/webhooks; without it, webhooks are not judged
    #[arg(long, value_name = "URL")]
    webhooks: Option<String>,

    /// What its line says when it has done a change; without it, each line with the id of a change or of its webhook is one
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    done: String,

    /// How long a run may take, in seconds
    #[arg(long, default_value_t = 20.0, value_name = "SECONDS")]
    within: f64,

    /// How soon it must answer a webhook, in seconds
    #[arg(long, default_value_t = receiver::WITHIN, value_name = "SECONDS")]
    answers_within: f64,

    #[command(flatten)]
    reporting: Reporting,
}

const AFTER_HELP: &str = "Examples:
  proofbook validate client -- python report.py
  proofbook validate client --env POLL_SECONDS=1 --env DATABASE_PATH={scratch}/my.db -- ./my-integration
  proofbook validate client --env PORT={port} --webhooks http://127.0.0.1:{port}/webhooks --done 'worked on' -- ./my-integration

A program that polls has to poll often enough to be seen: every second, say. The exit code is 0 if every point passes that it
uses, and 1 if not.";

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs it, and prints the report.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let limit = Duration::try_from_secs_f64(args.within).ok().filter(|limit| !limit.is_zero());
    let limit = limit.ok_or_else(|| Failure::new(exit::USAGE, "--within is no time").fix("say seconds, such as 20"))?;
    let subject = args.command.join(" ");
    let recipe = Recipe { command: args.command, environment: args.environment, webhooks: args.webhooks };
    let trial = Trial { recipe, limit, done: args.done, answers_within: args.answers_within };
    let points = trial.points().await?;
    args.reporting.finish(&Report { subject, graded: true, points })
}
