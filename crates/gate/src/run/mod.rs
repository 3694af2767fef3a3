//! Runs the units of a plan and judges them.
//!
//! - [`session`]: all units, twice as many at once as there are CPUs; `unit`: one of them
//! - `wanted`: what of a book to run; `report`: what came of it
//! - `lab`: what all units share; `world`: what a unit has for itself; `leftovers`: what it leaves running
//! - `program`, `shell`, `rust`, `http`: blocks that run
//! - `data`, `config`, `diagram`: blocks that are held against something
//! - `verdict`: findings from what came of a unit
//! - `cache`: units that need not run again

mod cache;
mod config;
mod data;
mod diagram;
mod http;
mod lab;
mod leftovers;
mod program;
mod report;
mod rust;
pub mod session;
mod shell;
mod unit;
mod verdict;
mod wanted;
mod world;

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitStatus;

pub use report::{BlockReport, Report};
pub use rust::Compiled;
pub use session::{Progress, test};
pub use unit::Status;
pub use wanted::Options;
pub use world::{Call, Seen};

use crate::Finding;
use crate::blocks::Block;
use crate::tools::Lack;

/// What came of a unit.
enum Ran {
    /// Its steps ran, up to the last one here.
    Stepped(Vec<Stepped>),
    /// It was held against something, and this was found.
    Judged(Vec<Finding>),
    /// This machine can't run it.
    Lacking(Lack),
}

/// What came of a step.
#[derive(Default)]
struct Stepped {
    stdout: String,
    stderr: String,
    /// Why it does not hold, before its output is looked at.
    fault: Option<Fault>,
    /// The exchanges that it made, if they can be told from those of other steps.
    calls: Option<Range<usize>>,
    /// Whether `stdout` is to be compared with the block itself.
    session: bool,
    /// The files in which what it prints later will be found.
    later: Option<(PathBuf, PathBuf)>,
}

/// How a step went wrong.
enum Fault {
    TimedOut,
    Exit { got: ExitStatus, wanted: i32 },
    Code { got: i32, wanted: i32 },
    NoPanic(Option<ExitStatus>),
    DoesNotCompile(String),
    Other(Box<Finding>),
}

impl Stepped {
    fn failed(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// The exit code that a fence announces.
fn wanted_exit(block: &Block) -> Option<i32> {
    block.value("exit")?.parse().ok()
}
