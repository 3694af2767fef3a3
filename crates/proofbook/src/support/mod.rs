//! `proofbook support`: what a support request needs; and what the pages say of support.
//!
//! - [`bundle`]: one file for a support request, without secrets; [`summary`]: what is in it
//! - [`environment`]: the versions and the variables here; [`service`]: what the API answers
//! - [`redact`]: takes secrets out
//! - [`organisation`]: `support.toml`, who helps, when and how fast

mod bundle;
mod environment;
pub(crate) mod organisation;
mod redact;
mod service;
mod summary;

use std::process::ExitCode;

use clap::Subcommand;

/// Collect what a support request needs
///
/// Nothing is sent to anybody: what is collected lies in a file, which you read before you send it.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bundle(bundle::Args),
}

/// Runs the chosen command to its end.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Bundle(args) => bundle::run(args).await,
    }
}
