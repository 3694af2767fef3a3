//! Compiles the Rust blocks, through the package whose build script hands them to skeptic, and runs each as a program.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::lab::Lab;
use super::world::World;
use super::{Fault, Ran, Stepped};
use crate::blocks::Block;
use crate::error::Place;
use crate::plan::Unit;
use crate::tools::Lack;
use crate::{Code, Finding, process};

/// The variable that tells the program of the Rust blocks which one it is.
pub const BLOCK: &str = "PROOFBOOK_BLOCK";
/// The variable that tells the build script which blocks to leave out: they do not compile, and the others shall run.
pub const WITHOUT: &str = "PROOFBOOK_WITHOUT";
/// The example of the package.
const EXAMPLE: &str = "blocks";
/// How a Rust program exits after a panic.
const PANICKED: i32 = 101;

/// What came of compiling.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The program, if there is one.
    pub program: Option<PathBuf>,
    /// What does not compile, by the name of its block.
    pub broken: BTreeMap<String, Vec<Finding>>,
}

/// `…/blocks/src/api.md/line-12.2.rs:14`: a module's page, the line and number of its block, and a line.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static MODULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[^\s:'()]*/blocks/(\S+?\.md)/line-(\d+)(?:\.(\d+))?\.rs(?::(\d+))?").expect("the expression is valid")
});

/// Compiles all Rust blocks of the book; if some do not compile, the others.
pub(super) fn compile(lab: &Lab) -> io::Result<Result<Compiled, Lack>> {
    if lab.settings.rust.is_none() {
        let install =
            "setting `[preprocessor.proofbook.rust]` in book.toml, with a package whose example `blocks` they are";
        return Ok(Err(Lack::new("what compiles Rust blocks", install)));
    }
    let first = build(lab, &[])?;
    if first.broken.is_empty() {
        return Ok(Ok(first));
    }
    let without: Vec<&str> = first.broken.keys().map(String::as_str).collect();
    let second = build(lab, &without)?;
    Ok(Ok(Compiled { program: second.program, broken: first.broken }))
}

fn build(lab: &Lab, without: &[&str]) -> io::Result<Compiled> {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        // Those of a `cargo run` above are not the package's.
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG") || text.starts_with("CARGO_MANIFEST") {
            command.env_remove(&name);
        }
    }
    // Of the whole workspace, so that crates have the features with which its tests have compiled them.
    command.args(["build", "--workspace", "--example", EXAMPLE, "--message-format=json", "--quiet"]);
    command.current_dir(&lab.root);
    if !without.is_empty() {
        command.env(WITHOUT, without.join(";"));
    }
    let output = command.stdin(Stdio::null()).output()?;
    let mut compiled = Compiled::default();
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for message in &messages {
        match message["reason"].as_str() {
            Some("compiler-artifact") if message["target"]["name"] == EXAMPLE => {
                compiled.program = message["executable"].as_str().map(PathBuf::from);
            }
            Some("compiler-message") if message["message"]["level"] == "error" => {
                if let Some((block, finding)) = finding(&message["message"]) {
                    compiled.broken.entry(block).or_default().push(finding);
                }
            }
            _ => {}
        }
    }
    if !output.status.success() && compiled.broken.is_empty() {
        let rendered: String = messages.iter().filter_map(|message| message["message"]["rendered"].as_str()).collect();
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "the program of the Rust blocks can't be built:\n{rendered}{}",
            stderr.trim()
        )));
    }
    Ok(compiled)
}

/// What the compiler says of a block.
fn finding(message: &Value) -> Option<(String, Finding)> {
    let spans = message["spans"].as_array()?;
    // The primary one first. A mistake in what a macro made is where the page calls the macro.
    let (primary, others): (Vec<&Value>, Vec<&Value>) = spans.iter().partition(|span| span["is_primary"] == true);
    let calls = |span| std::iter::successors(Some(span), |span: &&Value| span.pointer("/expansion/span"));
    let mut places = primary.into_iter().chain(others).flat_map(calls);
    let (span, found) = places.find_map(|span| Some((span, MODULE.captures(span["file_name"].as_str()?)?)))?;
    let (page, name) = named(&found);
    let line = span["line_start"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
    let text = message["message"].as_str().unwrap_or_default();
    let message_text = format!("this block does not compile: {text}");
    let rendered = message["rendered"].as_str().unwrap_or_default();
    let mut finding =
        Finding::new(Code::DoesNotCompile, Place { page, line }, message_text, "mend what the compiler names")
            .detail(with_pages(rendered));
    finding.block = Some(name.clone());
    Some((name, finding))
}

fn named(found: &Captures<'_>) -> (String, String) {
    let page = found[1].to_owned();
    let nth = found.get(3).map(|nth| format!(".{}", nth.as_str())).unwrap_or_default();
    let name = format!("{page}:{}{nth}", &found[2]);
    (page, name)
}

/// A text in which modules are the pages they come from.
fn with_pages(text: &str) -> String {
    let place = |found: &Captures<'_>| match found.get(4) {
        Some(line) => format!("{}:{}", &found[1], line.as_str()),
        None => found[1].to_owned(),
    };
    MODULE.replace_all(text, place).into_owned()
}

/// Runs a unit, which is one block.
pub(super) fn run(lab: &Lab, world: &World, unit: &Unit, program: &Path) -> io::Result<Ran> {
    let Some(step) = unit.steps.first() else { return Ok(Ran::Stepped(Vec::new())) };
    let mut command = Command::new(program);
    lab.clean(&mut command);
    command.envs(world.env().iter().cloned()).env(BLOCK, step.block.name()).current_dir(world.work());
    let outcome = process::run(&mut command, &lab.limits)?;
    let should_panic = step.block.should_panic;
    let fault = match outcome.status {
        None => Some(Fault::TimedOut),
        Some(status) if should_panic && status.code() == Some(PANICKED) && outcome.stderr.contains("panicked at") => {
            None
        }
        status if should_panic => Some(Fault::NoPanic(status)),
        Some(status) if status.success() => None,
        Some(got) => Some(Fault::Exit { got, wanted: 0 }),
    };
    Ok(Ran::Stepped(vec![Stepped {
        stdout: outcome.stdout,
        stderr: with_page_lines(&outcome.stderr, &step.block),
        fault,
        ..Stepped::default()
    }]))
}

/// As [`with_pages`], with the line of the page where an include makes the module's another.
fn with_page_lines(text: &str, block: &Block) -> String {
    let place = |found: &Captures<'_>| {
        let (page, name) = named(found);
        let line = found.get(4).and_then(|line| line.as_str().parse::<usize>().ok());
        let Some(line) = line else { return page };
        let index = line.checked_sub(block.place.line + 1).filter(|_| name == block.name());
        let line = index.and_then(|index| block.lines.get(index)).map_or(line, |line| line.number);
        format!("{page}:{line}")
    };
    MODULE.replace_all(text, place).into_owned()
}

/// How the names of files end that a block's program may be made of.
const CODE: [&str; 6] = [".rs", ".py", ".js", ".mjs", "Cargo.toml", "Cargo.lock"];

/// What blocks that run the repository's own code depend on beside their text: its sources, by size and time.
pub(super) fn stamp(root: &Path) -> String {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                if !name.starts_with('.') && !matches!(&*name, "target" | "node_modules") {
                    folders.push(path);
                }
            } else if CODE.iter().any(|end| name.ends_with(end)) {
                let time = data.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
                files.push(format!("{} {} {:?}", path.display(), data.len(), time.map(|time| time.as_nanos())));
            }
        }
    }
    files.sort_unstable();
    files.join("\n")
}
