//! `proofbook test`: runs every block of every page, and every static check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use indicatif::ProgressBar;
use jiff::civil::Date;
use proofbook_gate::coverage::Coverage;
use proofbook_gate::run::{self, BlockReport, Options, Progress, Report, Status};
use proofbook_gate::tools::is_ci;

use crate::book::Book;
use crate::book::watch::Watch;
use crate::failure::{self, Failure};
use crate::gate::{self, Format, Proof};
use crate::stop::Stop;
use crate::{exit, output};

/// Run every block of every page, and every static check
///
/// Each block runs in its language against a sandbox of its own, and what it prints, asks and is answered is held against the
/// page and the contract. Blocks that held and have not changed are not run again, except with --no-cache or CI=true.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Only these pages: a pattern such as 'integrations/*', or one block as src/quickstart.md:41
    #[arg(long, value_name = "GLOB")]
    page: Vec<String>,

    /// Only blocks in this language
    #[arg(long, value_name = "LANGUAGE")]
    language: Vec<String>,

    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    report: Format,

    /// Run unchanged blocks too
    #[arg(long)]
    no_cache: bool,

    /// Stay, and test each page again when it is saved
    #[arg(long)]
    watch: bool,

    /// The program of the Rust blocks, if it is built already: target/debug/examples/blocks
    #[arg(long, value_name = "FILE")]
    compiled: Option<PathBuf>,

    /// The day as of which reviews are overdue [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,

    /// The book's folder [default: the nearest with a book.toml, from here upwards]
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook test                                    the whole book
  proofbook test --page 'integrations/*'            some pages
  proofbook test --page src/quickstart.md:41        the block at that line
  proofbook test --language python --language bash  some languages
  proofbook test --watch                            save, and see what it made of the page
  proofbook test --report junit > report.xml        for a CI server

What this machine lacks for a language is said, with the command that installs it, and its blocks are skipped. With CI=true a
skip ends with exit code 3.";

/// Runs, reports, and returns what the exit code says.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let book = Book::find(args.book.as_deref())?;
    if args.watch {
        return watch(args, &book).await;
    }
    let root = book.root().to_owned();
    tokio::task::spawn_blocking(move || {
        let report = prove(&root, &args)?;
        gate::print(&report, args.report, &root);
        Ok(ExitCode::from(gate::code(&report)))
    })
    .await?
}

/// Everything that the gate has to say of a book, or of the part that is asked for.
fn prove(root: &Path, args: &Args) -> anyhow::Result<Report> {
    let began = Instant::now();
    let proof = match Proof::of(root) {
        Ok(proof) => proof,
        Err(finding) => return Ok(gate::unreadable(*finding)),
    };
    let options = Options {
        pages: args.page.clone(),
        languages: args.language.clone(),
        cache: !args.no_cache && !is_ci(),
        compiled: args.compiled.clone(),
        programs: gate::programs(),
    };
    let bar = Bar(output::progress(""));
    let (report, checked) = std::thread::scope(|scope| {
        let checked = scope.spawn(|| proof.check(args.today));
        (run::test(&proof.book, proof.contract.clone(), &options, &bar), checked.join())
    });
    let (mut report, checked) = (report?, checked.map_err(|_| anyhow::anyhow!("the static checks broke off"))?);
    bar.0.finish_and_clear();
    if report.blocks.is_empty() && options.is_partial() {
        let failure = Failure::new(exit::USAGE, "no block is on such a page and in such a language");
        return Err(failure.fix("`proofbook test` without --page and --language runs all blocks").into());
    }
    let fences: BTreeSet<_> = report.findings.iter().cloned().map(|finding| (finding.place, finding.code)).collect();
    report.warnings = checked.warnings;
    report.warnings.retain(|warning| options.is_about(&proof.book, warning));
    let checked = checked.findings.into_iter().filter(|finding| options.is_about(&proof.book, finding));
    report.findings.extend(checked.filter(|finding| !fences.contains(&(finding.place.clone(), finding.code))));
    let has_api = !proof.contract.operations().is_empty();
    if has_api && !options.is_partial() {
        let coverage = Coverage::of(&proof.contract, &report.seen);
        report.findings.extend(coverage.findings(&proof.path, &proof.text));
        proof.remember(&coverage)?;
        report.coverage = Some(coverage);
    }
    report.sort(&proof.book);
    report.took = began.elapsed();
    Ok(report)
}

/// Tests each page again when it is saved, until it is told to stop.
async fn watch(args: Args, book: &Book) -> anyhow::Result<ExitCode> {
    let mut watch = Watch::start()?;
    watch.cover(book.watched()?)?;
    let told = Stop::listen()?.told();
    tokio::pin!(told);
    let root = book.root().to_owned();
    let mut pages = args.page.clone();
    loop {
        let (root_of_run, run) = (root.clone(), Args { page: pages, ..args.clone() });
        let tested = tokio::task::spawn_blocking(move || match prove(&root_of_run, &run) {
            Ok(report) => gate::print(&report, run.report, &root_of_run),
            Err(error) => output::error(&failure::describe(&error)),
        });
        tested.await?;
        output::note("saving a page tests it again; Ctrl-C stops");
        let saved = tokio::select! {
            saved = watch.saved() => saved,
            () = &mut told => return Ok(ExitCode::from(exit::HOLDS)),
        };
        let saved: Vec<String> =
            saved.iter().map(|path| path.strip_prefix(&root).unwrap_or(path).display().to_string()).collect();
        // A page that includes what was saved can't be told from one that does not: then all are looked at again, and what
        // has not changed does not run.
        pages = if saved.iter().all(|path| path.ends_with(".md") && !path.ends_with("SUMMARY.md")) {
            saved
        } else {
            args.page.clone()
        };
    }
}

/// A bar on a terminal.
struct Bar(ProgressBar);

impl Progress for Bar {
    fn preparing(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.tick();
    }

    fn begins(&self, blocks: usize) {
        self.0.set_length(u64::try_from(blocks).unwrap_or(u64::MAX));
    }

    fn ended(&self, block: &BlockReport) {
        self.0.inc(1);
        self.0.set_message(block.name.clone());
        if block.status == Status::Failed {
            self.0.println(format!("failed: {}", block.name));
        }
    }
}
