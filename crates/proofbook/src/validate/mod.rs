//! `proofbook validate`: judges an integration.
//!
//! - [`client`]: runs a program against a sandbox that goes wrong, and judges what it sends
//! - [`receiver`]: drives a webhook receiver, and judges its answers
//! - [`live`]: holds a deployment against the contract
//! - [`rules`]: the checklist: every point, its level, the page that mends it
//! - [`report`]: what came of it: outcomes, levels, evidence
//! - [`files`]: the report as JUnit XML and as a page

mod client;
mod files;
mod live;
mod receiver;
mod report;
pub(crate) mod rules;

use std::process::ExitCode;

use clap::Subcommand;

/// Judge an integration, point by point
///
/// Each point has a level: bronze, silver or gold. A level is reached when all points up to it pass. Every judgement says what it
/// rests on, and which page mends it.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Receiver(receiver::Args),
    Client(client::Args),
    Live(live::Args),
}

/// Runs the chosen command to its end.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Receiver(args) => receiver::run(args).await,
        Command::Client(args) => client::run(args).await,
        Command::Live(args) => live::run(args).await,
    }
}
