//! `proofbook feedback`: what readers have said of the pages.
//!
//! - [`summary`]: the pages, by how much is open
//! - [`issues`]: exported issues, and what their form asked

mod issues;
mod summary;

use std::process::ExitCode;

use clap::Subcommand;

/// Work with what readers report of the pages
///
/// Readers report at the foot of a page, by an issue. What is read here are the issues as GitHub exports them.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Summary(summary::Args),
}

/// Runs the chosen command to its end.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Summary(args) => summary::run(args),
    }
}
