//! `proofbook new`: a project of one's own from a template.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use rust_embed::RustEmbed;

use crate::failure::Failure;
use crate::{exit, output};

/// Make an integration of your own from a template, in a new folder
///
/// It polls from a stored cursor and takes webhooks, and works on each change once, whichever way it came. Errors are sorted,
/// there are health and metrics, and its tests run against the sandbox. The one file to begin with is named at the end.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// What it is called, and the folder that is made for it here
    #[arg(value_parser = name)]
    name: String,

    /// The language
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    template: Template,
}

const AFTER_HELP: &str = "Examples:
  proofbook new visa-sync --template rust    with axum, reqwest and SQLite
  proofbook new visa-sync --template python  with Flask, httpx and SQLite

`cargo generate --path examples/integrations/template/rust` in a clone of the handbook makes the same,
with the marks by which the handbook quotes it.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Template {
    Rust,
    Python,
}

// What a tool leaves in a template's folder is not taken along.
#[derive(RustEmbed)]
#[folder = "../../examples/integrations/template/rust"]
#[exclude = "target/*"]
#[exclude = "*.db*"]
struct Rust;

#[derive(RustEmbed)]
#[folder = "../../examples/integrations/template/python"]
#[exclude = ".venv/*"]
#[exclude = "*__pycache__*"]
#[exclude = "*_cache/*"]
#[exclude = "*.db*"]
struct Python;

/// What the templates are called where they lie.
const PLACEHOLDER: &str = "policy-integration";
/// The file for `cargo generate`, which is nothing to a project.
const SETTINGS: &str = "cargo-generate.toml";
/// A file with this ending takes the place of the one without, with the name filled in: so it is with `cargo generate` too.
const LIQUID: &str = ".liquid";

/// Makes the project.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { name, template } = args;
    let files = template.files();
    if files.iter().any(|(path, text)| path == "Cargo.lock" && text.contains(&format!("name = \"{name}\"\n"))) {
        return Err(Failure::new(exit::USAGE, format!("`{name}` is the name of a crate that the project needs"))
            .fix("choose another name")
            .into());
    }
    let folder = PathBuf::from(&name);
    if fs::read_dir(&folder).map_or(folder.exists(), |mut entries| entries.next().is_some()) {
        return Err(Failure::new(exit::USAGE, "the folder is there already, and not empty")
            .at(folder.display().to_string())
            .fix("choose another name, or remove the folder")
            .into());
    }
    for (path, text) in &files {
        if path != SETTINGS && !files.iter().any(|(other, _)| *other == format!("{path}{LIQUID}")) {
            write(&folder, path, text, &name)?;
        }
    }
    output::say(&format!(
        "Made {name} from the {} template. Begin with {}.\n\nNext:\n  cd {name}\n{}",
        template.word(),
        template.begin(),
        template.next(),
    ));
    Ok(ExitCode::SUCCESS)
}

/// Writes one of the files, with the project's name in it where it belongs.
fn write(folder: &Path, path: &str, text: &str, name: &str) -> anyhow::Result<()> {
    let target = folder.join(path.strip_suffix(LIQUID).unwrap_or(path));
    let text = match path {
        "Cargo.lock" => text.replace(&format!("name = \"{PLACEHOLDER}\"\n"), &format!("name = \"{name}\"\n")),
        path if path.ends_with(LIQUID) => text.replace("{{project-name}}", name),
        _ => text.to_owned(),
    };
    // The handbook quotes the templates by these marks.
    let text: String = text.split_inclusive('\n').filter(|line| !line.contains(" ANCHOR")).collect();
    let made = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&target, text));
    made.map_err(|error| {
        Failure::new(exit::LACKING, "a file can't be written")
            .at(target.display().to_string())
            .fix("make room, or go to a folder that you may write to")
            .because(error)
            .into()
    })
}

impl Template {
    /// All files of the template, by their paths.
    fn files(self) -> Vec<(String, Cow<'static, str>)> {
        fn all<T: RustEmbed>() -> Vec<(String, Cow<'static, str>)> {
            let text = |bytes: Cow<'static, [u8]>| Cow::Owned(String::from_utf8_lossy(&bytes).into_owned());
            T::iter().filter_map(|path| Some((path.to_string(), text(T::get(&path)?.data)))).collect()
        }
        match self {
            Self::Rust => all::<Rust>(),
            Self::Python => all::<Python>(),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
        }
    }

    /// The file that is the reader's own.
    fn begin(self) -> &'static str {
        match self {
            Self::Rust => "src/work.rs",
            Self::Python => "integration/work.py",
        }
    }

    /// The commands that test it.
    fn next(self) -> String {
        // Not the bare name: this program need not be on the `PATH`.
        let program = std::env::current_exe().map_or_else(|_| "proofbook".into(), |path| path.display().to_string());
        let test = match self {
            Self::Rust => "  cargo test",
            Self::Python => {
                "  python3 -m venv .venv\n  .venv/bin/pip install --quiet -r requirements-dev.txt\n  .venv/bin/pytest"
            }
        };
        format!("  export PROOFBOOK='{program}'\n{test}")
    }
}

/// A name for a package and a folder.
fn name(text: &str) -> Result<String, String> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
    match begins && text.bytes().all(known) && !text.ends_with('-') && text.len() <= 64 {
        true => Ok(text.to_owned()),
        false => {
            Err("a name has up to 64 lowercase letters, digits and hyphens, and begins with a letter: visa-sync"
                .to_owned())
        }
    }
}
