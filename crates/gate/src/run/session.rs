//! Runs all units of a book, as many at once as there are CPUs, and tells what came of every fence.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use proofbook_contract::Contract;
use proofbook_sandbox::Kind;
use serde::Serialize;

use super::cache::Cache;
use super::lab::Lab;
use super::rust::{self, Compiled};
use super::world::{Seen, World};
use super::{Ran, Stepped, config, data, diagram, http, program, shell, verdict};
use crate::blocks::Block;
use crate::coverage::Coverage;
use crate::pages::Book;
use crate::plan::{Plan, Runner, Unit, names_schema, plan};
use crate::tools::Lack;
use crate::{Code, Finding};

/// What to run, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Pages as shell patterns, relative to the book's source or root; `src/api.md:12` is the block there. Empty for all.
    pub pages: Vec<String>,
    /// Languages. Empty for all.
    pub languages: Vec<String>,
    /// Whether blocks that held and have not changed are left out.
    pub cache: bool,
    /// The program of the Rust blocks, instead of building it.
    pub compiled: Option<PathBuf>,
    /// A folder of programs that blocks may call.
    pub programs: Option<PathBuf>,
}

impl Options {
    /// Whether only a part of the book is asked for.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.pages.is_empty() || !self.languages.is_empty()
    }

    /// Whether a finding is about what is asked for. Those of no block are about no language.
    #[must_use]
    pub fn is_about(&self, book: &Book, finding: &Finding) -> bool {
        Wanted::of(book, self).finding(finding)
    }
}

/// Is told how far a run is.
pub trait Progress: Sync {
    /// Something takes long before the first block: compiling, installing.
    fn preparing(&self, what: &str);
    /// So many blocks will run.
    fn begins(&self, blocks: usize);
    /// A block ran.
    fn ended(&self, block: &BlockReport);
}

/// What came of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds.
    Passed,
    /// It held, and nothing has changed since.
    Unchanged,
    /// Something was found.
    Failed,
    /// A block that it continues has failed.
    NotRun,
    /// This machine can't run it.
    Skipped,
}

/// A fence in the report.
#[derive(Debug, Clone, Serialize)]
pub struct BlockReport {
    /// Its page and line; unique in the book.
    pub name: String,
    /// Its page.
    pub page: String,
    /// The line of its opening fence.
    pub line: usize,
    /// Its language.
    pub language: String,
    /// The heading that it stands under.
    pub heading: Option<String>,
    /// What came of it.
    pub status: Status,
    /// How long its unit took, in milliseconds.
    pub duration_ms: u64,
    /// The lines that the reader sees, with their numbers.
    #[serde(skip)]
    pub lines: Vec<(usize, String)>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// Every fence, in the book's order.
    pub blocks: Vec<BlockReport>,
    /// What was found, in the book's order.
    pub findings: Vec<Finding>,
    /// What is to be done, and fails nothing.
    pub warnings: Vec<Finding>,
    /// What this machine lacks, with the number of blocks that it would have run.
    pub lacking: Vec<(Lack, usize)>,
    /// What each unit showed of the API, with its page.
    pub seen: Vec<(String, Seen)>,
    /// What of the contract was shown, if the whole book ran.
    pub coverage: Option<Coverage>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Puts blocks and findings into the book's order.
    pub fn sort(&mut self, book: &Book) {
        let order: BTreeMap<&str, usize> =
            book.pages().iter().enumerate().map(|(index, page)| (page.path(), index)).collect();
        let key = |page: &str, line: usize| (order.get(page).copied().unwrap_or(usize::MAX), line);
        self.blocks.sort_by_key(|block| key(&block.page, block.line));
        self.findings.sort_by_key(|finding| key(&finding.place.page, finding.place.line));
        self.findings.dedup();
    }
}

/// What came of a unit.
struct Done {
    statuses: Vec<Status>,
    findings: Vec<Finding>,
    compared: Vec<String>,
    seen: Seen,
    lack: Option<Lack>,
    took: Duration,
}

