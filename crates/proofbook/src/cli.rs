//! The command line: which subcommand runs, and what `--help` teaches.

use crate::{api, build, check, exit, feedback, new, preprocess, sandbox, serve, support, test, validate, webhook};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Serves, builds and proves a documentation book.
///
/// Without a subcommand it serves the book: `proofbook` is `proofbook serve`.
#[derive(Debug, Parser)]
#[command(name = "proofbook", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    // `proofbook --port 4000` is `proofbook serve --port 4000`.
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Build(build::Args),
    Test(test::Args),
    Check(check::Args),
    Sandbox(sandbox::Args),
    Api(api::Args),
    Webhook(webhook::Args),
    Validate(validate::Args),
    New(new::Args),
    Support(support::Args),
    Feedback(feedback::Args),
    #[command(hide = true)]
    Preprocess(preprocess::Args),
}

const AFTER_HELP: &str = concat!(
    "Examples:
  proofbook                     serve the book, the sandbox API and the explorer on port 3000
  proofbook --port 4000 --open  the same on another port, and open the browser
  proofbook build               write the static site and the offline book to book/
  proofbook test                run every block of every page
  proofbook check               the static checks alone
  proofbook sandbox             the sandbox API alone, on port 4010
  proofbook api GET /api/v1/me  one call, held against the contract
  proofbook webhook listen      receive webhooks, and see whether they are genuine
  proofbook new visa-sync --template rust  an integration of your own
  proofbook support bundle      what a support request needs, without your secrets
  proofbook help serve          more about one command

",
    exit::table!(),
    "

Environment:
  NO_COLOR  if set, nothing is coloured
  RUST_LOG  what is logged to standard error, such as `proofbook=debug` (default: warn)"
);

impl Cli {
    /// Runs the chosen command to its end.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command.unwrap_or(Command::Serve(self.serve)) {
            Command::Serve(args) => serve::run(args).await,
            Command::Build(args) => build::run(args).await,
            Command::Test(args) => test::run(args).await,
            Command::Check(args) => check::run(args).await,
            Command::Sandbox(args) => sandbox::run(args).await,
            Command::Api(args) => api::run(args).await,
            Command::Webhook(args) => webhook::run(args).await,
            Command::Validate(args) => validate::run(args).await,
            Command::New(args) => new::run(args).await,
            Command::Support(args) => support::run(args).await,
            Command::Feedback(args) => feedback::run(&args),
            Command::Preprocess(args) => preprocess::run(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_without_a_subcommand_belong_to_serve() {
        let cli = Cli::try_parse_from(["proofbook", "--port", "4000"]).expect("parses");
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.port, 4000);
    }
}
