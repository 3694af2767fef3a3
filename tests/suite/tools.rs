//! The programs that tests run beside ours, from the gate's own tools: they install themselves from lock files, once.
//!
//! Where the machine lacks what the installation needs, a test is skipped with a loud line that names the command which
//! installs it. With `CI=true` that is a failure.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use proofbook_gate::tools::{self, Lack, is_ci};

use crate::support::repository;

/// Where the gate keeps its tools too: `target/proofbook`.
fn state() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_proofbook")).ancestors().nth(2).expect("the target directory");
    target.join("proofbook")
}

/// Python with the packages of `tests/tools/python/requirements.txt`: the directory of its programs.
pub fn python() -> Option<PathBuf> {
    python_of(&repository().join("tests/tools/python/requirements.txt"))
}

/// Python with the packages of a lock file: the directory of its programs.
pub fn python_of(lock: &Path) -> Option<PathBuf> {
    have(tools::python(lock, &state()))?.parent().map(Path::to_owned)
}

/// The directory with the `node_modules` of `tests/tools/node/package-lock.json`.
pub fn node() -> Option<PathBuf> {
    node_of(&repository().join("tests/tools/node"))?.parent().map(Path::to_owned)
}

/// The `node_modules` of the lock file in a folder.
pub fn node_of(folder: &Path) -> Option<PathBuf> {
    have(tools::node_modules(folder, &state()))
}

/// The program of a sample or an example in Rust. All of them are built at once.
pub fn rust(name: &str) -> PathBuf {
    static BUILT: LazyLock<()> = LazyLock::new(|| {
        let mut build = Command::new("cargo");
        // Examples need what tests need: only with them have dependencies the features with which the tests were built.
        build.args(["build", "--workspace", "--bins", "--examples", "--locked", "--quiet"]);
        run(build.current_dir(repository()).stdin(Stdio::null()));
    });
    LazyLock::force(&BUILT);
    let programs = Path::new(env!("CARGO_BIN_EXE_proofbook")).parent().expect("a folder");
    programs.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// `cargo generate`.
pub fn cargo_generate() -> Option<PathBuf> {
    have(tools::find(
        "cargo-generate",
        "cargo install cargo-generate@0.23.10 --locked --no-default-features --profile dev",
    ))
}

/// The folder with PostgreSQL's programs. Debian keeps those of the server off the `PATH`.
pub fn postgres() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = folders.map(|entry| entry.path().join("bin")).find(|folder| folder.join("initdb").exists());
    have(found.ok_or_else(|| Lack::new("PostgreSQL", "apt-get install postgresql")))
}

/// Whether Chromium and its driver are there.
pub fn chromium() -> Option<()> {
    let install = "apt-get install chromium chromium-driver";
    have(tools::find("chromium", install))?;
    have(tools::find("chromedriver", install)).map(|_| ())
}

/// Runs a command to its end and fails with its output if it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{text}", output.status);
    text
}

fn have(tool: Result<PathBuf, Lack>) -> Option<PathBuf> {
    let lack = match tool {
        Ok(path) => return Some(path),
        Err(lack) => lack,
    };
    assert!(!is_ci(), "{lack}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Not `eprintln!`, which the test runner would keep to itself.
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED {test}: {lack}\n");
    None
}
