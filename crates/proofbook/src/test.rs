//! `proofbook test`: runs every block of every page, and every static check.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use proofbook_contract::Contract;
use proofbook_gate::report::human;
use proofbook_gate::run::{self, BlockReport, Options, Progress, Report, Status};
use proofbook_gate::tools::is_ci;

use crate::book::Book;
use crate::failure::Failure;
use crate::{exit, output};

/// Run every block of every page, and every static check
///
/// Each block runs in its language against a sandbox of its own, and what it prints, asks and is answered is held against the
/// page and the contract. Blocks that held and have not changed are not run again, except with --no-cache or CI=true.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Only these pages: a pattern such as 'integrations/*', or one block as src/quickstart.md:41
    #[arg(long, value_name = "GLOB")]
    page: Vec<String>,

    /// Only blocks in this language
    #[arg(long, value_name = "LANGUAGE")]
    language: Vec<String>,

    /// Run unchanged blocks too
    #[arg(long)]
    no_cache: bool,

    /// The program of the Rust blocks, if it is built already: target/debug/examples/blocks
    #[arg(long, value_name = "FILE")]
    compiled: Option<PathBuf>,

    /// The book's folder [default: the nearest with a book.toml, from here upwards]
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook test                                         the whole book
  proofbook test --page 'integrations/*'                 some pages
  proofbook test --page src/quickstart.md:41             the block at that line
  proofbook test --language python --language bash       some languages";

/// Runs, reports, and returns what the exit code says.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    tokio::task::spawn_blocking(move || test(&args)).await?
}

fn test(args: &Args) -> anyhow::Result<ExitCode> {
    let book = Book::find(args.book.as_deref())?;
    let pages = proofbook_gate::Book::load(book.root()).map_err(unreadable)?;
    let contract = Contract::from_path(book.root().join(&pages.settings().contract))?;
    let options = Options {
        pages: args.page.clone(),
        languages: args.language.clone(),
        cache: !args.no_cache && !is_ci(),
        compiled: args.compiled.clone(),
        programs: std::env::current_exe()?.parent().map(PathBuf::from),
    };
    let report = run::test(&pages, contract, &options, &Lines)?;
    if report.blocks.is_empty() && options.is_partial() {
        let failure = Failure::new(exit::USAGE, "no block is on such a page or in such a language");
        return Err(failure.fix("`proofbook test` without --page and --language runs all blocks").into());
    }
    let style = human::Style { colour: output::coloured(&std::io::stdout()), rerun: rerun() };
    output::say(human::text(&report, &style).trim_end());
    Ok(ExitCode::from(code(&report)))
}

fn code(report: &Report) -> u8 {
    match (report.findings.is_empty(), report.lacking.is_empty()) {
        (false, _) => exit::FOUND,
        (true, false) if is_ci() => exit::LACKING,
        (true, _) => exit::HOLDS,
    }
}

/// How whoever started this would start it again.
fn rerun() -> String {
    let by_cargo = std::env::var_os("CARGO").is_some() && std::env::var_os("CARGO_PKG_NAME").is_some();
    if by_cargo { "cargo run -- test".to_owned() } else { "proofbook test".to_owned() }
}

fn unreadable(error: proofbook_gate::Error) -> anyhow::Error {
    let finding = error.finding();
    let failure = Failure::new(exit::FOUND, "the book can't be read").at(finding.place.to_string());
    failure.because(anyhow!("{error}")).into()
}

/// Tells a person how far a run is.
struct Lines;

impl Progress for Lines {
    fn preparing(&self, what: &str) {
        if std::io::stderr().is_terminal() {
            output::note(what);
        }
    }

    fn begins(&self, _: usize) {}

    fn ended(&self, block: &BlockReport) {
        if block.status == Status::Failed && std::io::stderr().is_terminal() {
            output::note(&format!("{} failed", block.name));
        }
    }
}
