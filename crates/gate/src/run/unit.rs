//! One unit: run in a world of its own, and what came of each of its steps.

use std::io;
use std::path::Path;
use std::time::Duration;

use proofbook_sandbox::Kind;
use serde::Serialize;

use super::lab::Lab;
use super::rust::{self, Compiled};
use super::world::{Seen, World};
use super::{Ran, Stepped, config, data, http, program, shell, verdict};
use crate::pages::Book;
use crate::plan::{Runner, Unit};
use crate::tools::Lack;
use crate::{Code, Finding};

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

/// What came of a unit.
pub(super) struct Done {
    pub(super) statuses: Vec<Status>,
    pub(super) findings: Vec<Finding>,
    pub(super) compared: Vec<String>,
    pub(super) seen: Seen,
    pub(super) lack: Option<Lack>,
    pub(super) took: Duration,
}

impl Done {
    pub(super) fn empty() -> Self {
        Self {
            statuses: Vec::new(),
            findings: Vec::new(),
            compared: Vec::new(),
            seen: Seen::default(),
            lack: None,
            took: Duration::ZERO,
        }
    }

    pub(super) fn of(unit: &Unit, ran: Ran, seen: Seen, faults: &[String]) -> Self {
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

/// Runs a Rust block, if it was compiled.
pub(super) fn run_rust(lab: &Lab, book: &Book, unit: &Unit, compiled: &Compiled) -> io::Result<Done> {
    match unit.steps.first().and_then(|step| compiled.broken.get(&step.block.name())) {
        Some(broken) => Ok(Done { statuses: vec![Status::Failed], findings: broken.clone(), ..Done::empty() }),
        None => run(lab, book, unit, compiled.program.as_deref()),
    }
}

/// Runs one unit in a world of its own; a Rust block, by the program of them all.
pub(super) fn run(lab: &Lab, book: &Book, unit: &Unit, rust: Option<&Path>) -> io::Result<Done> {
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
