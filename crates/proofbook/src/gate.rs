//! What `test` and `check` share: a book with its contract, what exists around it, and what its exit code says.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{CommandFactory, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use proofbook_contract::Contract;
use proofbook_gate::check::{Checked, check};
use proofbook_gate::coverage::Coverage;
use proofbook_gate::prose::Surroundings;
use proofbook_gate::report::{github, human, json, junit};
use proofbook_gate::run::Report;
use proofbook_gate::tools::is_ci;
use proofbook_gate::{Finding, Place};
use proofbook_sandbox::Kind;
use proofbook_sandbox::policy_aggregator::control;

use crate::book::COVERAGE;
use crate::cli::Cli;
use crate::support::organisation;
use crate::{exit, output, provided};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: what failed first, and what to do about it
    Human,
    /// All of it, by the JSON Schema that is beside the book, `report.schema.json`
    Json,
    /// JUnit XML, for CI servers
    Junit,
    /// Annotations on the lines of a pull request at GitHub
    Github,
}

/// A book, ready for the gate.
pub(crate) struct Proof {
    pub(crate) book: proofbook_gate::Book,
    pub(crate) contract: Contract,
    /// What is wrong with the data that pages are made of.
    data: Vec<Finding>,
    /// The contract's file, from the book's root, and its text.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Proof {
    /// Reads the book and its contract, or says why not.
    pub(crate) fn of(root: &Path) -> Result<Self, Box<Finding>> {
        let unreadable = |error: proofbook_gate::Error| Box::new(error.finding());
        let (provided, data) = provided::fixed(root).map_err(|fault| {
            let place = Place { page: organisation::FILE.to_owned(), line: fault.line };
            unreadable(proofbook_gate::Error::Book { place, root: root.to_owned(), reason: fault.reason })
        })?;
        let book = proofbook_gate::Book::load_with(root, &provided).map_err(unreadable)?;
        book.settings()
            .sandbox
            .parse::<Kind>()
            .map_err(|reason| unreadable(proofbook_gate::Error::book(root, &root.join("src"), reason)))?;
        let path = book.settings().contract.clone();
        // A book without an API has none.
        let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        Ok(Self { contract: book.contract().clone(), book, data, path: path.display().to_string(), text })
    }

    /// The static checks, as of a day, else as of today in UTC.
    pub(crate) fn check(&self, today: Option<Date>) -> Checked {
        // The same day on every machine.
        let today = today.unwrap_or_else(|| Offset::UTC.to_datetime(Timestamp::now()).date());
        let paths: Vec<&str> = PATHS.iter().chain(control::PATHS).copied().collect();
        let surroundings = Surroundings { commands: &accepts, paths: &paths };
        let mut checked = check(&self.book, &self.contract, &surroundings, &GENERATED, today);
        checked.findings.extend(self.data.iter().cloned());
        checked
    }
}

/// What the server has beside the contract and the sandbox's controls.
const PATHS: [&str; 4] = ["/", "/explorer/", "/openapi.yaml", "/openapi.json"];
/// What a build writes beside the pages.
const GENERATED: [&str; 4] = ["openapi.yaml", "openapi.json", "report.schema.json", "explorer/"];

/// Whether the command line accepts these words. What is left open (a value that must be given) is no fault in a sentence.
fn accepts(words: &[&str]) -> Result<(), String> {
    let words = std::iter::once("proofbook").chain(words.iter().copied());
    match Cli::command().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::MissingRequiredArgument => Ok(()),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => Ok(()),
            _ => Err(error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()),
        },
    }
}

/// The report on a book that can't be read.
pub(crate) fn unreadable(finding: Finding) -> Report {
    Report { findings: vec![finding], ..Report::default() }
}

/// Prints a report on the book at `root` to standard output.
pub(crate) fn print(report: &Report, format: Format, root: &Path) {
    let text = match format {
        Format::Human => {
            let colour = output::coloured(&std::io::stdout());
            human::text(report, &human::Style { colour, rerun: rerun() })
        }
        Format::Json => json::text(report),
        Format::Junit => junit::text(report),
        Format::Github => github::text(report, &folder(root)),
    };
    output::say(text.trim_end());
}

/// The folder of a book as the repository that is being checked names it: from where the job runs.
fn folder(root: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    match root.strip_prefix(here) {
        Ok(folder) if !folder.as_os_str().is_empty() => format!("{}/", folder.display()),
        _ => String::new(),
    }
}

/// What the exit code says of a report.
pub(crate) fn code(report: &Report) -> u8 {
    match (report.findings.is_empty(), report.lacking.is_empty()) {
        (false, _) => exit::FOUND,
        (true, false) if is_ci() => exit::LACKING,
        (true, _) => exit::HOLDS,
    }
}

/// How whoever started this would start it again.
fn rerun() -> String {
    // Cargo sets both for what it runs.
    let by_cargo = ["CARGO", "CARGO_PKG_NAME"].iter().all(|name| std::env::var_os(name).is_some());
    if by_cargo { "cargo run -- test".to_owned() } else { "proofbook test".to_owned() }
}

/// The folder of this program, in which blocks find it by its name.
pub(crate) fn programs() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(PathBuf::from)
}

impl Proof {
    /// Where the last whole run left what it showed, for the page that tells of it.
    pub(crate) fn record(&self) -> PathBuf {
        self.book.root().join(&self.book.settings().state).join(COVERAGE)
    }

    /// Leaves what a whole run showed for the page that tells of it.
    pub(crate) fn remember(&self, coverage: &Coverage) -> anyhow::Result<()> {
        let path = self.record();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, coverage.markdown(&self.book.source_name()))?;
        Ok(())
    }
}
