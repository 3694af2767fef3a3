//! `proofbook webhook`: receives, sends, explains and repeats webhooks.
//!
//! One file a subcommand, each with `Args` and `run`:
//! - [`listen`]: receives, verifies and shows
//! - [`send`]: sends what a sender would, and what a forger would
//! - [`verify`]: says step by step why one verifies or does not
//! - [`replay`]: sends again what `listen` has recorded
//!
//! What they share: [`delivery`], a signed webhook and how to send it; [`record`], a file of what was received;
//! [`secrets`]: what is verified and signed with; [`show`]: untrusted text on a terminal.

pub(crate) mod delivery;
mod listen;
mod record;
mod replay;
pub(crate) mod secrets;
mod send;
pub(crate) mod show;
mod verify;

pub(crate) use verify::{headers_of, report};

use std::process::ExitCode;

use clap::Subcommand;

/// Receive, send, explain and repeat webhooks
///
/// Webhooks are signed by the Standard Webhooks specification. The secret comes from POLICY_AGGREGATOR_WEBHOOK_SECRET, or from
/// --secret; it is never printed.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Listen(listen::Args),
    Send(send::Args),
    Verify(verify::Args),
    Replay(replay::Args),
}

/// Runs the chosen command to its end.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Listen(args) => listen::run(args).await,
        Command::Send(args) => send::run(args).await,
        Command::Verify(args) => verify::run(&args),
        Command::Replay(args) => replay::run(args).await,
    }
}
