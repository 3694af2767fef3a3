//! Runs all units of a book, twice as many at once as there are CPUs.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use proofbook_contract::Contract;

use super::cache::Cache;
use super::diagram;
use super::lab::Lab;
use super::report::{BlockReport, Report, collect, lost, reports};
use super::rust::{self, Compiled};
use super::unit::{Done, Status, run, run_rust};
use super::wanted::{Options, Wanted};
use super::world::Seen;
use crate::blocks::Block;
use crate::pages::Book;
use crate::plan::{Plan, Runner, Unit, plan};
use crate::tools::Lack;

/// Is told how far a run is.
pub trait Progress: Sync {
    /// Something takes long before the first block: compiling, installing.
    fn preparing(&self, what: &str);
    /// So many blocks will run.
    fn begins(&self, blocks: usize);
    /// A block ran.
    fn ended(&self, block: &BlockReport);
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
