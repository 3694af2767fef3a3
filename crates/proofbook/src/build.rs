//! `proofbook build`: the static site and, in it, the offline book.

use crate::book::{Book, Built, offline};
use crate::contract::Document;
use crate::failure::Failure;
use crate::web::explorer;
use crate::{exit, output};
use proofbook_gate::report::json::SCHEMA;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tempfile::TempDir;

/// Write the static site and the offline book
///
/// The folder is a site for any web server: the pages, openapi.yaml, openapi.json, the explorer, and the offline book, a zip named after the
/// book's title. Unpacked, its index.html opens without a server.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Where to write [default: book/ in the book's folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The book's folder [default: the nearest with a book.toml, from here upwards]
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook build               into book/
  proofbook build --out public  into public/

A site that lives in a folder of its host needs that for its 404 page:
  MDBOOK_OUTPUT__HTML__SITE_URL=/handbook/ proofbook build

A former build of this command is replaced. A folder with anything else in it is left alone: exit code 2.";

/// Where a build goes by default, from the book's root.
const DEFAULT_OUT: &str = "book";
/// Marks a folder as a build, which the next one may replace.
const MARKER: &str = ".proofbook";
const MARKER_TEXT: &str = "Written by `proofbook build`, which replaces this whole folder the next time.\n";

/// Builds, and says what was built.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let book = Book::find(args.book.as_deref())?;
    let out = args.out.unwrap_or_else(|| book.root().join(DEFAULT_OUT));
    tokio::task::spawn_blocking(move || write(&book, &out)).await??;
    Ok(ExitCode::from(exit::HOLDS))
}

fn write(book: &Book, out: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    refuse_foreign(out)?;
    // Everything is made in a folder of its own first: if a page is broken, the former build is still there.
    let fresh = TempDir::with_prefix("proofbook-")?;
    let fresh = fresh.path();
    let built = book.build_into(fresh, None)?;
    let contract = Document::of(book.root())?;
    fs::write(fresh.join("openapi.yaml"), &contract.yaml)?;
    fs::write(fresh.join("openapi.json"), serde_json::to_string_pretty(&contract.json)?)?;
    fs::write(fresh.join("report.schema.json"), SCHEMA)?;
    explorer::write(&fresh.join("explorer"), &built.title, &contract)?;
    let name = offline::slug(&built.title);
    let zip = format!("{name}.zip");
    offline::pack(fresh, &name, &fresh.join(&zip))?;
    replace(fresh, out).map_err(|error| {
        Failure::new(exit::LACKING, "the build can't be written")
            .at(out.display().to_string())
            .fix("allow this user to write there, or choose another folder: --out DIR")
            .because(error)
    })?;
    summarise(&built, out, &zip, start)
}

/// Refuses to write where something lies that is not a former build.
fn refuse_foreign(out: &Path) -> anyhow::Result<()> {
    let free = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none() || out.join(MARKER).is_file(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    if free {
        return Ok(());
    }
    let failure = Failure::new(exit::USAGE, "the folder holds something that is not a former build")
        .at(out.display().to_string())
        .fix("choose another folder with --out DIR, or remove this one yourself");
    Err(failure.into())
}

/// Puts the files of one folder in the place of all that is in another.
fn replace(fresh: &Path, out: &Path) -> anyhow::Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    // First of all: a copy that breaks off half way is still recognised and replaced.
    fs::write(out.join(MARKER), MARKER_TEXT)?;
    for file in offline::files(fresh)? {
        let target = out.join(file.strip_prefix(fresh)?);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&file, &target)?;
    }
    Ok(())
}

fn summarise(built: &Built, out: &Path, zip: &str, start: Instant) -> anyhow::Result<()> {
    let files = offline::files(out)?;
    let bytes = |file: &PathBuf| fs::metadata(file).map(|data| data.len());
    let total = files.iter().map(bytes).sum::<Result<u64, _>>()?;
    let place = |name: &str| out.join(name).display().to_string();
    output::say(&format!(
        "{}: {} pages, {} files, {}, in {} ms\n\n  Site      {}\n  Offline   {} ({})\n  Contract  {} and {}",
        output::bold(&format!("Built {}", built.title)),
        built.pages,
        files.len(),
        output::size(total),
        start.elapsed().as_millis(),
        place("index.html"),
        place(zip),
        output::size(bytes(&out.join(zip))?),
        place("openapi.yaml"),
        place("openapi.json"),
    ));
    Ok(())
}
