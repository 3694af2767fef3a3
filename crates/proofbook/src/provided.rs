//! What this command provides to pages: `{{proofbook command-line}}`, `{{proofbook webhook-causes}}`, `{{proofbook showcase}}`
//! and `{{proofbook coverage}}`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use clap::CommandFactory;
use proofbook_gate::Finding;
use proofbook_webhook::cause::Cause;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::{exit, showcase};

/// How wide the help is on the page: as wide as the command writes it into a file.
const WIDTH: usize = 100;

/// What comes from the code and from the data beside the book at `root`; and what is wrong with that data.
pub(crate) fn fixed(root: &Path) -> (BTreeMap<String, String>, Vec<Finding>) {
    let (showcase, findings) = showcase::page(root);
    let texts = [("command-line", command_line()), ("webhook-causes", webhook_causes()), ("showcase", showcase)];
    (texts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(), findings)
}

/// Why a webhook does not verify: a row a cause.
fn webhook_causes() -> String {
    let rows = Cause::ALL.map(|cause| format!("| {} | {} |\n", cause.what(), cause.fix()));
    format!("| What is wrong | What to do |\n|---|---|\n{}", rows.concat())
}

/// All of it, for a build, which stops at data that is wrong. `record` is where the last whole run of the gate has left what it
/// showed.
pub(crate) fn all(root: &Path, record: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let (mut all, findings) = fixed(root);
    if let Some(finding) = findings.into_iter().next() {
        let failure =
            Failure::new(exit::FOUND, finding.message).at(root.join(finding.place.to_string()).display().to_string());
        return Err(failure.fix(finding.help));
    }
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
