//! What a block that failed says: place, text, what was expected, what came, and how to run it again.

use std::fmt;
use std::process::ExitStatus;

use crate::process::Outcome;
use crate::rust::Compiled;

/// How a Rust program exits after a panic.
const PANICKED: i32 = 101;

/// A block that did not do what its page says. Its text is meant for a person.
#[derive(Debug)]
#[must_use = "a failure that nobody sees lets a false page pass"]
pub struct Failure<'a> {
    block: &'a Compiled,
    outcome: &'a Outcome,
    rerun: String,
}

/// Holds what came of a block against what its page says: success, or a panic if it is marked `should_panic`. `rerun` is
/// the command that runs this block alone, up to its place.
///
/// # Errors
/// The failure to show.
pub fn judge<'a>(block: &'a Compiled, outcome: &'a Outcome, rerun: &str) -> Result<(), Failure<'a>> {
    let holds = match outcome.status {
        None => false,
        Some(status) if block.should_panic => status.code() == Some(PANICKED) && outcome.stderr.contains("panicked at"),
        Some(status) => status.success(),
    };
    if holds {
        return Ok(());
    }
    Err(Failure { block, outcome, rerun: format!("{rerun} '{}'", block.name) })
}

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = if self.block.should_panic { "a panic" } else { "success" };
        writeln!(f, "{}", self.block.title())?;
        writeln!(f, "expected {expected}, got {}\n", describe(self.outcome.status))?;
        for line in self.block.lines {
            if let Some(text) = line.shown {
                writeln!(f, "{:>5} | {text}", line.number)?;
            }
        }
        for (name, text) in [("stdout", &self.outcome.stdout), ("stderr", &self.outcome.stderr)] {
            match text.trim_end() {
                "" => writeln!(f, "\n{name} is empty")?,
                text => writeln!(f, "\n{name}:\n{}", self.block.with_page_lines(text))?,
            }
        }
        write!(f, "\nrun it again: {}", self.rerun)
    }
}

fn describe(status: Option<ExitStatus>) -> String {
    match status {
        None => "no end within the limit of time; it was killed".to_owned(),
        Some(status) if status.success() => "success".to_owned(),
        Some(status) => match status.code() {
            Some(PANICKED) => "a panic (exit status 101)".to_owned(),
            Some(code) => format!("exit status {code}"),
            None => status.to_string(),
        },
    }
}
