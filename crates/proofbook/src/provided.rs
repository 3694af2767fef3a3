//! What this command provides to pages: `{{proofbook command-line}}`, `{{proofbook webhook-causes}}`,
//! `{{proofbook sandbox-controls}}`, `{{proofbook checklist}}`, `{{proofbook review-calendar}}`, `{{proofbook showcase}}`,
//! `{{proofbook coverage}}`, and what an organisation has filled in, such as `{{proofbook support.email}}`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use clap::CommandFactory;
use mdbook_driver::config::Config;
use proofbook_gate::review::Calendar;
use proofbook_gate::{Finding, Settings};
use proofbook_sandbox::policy_aggregator::control;
use proofbook_webhook::cause::Cause;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::support::organisation::{self, Fault};
use crate::validate::rules;
use crate::{exit, showcase};

/// How wide the help is on the page: as wide as the command writes it into a file.
const WIDTH: usize = 100;

/// What comes from the code and from the data beside the book at `root`; and what is wrong with that data.
pub(crate) fn fixed(root: &Path) -> Result<(BTreeMap<String, String>, Vec<Finding>), Fault> {
    let (showcase, findings) = showcase::page(root);
    let provided = [
        ("command-line", command_line()),
        ("review-calendar", review_calendar(root)),
        ("showcase", showcase),
        ("sandbox-controls", sandbox_controls()),
        ("webhook-causes", webhook_causes()),
        ("checklist", rules::markdown()),
    ];
    let mut all = organisation::texts(root)?;
    all.extend(provided.map(|(name, text)| (name.to_owned(), text)));
    Ok((all, findings))
}

/// The calls under `/sandbox/`: a row a call.
fn sandbox_controls() -> String {
    let row = |call: &control::Description| {
        let control::Description { method, path, takes, does } = call;
        let takes = if takes.is_empty() { String::new() } else { format!("`{takes}`") };
        format!("| `{method} {path}` | {takes} | {does} |\n")
    };
    let rows: String = control::CALLS.iter().map(row).collect();
    format!("| Call | With it | What it does |\n|---|---|---|\n{rows}")
}

/// Who looks at which page, and when. What is wrong with the calendar's file, the gate says.
fn review_calendar(root: &Path) -> String {
    let config = Config::from_disk(root.join("book.toml")).unwrap_or_default();
    let settings = Settings::of(&config).unwrap_or_default();
    let Ok(Some(calendar)) = Calendar::read(root, &settings.review) else { return NO_CALENDAR.to_owned() };
    let source = config.book.src.clone();
    let title = |page: &str| {
        let below = Path::new(page).strip_prefix(&source).unwrap_or(Path::new(page)).display().to_string();
        let text = std::fs::read_to_string(root.join(page)).unwrap_or_default();
        match text.lines().find_map(|line| line.strip_prefix("# ")) {
            Some(title) => format!("[{title}](../{below})"),
            None => format!("all of {}", below.trim_end_matches('/')),
        }
    };
    calendar.markdown(&title)
}

/// Why a webhook does not verify: a row a cause.
fn webhook_causes() -> String {
    let rows = Cause::ALL.map(|cause| format!("| {} | {} |\n", cause.what(), cause.fix()));
    format!("| What is wrong | What to do |\n|---|---|\n{}", rows.concat())
}

/// All of it, for a build, which stops at data that is wrong. `record` is where the last whole run of the gate has left what it
/// showed.
pub(crate) fn all(root: &Path, record: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let (mut all, findings) = fixed(root)?;
    if let Some(finding) = findings.into_iter().next() {
        let failure =
            Failure::new(exit::FOUND, finding.message).at(root.join(finding.place.to_string()).display().to_string());
        return Err(failure.fix(finding.help));
    }
    let coverage = std::fs::read_to_string(record).unwrap_or_else(|_| NO_RUN.to_owned());
    all.insert("coverage".to_owned(), coverage);
    Ok(all)
}

/// What stands in the place of the calendar of a book that has none.
const NO_CALENDAR: &str = "There is no review calendar.\n";
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
