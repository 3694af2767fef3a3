//! Every Rust block of the book, each run as a process of its own with an environment and a folder of its own.
//!
//! This program is both: started with [`BLOCK`] set it is that block, else it is the list of them all. A block's name is
//! its page and line, and that name alone runs it: `cargo test -p handbook -- 'src/integrations/api.md:12'`.

use std::process::{Command, ExitCode};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use proofbook_gate::failure::judge;
use proofbook_gate::process::{self, Limits};
use proofbook_gate::rust::{Compiled, CompiledLine, find};

include!(concat!(env!("OUT_DIR"), "/blocks.rs"));

/// The variable that makes this program one block.
const BLOCK: &str = "HANDBOOK_BLOCK";

/// A block that takes longer hangs; one that prints more floods.
const LIMITS: Limits = Limits { time: Duration::from_secs(60), output: 64 * 1024 };

/// The command that runs one block, up to its name.
const RERUN: &str = "cargo test -p handbook --";

fn main() -> ExitCode {
    // First of all, since a block sets its environment and may only do so while there is one thread.
    if let Ok(name) = std::env::var(BLOCK) {
        return match find(BLOCKS, &name) {
            Some(block) => (block.run)(),
            None => fail(&format!("{BLOCK} is {name}, and the book has no such block")),
        };
    }
    if BLOCKS.is_empty() {
        return fail("the book has no Rust blocks: a suite that tests nothing must not pass");
    }
    let mut arguments = Arguments::from_args();
    if let Some(block) = arguments.filter.as_deref().and_then(|filter| find(BLOCKS, filter)) {
        // `src/api.md:12` means that block, and not 120 to 129 too.
        arguments.filter = Some(block.title());
        arguments.exact = true;
    }
    let trials = BLOCKS.iter().map(|block| Trial::test(block.title(), || run(block))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(block: &Compiled) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.env(BLOCK, block.name).current_dir(folder.path());
    let outcome = process::run(&mut command, &LIMITS)?;
    judge(block, &outcome, RERUN).map_err(|failure| Failed::from(failure.to_string()))
}

/// Whether a variable would lead a block to another API than its own sandbox.
fn is_foreign(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("POLICY_AGGREGATOR_") || name.ends_with("_PROXY")
}

fn fail(reason: &str) -> ExitCode {
    println!("{reason}");
    ExitCode::FAILURE
}
