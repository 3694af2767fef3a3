//! The programs that tests run beside ours: they install themselves from lock files, once, under `target/tools`.
//!
//! Where the machine lacks what the installation needs, a test is skipped with a loud line that names the command which
//! installs it. With `CI=true` that is a failure.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::support::repository;

/// Where tests may write: `target/tools`.
fn tools() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_proofbook")).ancestors().nth(2).expect("the target directory");
    target.join("tools")
}

/// Python with the packages of `tests/tools/python/requirements.txt`: the directory of its programs.
pub fn python() -> Option<PathBuf> {
    let lock = repository().join("tests/tools/python/requirements.txt");
    available("python3", &["-m", "venv", "--help"], "apt-get install python3-venv")?;
    let home = install("python", &lock, |home| {
        run(Command::new("python3").args(["-m", "venv"]).arg(home));
        run(Command::new(home.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"])
            .arg(&lock));
    });
    Some(home.join("bin"))
}

/// The directory with the `node_modules` of `tests/tools/node/package-lock.json`.
pub fn node() -> Option<PathBuf> {
    let source = repository().join("tests/tools/node");
    let lock = source.join("package-lock.json");
    available("npm", &["--version"], "apt-get install nodejs npm")?;
    Some(install("node", &lock, |home| {
        fs::create_dir_all(home).expect("a directory for node_modules");
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), home.join(name)).expect("the lock file is copied");
        }
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(home));
    }))
}

/// Whether Chromium and its driver are there.
pub fn chromium() -> Option<()> {
    let hint = "apt-get install chromium chromium-driver";
    available("chromium", &["--version"], hint)?;
    available("chromedriver", &["--version"], hint)
}

/// Runs a command to its end and fails with its output if it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{text}", output.status);
    text
}

fn available(program: &str, arguments: &[&str], install: &str) -> Option<()> {
    let works = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if works {
        return Some(());
    }
    let message = format!("{program} is missing; install it with: {install}");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Not `eprintln!`, which the test runner would keep to itself.
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED {test}: {message}\n");
    None
}

/// Installs into a directory of its own for each content of the lock file. Other processes wait meanwhile.
fn install(name: &str, lock: &Path, fill: impl FnOnce(&Path)) -> PathBuf {
    let content = fs::read(lock).unwrap_or_else(|error| panic!("{}: {error}", lock.display()));
    let hash: String = Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let home = tools().join(format!("{name}-{hash}"));
    fs::create_dir_all(tools()).expect("target/tools");
    let guard = File::create(tools().join(format!("{name}.lock"))).expect("a lock file");
    guard.lock().expect("the lock");
    let done = home.join(".installed");
    if !done.exists() {
        let _ = fs::remove_dir_all(&home);
        fill(&home);
        fs::write(done, "").expect("the mark of a finished installation");
    }
    home
}
