//! Runs Python, JavaScript and TypeScript blocks as programs.
//!
//! A block's line in the program is its line on the page, so whatever the language says of a line is true of the page.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lab::Lab;
use super::world::World;
use super::{Fault, Ran, Stepped};
use crate::pages::Page;
use crate::plan::{Runner, Unit};
use crate::process::{self, Outcome};
use crate::tools::Lack;

/// Between the outputs of two steps.
const MARK: &str = "\u{1e}proofbook\u{1e}";
/// Checks the types of a TypeScript program and compiles it.
const TYPES: &str = include_str!("types.mjs");

/// Runs a unit as one program, the code of its steps one after the other.
pub(super) fn run(lab: &Lab, world: &World, page: &Page, unit: &Unit) -> io::Result<Ran> {
    let source = source(page, unit);
    let name = match unit.runner {
        Runner::Python => "block.py",
        Runner::TypeScript => "block.mts",
        _ => "block.mjs",
    };
    let file = world.outer().join(name);
    fs::write(&file, source)?;
    let mut command = match unit.runner {
        Runner::Python => match python(lab, &file) {
            Ok(command) => command,
            Err(lack) => return Ok(Ran::Lacking(lack)),
        },
        _ => {
            let modules = match lab.node_modules() {
                Ok(modules) => modules,
                Err(lack) => return Ok(Ran::Lacking(lack)),
            };
            if unit.runner == Runner::TypeScript && !modules.is_some_and(|modules| modules.join("typescript").is_dir())
            {
                let install = "adding it to the package.json that `[preprocessor.proofbook.node]` names";
                return Ok(Ran::Lacking(Lack::new("typescript", install)));
            }
            prepare_modules(lab, world, modules)?;
            let mut file = file.clone();
            if unit.runner == Runner::TypeScript {
                match types(lab, world, &file)? {
                    Ok(compiled) => file = compiled,
                    Err(report) => {
                        return Ok(Ran::Stepped(vec![Stepped::failed(Fault::DoesNotCompile(shown(
                            &report, world, page,
                        )))]));
                    }
                }
            }
            let mut command = Command::new("node");
            command.arg("--enable-source-maps").arg(file);
            command
        }
    };
    lab.clean(&mut command);
    command.envs(world.env().iter().cloned()).current_dir(world.work());
    let outcome = process::run(&mut command, &lab.limits)?;
    Ok(Ran::Stepped(stepped(unit, &outcome, |text| shown(text, world, page))))
}

/// The code of all steps, each line where the page has it.
fn source(page: &Page, unit: &Unit) -> String {
    let mark = match unit.runner {
        Runner::Python => format!("print({MARK:?}, flush=True)"),
        _ => format!("console.log({MARK:?});"),
    };
    // Python knows no escape of the form that Rust prints.
    let mark = mark.replace("\\u{1e}", "\\x1e");
    let (mut source, mut line) = (String::new(), 1);
    for (index, step) in unit.steps.iter().enumerate() {
        let code = step.block.program(page);
        // What an include brings has more lines than the page: then the numbers are those of the program.
        let first = step.block.place.line + 1;
        while line + 1 < first {
            source.push('\n');
            line += 1;
        }
        // In the place of the fence.
        if index > 0 {
            source.push_str(&mark);
        }
        source.push('\n');
        line += 1;
        source.push_str(&code);
        line += code.lines().count();
    }
    source
}

/// What each step printed. The steps before the last one that began have succeeded.
fn stepped(unit: &Unit, outcome: &Outcome, shown: impl Fn(&str) -> String) -> Vec<Stepped> {
    let parts: Vec<&str> = outcome.stdout.split(&format!("{MARK}\n")).collect();
    let last = parts.len() - 1;
    let step = |(index, part): (usize, &&str)| {
        let mut stepped = Stepped { stdout: (*part).to_owned(), ..Stepped::default() };
        if index == last {
            stepped.stderr = shown(&outcome.stderr);
            let wanted = unit.steps.get(index).and_then(|step| super::wanted_exit(&step.block)).unwrap_or(0);
            stepped.fault = match outcome.status {
                None => Some(Fault::TimedOut),
                Some(status) if status.code() == Some(wanted) => None,
                Some(status) => Some(Fault::Exit { got: status, wanted }),
            };
        }
        stepped
    };
    parts.iter().enumerate().map(step).collect()
}

fn python(lab: &Lab, file: &Path) -> Result<Command, Lack> {
    let mut command = Command::new(lab.python()?);
    command.arg("-B").arg(file);
    if let Some(helpers) = lab.settings.python.as_ref().and_then(|python| python.helpers.as_ref()) {
        command.env("PYTHONPATH", lab.root.join(helpers));
    }
    Ok(command)
}

/// Lays out what a module finds when it imports: the locked packages, and the helpers by their names.
fn prepare_modules(lab: &Lab, world: &World, modules: Option<&Path>) -> io::Result<()> {
    let target = world.outer().join("node_modules");
    fs::create_dir(&target)?;
    if let Some(modules) = modules {
        for entry in fs::read_dir(modules)? {
            let entry = entry?;
            link(&entry.path(), &target.join(entry.file_name()))?;
        }
    }
    let Some(helpers) = lab.settings.node.as_ref().and_then(|node| node.helpers.as_ref()) else { return Ok(()) };
    for entry in fs::read_dir(lab.root.join(helpers))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "mjs")
            && let Some(name) = path.file_stem()
        {
            let package = target.join(name);
            fs::create_dir(&package)?;
            fs::copy(&path, package.join("index.mjs"))?;
            fs::write(package.join("package.json"), r#"{"type":"module","exports":"./index.mjs"}"#)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

/// Checks the types. Returns the compiled module, or what is wrong.
fn types(lab: &Lab, world: &World, file: &Path) -> io::Result<Result<PathBuf, String>> {
    let script = world.outer().join("types.mjs");
    fs::write(&script, TYPES)?;
    let mut command = Command::new("node");
    lab.clean(&mut command);
    command.arg(&script).arg(file).current_dir(world.outer());
    let outcome = process::run(&mut command, &lab.limits)?;
    Ok(match outcome.status.is_some_and(|status| status.success()) {
        true => Ok(file.with_extension("mjs")),
        false => Err(outcome.stdout + &outcome.stderr),
    })
}

/// A text in which the program's file is the page.
fn shown(text: &str, world: &World, page: &Page) -> String {
    let outer = world.outer().display().to_string();
    let mut text = text.to_owned();
    for name in ["block.py", "block.mts", "block.mjs"] {
        text = text
            .replace(&format!("file://{outer}/{name}"), page.path())
            .replace(&format!("{outer}/{name}"), page.path());
    }
    text
}