/// Runs the blocks of a book.
///
/// # Errors
/// If nothing can be run at all: a setting is wrong, a thread or a folder can't be had, or the Rust blocks can't be built for
/// a cause that is in no block.
pub fn test(book: &Book, contract: Contract, options: &Options, progress: &dyn Progress) -> io::Result<Report> {
    let lab = Lab::new(book, contract, options.programs.clone()).map_err(io::Error::other)?;
    let Plan { units, findings } = plan(book);
    let wanted = Wanted::of(book, options);
    let mut report = Report {
        findings: findings.into_iter().filter(|finding| wanted.finding(finding)).collect(),
        ..Report::default()
    };
    for finding in &report.findings {
        report.blocks.extend(lost(finding));
    }
    let units: Vec<Unit> = units.into_iter().filter(|unit| wanted.unit(unit)).collect();
    let cache = Cache::open(&lab);
    let remembered: Vec<Option<Seen>> =
        units.iter().map(|unit| if options.cache { cache.get(unit) } else { None }).collect();

    let total = units.iter().map(|unit| unit.steps.len()).sum();
    progress.begins(total);
    // What must be compiled first comes last, so that the others run meanwhile; what has the most steps comes first, or all would
    // wait for it at the end.
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|index| {
        units.get(*index).map(|unit| (unit.runner == Runner::Rust, std::cmp::Reverse(unit.steps.len())))
    });
    let to_compile = units.iter().zip(&remembered).any(|(unit, seen)| unit.runner == Runner::Rust && seen.is_none());
    let compiled: OnceLock<io::Result<Result<Compiled, Lack>>> = OnceLock::new();
    if let Some(program) = &options.compiled {
        let _ = compiled.set(Ok(Ok(Compiled { program: Some(program.clone()), ..Compiled::default() })));
    } else if !to_compile {
        let _ = compiled.set(Ok(Ok(Compiled::default())));
    }
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, Done>> = Mutex::new(BTreeMap::new());
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    // Blocks wait most of their time: for a retry, a server, a program that polls.
    let workers = 2 * std::thread::available_parallelism().map_or(2, usize::from);
    let run_unit = |index: usize, unit: &Unit| -> io::Result<Done> {
        let began = Instant::now();
        let mut done = if let Some(Some(seen)) = remembered.get(index) {
            let names = unit.steps.iter().flat_map(|step| step.expected.iter().map(Block::name)).collect();
            Done {
                statuses: vec![Status::Unchanged; unit.steps.len()],
                compared: names,
                seen: seen.clone(),
                ..Done::empty()
            }
        } else if unit.runner == Runner::Rust {
            match compiled.wait() {
                Ok(Ok(compiled)) => run_rust(&lab, book, unit, compiled)?,
                Ok(Err(lack)) => Done { statuses: vec![Status::Skipped], lack: Some(lack.clone()), ..Done::empty() },
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        } else {
            run(&lab, book, unit, None)?
        };
        if done.statuses.iter().all(|status| *status == Status::Passed) {
            cache.put(unit, &done.seen);
        }
        done.took = began.elapsed();
        Ok(done)
    };
    std::thread::scope(|scope| {
        if compiled.get().is_none() {
            scope.spawn(|| {
                progress.preparing("compiling the Rust blocks");
                compiled.set(rust::compile(&lab))
            });
        }
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)).copied() else { return };
                    let Some(unit) = units.get(index) else { return };
                    if unit.runner == Runner::Diagram && !matches!(remembered.get(index), Some(Some(_))) {
                        continue;
                    }
                    match run_unit(index, unit) {
                        Ok(done) => {
                            for block in reports(unit, &done) {
                                progress.ended(&block);
                            }
                            lock(&results).insert(index, done);
                        }
                        Err(error) => {
                            lock(&failed).get_or_insert(error);
                            return;
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = lock(&failed).take() {
        return Err(error);
    }
    let mut results = std::mem::take(&mut *lock(&results));
    for (index, done) in draw(&lab, &units, &results)? {
        if let Some(unit) = units.get(index) {
            reports(unit, &done).iter().for_each(|block| progress.ended(block));
            if done.findings.is_empty() && done.lack.is_none() {
                cache.put(unit, &done.seen);
            }
        }
        results.insert(index, done);
    }
    collect(book, &units, results, &mut report);
    Ok(report)
}

/// Draws all diagrams that are left.
fn draw(lab: &Lab, units: &[Unit], results: &BTreeMap<usize, Done>) -> io::Result<Vec<(usize, Done)>> {
    let left: Vec<(usize, &Block)> = units
        .iter()
        .enumerate()
        .filter(|(index, unit)| unit.runner == Runner::Diagram && !results.contains_key(index))
        .filter_map(|(index, unit)| Some((index, &unit.steps.first()?.block)))
        .collect();
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let blocks: Vec<&Block> = left.iter().map(|(_, block)| *block).collect();
    let drawn = diagram::run(lab, &blocks)?;
    let done = left.iter().enumerate().map(|(nth, (index, _))| {
        let done = match &drawn {
            Err(lack) => Done { statuses: vec![Status::Skipped], lack: Some(lack.clone()), ..Done::empty() },
            Ok(found) => match found.get(nth).cloned().flatten() {
                Some(finding) => Done { statuses: vec![Status::Failed], findings: vec![finding], ..Done::empty() },
                None => Done { statuses: vec![Status::Passed], ..Done::empty() },
            },
        };
        (*index, done)
    });
    Ok(done.collect())
}

/// Runs a Rust block, if it was compiled.
fn run_rust(lab: &Lab, book: &Book, unit: &Unit, compiled: &Compiled) -> io::Result<Done> {
    match unit.steps.first().and_then(|step| compiled.broken.get(&step.block.name())) {
        Some(broken) => Ok(Done { statuses: vec![Status::Failed], findings: broken.clone(), ..Done::empty() }),
        None => run(lab, book, unit, compiled.program.as_deref()),
    }
}

/// Runs one unit in a world of its own; a Rust block, by the program of them all.
fn run(lab: &Lab, book: &Book, unit: &Unit, rust: Option<&Path>) -> io::Result<Done> {
    let Some(page) = book.pages().get(unit.page) else { return Ok(Done::empty()) };
    if unit.runner == Runner::Json {
        // A sandbox of which nobody wrote the behaviour sends no events: there a sample shows one.
        let events = match lab.kind {
            Kind::Generic => {
                unit.steps.iter().filter_map(|step| step.block.value("event").map(str::to_owned)).collect()
            }
            Kind::PolicyAggregator => Vec::new(),
        };
        return Ok(Done::of(unit, data::run(lab, unit), Seen { events, ..Seen::default() }, &[]));
    }
    if let Some(lack) = lab.lacks(unit) {
        return Ok(Done::of(unit, Ran::Lacking(lack), Seen::default(), &[]));
    }
    let world = World::start(lab)?;
    for file in &unit.files {
        if let Some(name) = file.value("file") {
            let path = world.work().join(name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, file.program(page))?;
        }
    }
    let ran = match (unit.runner, rust) {
        (Runner::Rust, Some(program)) => rust::run(lab, &world, unit, program)?,
        (Runner::Shell | Runner::Console, _) => shell::run(lab, &world, page, unit)?,
        (Runner::Http, _) => http::run(lab, &world, page, unit)?,
        (Runner::Config, _) => config::run(lab, &world, page, unit)?,
        _ => program::run(lab, &world, page, unit)?,
    };
    let (seen, faults) = world.end();
    Ok(Done::of(unit, ran, seen, &faults))
}

impl Done {
    fn empty() -> Self {
        Self {
            statuses: Vec::new(),
            findings: Vec::new(),
            compared: Vec::new(),
            seen: Seen::default(),
            lack: None,
            took: Duration::ZERO,
        }
    }

    fn of(unit: &Unit, ran: Ran, seen: Seen, faults: &[String]) -> Self {
        let count = unit.steps.len();
        match ran {
            Ran::Lacking(lack) => Self { statuses: vec![Status::Skipped; count], lack: Some(lack), ..Self::empty() },
            Ran::Judged(findings) => {
                let status = if findings.is_empty() { Status::Passed } else { Status::Failed };
                Self { statuses: vec![status; count], findings, seen, ..Self::empty() }
            }
            Ran::Stepped(steps) => Self::stepped(unit, &steps, seen, faults),
        }
    }

    fn stepped(unit: &Unit, steps: &[Stepped], seen: Seen, faults: &[String]) -> Self {
        let mut done = Self { seen, ..Self::empty() };
        for verdict in verdict::judge(unit, steps, &done.seen, faults) {
            done.statuses.push(if verdict.findings.is_empty() { Status::Passed } else { Status::Failed });
            done.findings.extend(verdict.findings);
            done.compared.extend(verdict.compared);
        }
        done.find_early_end(unit);
        done.statuses.resize(unit.steps.len(), Status::NotRun);
        done
    }
}

impl Done {
    /// A program that ends well before its last block has not proven that one.
    fn find_early_end(&mut self, unit: &Unit) {
        let [before @ .., last] = self.statuses.as_mut_slice() else { return };
        let (Some(step), Some(next)) = (unit.steps.get(before.len()), unit.steps.get(before.len() + 1)) else { return };
        if self.findings.is_empty() {
            *last = Status::Failed;
            let message =
                format!("this block ends the program, and {} that continues it does not run", next.block.place);
            let help = "let the program go on, or write the next block without `continues`";
            let mut finding = Finding::new(Code::BlockFailed, step.block.place.clone(), message, help);
            finding.block = Some(step.block.name());
            self.findings.push(finding);
        }
    }
}

/// What the findings, the outputs and the languages of a run come to, in the book's order.
fn collect(book: &Book, units: &[Unit], results: BTreeMap<usize, Done>, report: &mut Report) {
    let mut lacking: BTreeMap<String, (Lack, usize)> = BTreeMap::new();
    let mut compared: BTreeSet<String> = BTreeSet::new();
    let mut outputs: BTreeMap<String, (Block, Status)> = BTreeMap::new();
    for (index, done) in results {
        let Some(unit) = units.get(index) else { continue };
        report.blocks.extend(reports(unit, &done));
        for (step, status) in unit.steps.iter().zip(&done.statuses) {
            for output in &step.expected {
                let entry = outputs.entry(output.name()).or_insert_with(|| (output.clone(), *status));
                entry.1 = worse(entry.1, *status);
            }
        }
        // A file that is a sample of the contract too is a unit of its own.
        for file in unit.files.iter().filter(|file| !names_schema(file)) {
            outputs
                .entry(file.name())
                .or_insert_with(|| (file.clone(), done.statuses.first().copied().unwrap_or(Status::NotRun)));
        }
        if let Some(lack) = done.lack {
            lacking.entry(lack.what.clone()).or_insert((lack, 0)).1 += unit.steps.len();
        }
        compared.extend(done.compared);
        report.findings.extend(done.findings);
        let page = book.pages().get(unit.page).map(|page| page.path().to_owned()).unwrap_or_default();
        report.seen.push((page, done.seen));
    }
    for (name, (output, status)) in outputs {
        let held = matches!(status, Status::Passed | Status::Unchanged);
        let mut block = report_of(&output, status, Duration::ZERO);
        if held && !output.has("file") && !compared.contains(&name) {
            let help = "print it in at least one of the blocks, or remove it";
            report.findings.push(Finding::new(
                Code::OutputWithoutBlock,
                output.place.clone(),
                "no block prints anything to compare this with",
                help,
            ));
            block.status = Status::Failed;
        }
        report.blocks.push(block);
    }
    report.sort(book);
    report.lacking = lacking.into_values().collect();
}

fn reports(unit: &Unit, done: &Done) -> Vec<BlockReport> {
    unit.steps.iter().zip(&done.statuses).map(|(step, status)| report_of(&step.block, *status, done.took)).collect()
}

fn report_of(block: &Block, status: Status, took: Duration) -> BlockReport {
    BlockReport {
        name: block.name(),
        page: block.place.page.clone(),
        line: block.place.line,
        language: block.language.clone(),
        heading: block.heading.clone(),
        status,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        lines: block.lines.iter().filter(|line| !line.hidden).map(|line| (line.number, line.text.clone())).collect(),
    }
}

/// A fence that can't be run, as its finding tells of it.
fn lost(finding: &Finding) -> Option<BlockReport> {
    Some(BlockReport {
        name: finding.block.clone()?,
        page: finding.place.page.clone(),
        line: finding.place.line,
        language: String::new(),
        heading: None,
        status: Status::Failed,
        duration_ms: 0,
        lines: Vec::new(),
    })
}

fn worse(one: Status, other: Status) -> Status {
    let rank = |status: Status| match status {
        Status::Unchanged => 0,
        Status::Passed => 1,
        Status::Skipped => 2,
        Status::NotRun => 3,
        Status::Failed => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// What of a book is asked for.
struct Wanted {
    pages: Vec<(glob::Pattern, Option<usize>)>,
    languages: Vec<String>,
    source: String,
}

impl Wanted {
    fn of(book: &Book, options: &Options) -> Self {
        let pages = options.pages.iter().filter_map(|wanted| {
            let (page, line) = match wanted.rsplit_once(':') {
                Some((page, line)) => match line.split('.').next().and_then(|line| line.parse().ok()) {
                    Some(line) => (page, Some(line)),
                    None => (wanted.as_str(), None),
                },
                None => (wanted.as_str(), None),
            };
            Some((glob::Pattern::new(page).ok()?, line))
        });
        Self { pages: pages.collect(), languages: options.languages.clone(), source: book.source_name() }
    }

    fn page(&self, page: &str, line: impl Fn(usize) -> bool) -> bool {
        let short = page.strip_prefix(&self.source).unwrap_or(page).trim_start_matches('/');
        self.pages.is_empty()
            || self.pages.iter().any(|(pattern, number)| {
                let bare = short.strip_suffix(".md").unwrap_or(short);
                (pattern.matches(page) || pattern.matches(short) || pattern.matches(bare)) && number.is_none_or(&line)
            })
    }

    fn unit(&self, unit: &Unit) -> bool {
        let language = |block: &Block| self.languages.is_empty() || self.languages.contains(&block.language);
        let page = unit.steps.first().map(|step| step.block.place.page.as_str()).unwrap_or_default();
        let blocks = || unit.steps.iter().flat_map(|step| std::iter::once(&step.block).chain(&step.expected));
        unit.steps.iter().any(|step| language(&step.block))
            && self.page(page, |line| blocks().any(|block| block.place.line == line))
    }

    fn finding(&self, finding: &Finding) -> bool {
        self.languages.is_empty() && self.page(&finding.place.page, |line| finding.place.line == line)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
