//! `proofbook check`: the static checks alone.

use std::path::PathBuf;
use std::process::ExitCode;

use jiff::civil::Date;
use proofbook_gate::check::Checked;
use proofbook_gate::run::Report;

use crate::book::Book;
use crate::gate::{self, Format, Proof};
use crate::output;

/// Check the book without running its blocks: fences, links, prose, the contract, and the review calendar
///
/// Every path, operation, field, header, event, error code, variable and command that a page names must be in the contract or
/// in the code, and every link must lead somewhere. Links to other sites are listed with --external and never followed. A
/// contract that is not what was released under its number is a finding; a review that is overdue is a warning, and fails
/// nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    report: Format,

    /// List the links to other sites, one a line, and nothing else
    #[arg(long)]
    external: bool,

    /// List the pages whose review is overdue, one a line, and nothing else
    #[arg(long, conflicts_with = "external")]
    overdue: bool,

    /// The day as of which reviews are overdue [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,

    /// The book's folder [default: the nearest with a book.toml, from here upwards]
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook check                  what does not hold, with page and line
  proofbook check --report github  the same as annotations
  proofbook check --external       what a scheduled job may follow
  proofbook check --overdue        which pages are to be reviewed";

/// Checks, and reports.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    tokio::task::spawn_blocking(move || {
        let book = Book::find(args.book.as_deref())?;
        let checked = match Proof::of(book.root()) {
            Ok(proof) => proof.check(args.today),
            Err(finding) => Checked { findings: vec![*finding], ..Checked::default() },
        };
        if args.external {
            for (place, address) in checked.external {
                output::say(&format!("{place} {address}"));
            }
            return Ok(ExitCode::SUCCESS);
        }
        if args.overdue {
            for warning in checked.warnings {
                output::say(&format!("{} {}", warning.place.page, warning.message));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let report = Report { findings: checked.findings, warnings: checked.warnings, ..Report::default() };
        gate::print(&report, args.report, book.root());
        Ok(ExitCode::from(gate::code(&report)))
    })
    .await?
}
