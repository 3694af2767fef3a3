//! Holds TOML and YAML blocks against the tool that reads the file they stand for.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use super::Ran;
use super::lab::Lab;
use super::world::World;
use crate::blocks::Block;
use crate::pages::Page;
use crate::plan::Unit;
use crate::tools::Lack;
use crate::{Code, Finding, process};

/// What reads a file of settings.
enum Reader {
    Cargo,
    MdBook,
    /// A schema that check-jsonschema has built in.
    Schema(&'static str),
}

impl Reader {
    fn of(file: &str) -> Option<Self> {
        let name = file.rsplit('/').next().unwrap_or(file);
        Some(match name {
            "Cargo.toml" => Self::Cargo,
            "book.toml" => Self::MdBook,
            ".gitlab-ci.yml" => Self::Schema("vendor.gitlab-ci"),
            "action.yml" => Self::Schema("vendor.github-actions"),
            _ if file.starts_with(".github/workflows/") => Self::Schema("vendor.github-workflows"),
            _ => return None,
        })
    }
}

/// Judges every block of a unit.
pub(super) fn run(lab: &Lab, world: &World, page: &Page, unit: &Unit) -> io::Result<Ran> {
    let mut findings = Vec::new();
    for step in &unit.steps {
        match judge(lab, world, page, &step.block)? {
            Ok(found) => findings.extend(found),
            Err(lack) => return Ok(Ran::Lacking(lack)),
        }
    }
    Ok(Ran::Judged(findings))
}

fn judge(lab: &Lab, world: &World, page: &Page, block: &Block) -> io::Result<Result<Option<Finding>, Lack>> {
    let text = block.program(page);
    let find = |code, message: String, help: &str| Ok(Ok(Some(Finding::new(code, block.place.clone(), message, help))));
    let syntax = match block.language.as_str() {
        "toml" => toml::from_str::<toml::Table>(&text).err().map(|error| error.to_string()),
        _ => serde_saphyr::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
    };
    if let Some(reason) = syntax {
        let message =
            format!("this is no {}: {}", block.language.to_uppercase(), reason.lines().next().unwrap_or_default());
        return Ok(Ok(Some(Finding::new(Code::InvalidSyntax, block.place.clone(), message, "mend it").detail(reason))));
    }
    let Some(file) = block.value("file") else {
        let message = "the fence does not say which file this is".to_owned();
        return find(
            Code::InvalidSettings,
            message,
            "write `file=Cargo.toml`, or whichever it is, behind the language",
        );
    };
    let reason = match Reader::of(file) {
        None => {
            let message = format!("nothing is known that reads `{file}`");
            let help = "it may be Cargo.toml, book.toml, action.yml, .gitlab-ci.yml or .github/workflows/…";
            return find(Code::InvalidSettings, message, help);
        }
        Some(Reader::MdBook) => mdbook(&text),
        Some(Reader::Cargo) => cargo(lab, world, &text)?,
        Some(Reader::Schema(schema)) => match schema_check(lab, world, block, &text, schema)? {
            Ok(reason) => reason,
            Err(lack) => return Ok(Err(lack)),
        },
    };
    Ok(Ok(reason.map(|reason| {
        let message = format!("`{file}` would be refused");
        Finding::new(Code::InvalidSettings, block.place.clone(), message, "mend what is named below").detail(reason)
    })))
}

fn mdbook(text: &str) -> Option<String> {
    let config = text.parse::<mdbook_driver::config::Config>();
    match config {
        Err(error) => Some(format!("{error:#}")),
        Ok(config) => crate::Settings::of(&config).err(),
    }
}

/// Asks cargo for all that the manifest needs, with the versions of the book's own lock file. `../NAME/` in a path is the
/// book's root, since a reader's project lies beside the clone.
fn cargo(lab: &Lab, world: &World, text: &str) -> io::Result<Option<String>> {
    let folder = world.outer().join("project");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    let package = if text.contains("[package]") {
        ""
    } else {
        "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n"
    };
    fs::write(folder.join("Cargo.toml"), format!("{package}{text}"))?;
    for name in clones(text) {
        #[cfg(unix)]
        std::os::unix::fs::symlink(&lab.root, world.outer().join(name))?;
        #[cfg(not(unix))]
        std::os::windows::fs::symlink_dir(&lab.root, world.outer().join(name))?;
    }
    let lock = lab.root.join("Cargo.lock");
    if lock.is_file() {
        fs::copy(lock, folder.join("Cargo.lock"))?;
    }
    let mut command = Command::new("cargo");
    lab.clean(&mut command);
    command.args(["metadata", "--format-version", "1", "--offline", "--quiet"]).current_dir(&folder);
    let outcome = process::run(&mut command, &lab.limits)?;
    let fine = outcome.status.is_some_and(|status| status.success());
    Ok((!fine).then(|| outcome.stderr.replace(&folder.display().to_string(), "")))
}

/// The names in `path = "../NAME/…"`.
fn clones(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split("\"../").skip(1).filter_map(|rest| rest.split(['/', '"']).next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn schema_check(
    lab: &Lab,
    world: &World,
    block: &Block,
    text: &str,
    schema: &str,
) -> io::Result<Result<Option<String>, Lack>> {
    let python = match lab.python() {
        Ok(python) => python,
        Err(lack) => return Ok(Err(lack)),
    };
    let program = python.parent().unwrap_or(Path::new("")).join("check-jsonschema");
    if !program.is_file() {
        return Ok(Err(Lack::new("check-jsonschema", "adding it to the lock file of the Python blocks")));
    }
    let file = world.outer().join(format!("settings-{}.yml", block.place.line));
    fs::write(&file, text)?;
    let mut command = Command::new(program);
    lab.clean(&mut command);
    command.args(["--builtin-schema", schema]).arg(&file);
    let outcome = process::run(&mut command, &lab.limits)?;
    let fine = outcome.status.is_some_and(|status| status.success());
    Ok(Ok((!fine).then(|| outcome.stdout + &outcome.stderr)))
}
