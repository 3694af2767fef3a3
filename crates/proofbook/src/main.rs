//! The `proofbook` command: thin glue over the libraries of this workspace.
//!
//! One file a subcommand, each with `Args` and `run`:
//! - [`serve`]: the book, the sandbox and the explorer on one address, rebuilt on save
//! - [`build`]: the static site and the offline book
//! - [`test`]: every block and every static check
//! - [`check`]: the static checks alone
//! - [`sandbox`]: the fake API alone
//! - [`api`]: one call, held against the contract
//! - [`webhook`]: receives, sends, explains and repeats webhooks
//! - [`validate`]: judges an integration
//! - [`new`]: a project of one's own from a template
//! - [`support`]: what a support request needs, and what pages say of support
//! - [`feedback`]: what readers report of the pages
//!
//! - [`preprocess`]: what stock mdBook starts
//!
//! What they share:
//! - [`cli`]: the command line
//! - [`book`]: finds, builds and watches an mdBook
//! - [`web`]: the pages that `serve` puts around the sandbox
//! - [`gate`]: what `test` and `check` share
//! - [`provided`]: what this command provides to pages; [`showcase`]: the entries of the page of that name
//! - [`contract`]: the OpenAPI document that belongs to a book
//! - [`listen`]: binds an address, or says which one is free
//! - [`stop`]: the signals that end a server
//! - [`exports`]: the lines a reader pastes into a shell
//! - [`output`]: all that is printed; [`failure`]: an error as title, place and remedy; [`exit`]: exit codes;
//!   [`log`]: what libraries log

mod api;
mod book;
mod build;
mod check;
mod cli;
mod contract;
mod exit;
mod exports;
mod failure;
mod feedback;
mod gate;
mod listen;
mod log;
mod new;
mod output;
mod preprocess;
mod provided;
mod sandbox;
mod serve;
mod showcase;
mod stop;
mod support;
mod test;
mod validate;
mod web;
mod webhook;

use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    log::start(output::coloured(&std::io::stderr()));
    match cli::Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
