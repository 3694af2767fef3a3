//! What this command provides to pages: `{{proofbook command-line}}`, `{{proofbook webhook-causes}}`, `{{proofbook coverage}}`,
//! and what an organisation has filled in, such as `{{proofbook support.email}}`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use clap::CommandFactory;
use proofbook_webhook::cause::Cause;

use crate::cli::Cli;
use crate::support::organisation::{self, Fault};

/// How wide the help is on the page: as wide as the command writes it into a file.
const WIDTH: usize = 100;

/// What the book at `root` gets, whatever was run before.
pub(crate) fn fixed(root: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let mut all = organisation::texts(root)?;
    all.insert("command-line".to_owned(), command_line());
    all.insert("webhook-causes".to_owned(), webhook_causes());
    Ok(all)
}

/// Why a webhook does not verify: a row a cause.
fn webhook_causes() -> String {
    let rows = Cause::ALL.map(|cause| format!("| {} | {} |\n", cause.what(), cause.fix()));
    format!("| What is wrong | What to do |\n|---|---|\n{}", rows.concat())
}

/// All of it. `record` is where the last whole run of the gate has left what it showed.
pub(crate) fn all(root: &Path, record: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let mut all = fixed(root)?;
    let coverage = std::fs::read_to_string(record).unwrap_or_else(|_| NO_RUN.to_owned());
    all.insert("coverage".to_owned(), coverage);
    Ok(all)
}

/// What stands on the page of a book that was not tested here.
const NO_RUN: &str = "\
> [!NOTE]
> This copy of the book was built without a run of the gate before it. Run `cargo run -- test`, and build it again.
";

/// The help of each command, as blocks that are run.
fn command_line() -> String {
    let mut command = Cli::command().term_width(WIDTH);
    command.build();
    sections("proofbook", &mut command)
}

/// The help of a command and of all below it.
fn sections(name: &str, command: &mut clap::Command) -> String {
    let mut out = section(name, &mut command.clone());
    for sub in command.get_subcommands_mut().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        out.push_str(&sections(&format!("{name} {}", sub.get_name()), sub));
    }
    out
}

fn section(name: &str, command: &mut clap::Command) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let mut out = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(out, "## `{name}`\n\n```console\n$ {name} --help\n{}\n```\n", lines.join("\n").trim_end());
    out
}
