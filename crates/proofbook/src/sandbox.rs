//! `proofbook sandbox`: the fake API alone.

use crate::failure::Failure;
use crate::stop::Stop;
use crate::{exit, exports, listen, output};
use proofbook_sandbox::{Sandbox, StartError};
use std::path::PathBuf;
use std::process::ExitCode;

/// Serve the sandbox API alone, without a book
///
/// The sandbox answers as the contract says, with fixed data that is the same at each start. Each well-formed pa_test_… key
/// is a world of its own. Nothing is kept when it ends.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The port; 0 takes any free one
    #[arg(long, default_value_t = 4010, value_name = "PORT")]
    port: u16,

    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,

    /// Answer by this OpenAPI 3.1 document, YAML or JSON [default: the built-in contract]
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook sandbox                                   the API on http://127.0.0.1:4010
  proofbook sandbox --port 0                          on any free port; the address is printed
  proofbook sandbox --contract contract/openapi.yaml  by a contract that you are editing

Ctrl-C or SIGTERM ends it with exit code 0.";

/// Runs until it is told to stop.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let listener = listen::bind("sandbox", &args.host, args.port)?;
    let origin = listen::origin(listener.local_addr()?);
    let place = args.contract.as_ref().map(|path| path.display().to_string());
    let sandbox = Sandbox::builder().listener(listener).contract_path(args.contract).start().await;
    let sandbox = sandbox.map_err(|error| match error {
        StartError::Contract(cause) => Failure::new(exit::FOUND, "the contract can't be used")
            .at(place.unwrap_or_else(|| "the built-in contract".to_owned()))
            .fix("mend it: the sandbox answers only what a contract says")
            .because(cause)
            .into(),
        other => anyhow::Error::new(other).context("the sandbox can't start"),
    })?;
    let stop = Stop::listen()?;
    output::say(&format!(
        "{}\n\n  API  {origin}/api/v1/\n  Key  {key}\n\n{}\n\nCtrl-C stops.",
        output::bold("Sandbox API"),
        exports::lines(&origin, sandbox.key()),
        key = sandbox.key(),
    ));
    stop.told().await;
    Ok(end(sandbox))
}

/// Stops a sandbox, and says whether its answers kept to the contract.
pub(crate) fn end(sandbox: Sandbox) -> ExitCode {
    let faults = sandbox.violations();
    if faults.is_empty() {
        output::say("Stopped.");
        return ExitCode::from(exit::HOLDS);
    }
    // Dropping it now would panic, which is how a test fails. The process ends here, and tells the same in words.
    std::mem::forget(sandbox);
    output::error(&format!(
        "the sandbox gave answers that break the contract\n  at       {}",
        faults.join("\n           ")
    ));
    ExitCode::from(exit::FOUND)
}
