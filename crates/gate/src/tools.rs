//! The programs that blocks and tests run with: they install themselves from lock files, once for each content of the file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Something that this machine does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is missing; install it with: {install}")]
pub struct Lack {
    /// What is missing.
    pub what: String,
    /// The command that installs it.
    pub install: String,
}

impl Lack {
    /// What is missing, and the command that installs it.
    pub fn new(what: impl Into<String>, install: impl Into<String>) -> Self {
        Self { what: what.into(), install: install.into() }
    }
}

/// Whether a skip is a failure on this machine: `CI=true`.
#[must_use]
pub fn is_ci() -> bool {
    std::env::var("CI").as_deref() == Ok("true")
}

/// A program on the `PATH` that answers `--version`.
///
/// # Errors
/// The [`Lack`], with this command for its installation.
pub fn find(program: &str, install: &str) -> Result<PathBuf, Lack> {
    match Command::new(program).arg("--version").output() {
        Ok(output) if output.status.success() => Ok(PathBuf::from(program)),
        _ => Err(Lack::new(program, install)),
    }
}

/// Whether a program is on the `PATH`. It is not run: not every one knows a harmless option.
#[must_use]
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A Python with the packages of a pip lock file with hashes, in a virtual environment below `state`.
///
/// # Errors
/// The [`Lack`], if Python is missing or the installation fails.
pub fn python(lock: &Path, state: &Path) -> Result<PathBuf, Lack> {
    let works = Command::new("python3").args(["-m", "venv", "--help"]).output().is_ok_and(|out| out.status.success());
    if !works {
        return Err(Lack::new("python3 with venv", "apt-get install python3-venv"));
    }
    let home = install("python", lock, state, |home| {
        run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        let pip = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
        run(Command::new(home.join("bin/pip")).args(pip).arg(lock))
    })?;
    Ok(home.join("bin/python"))
}

/// The `node_modules` of a folder with `package.json` and `package-lock.json`, in a folder below `state`.
///
/// # Errors
/// The [`Lack`], if npm is missing or the installation fails.
pub fn node_modules(source: &Path, state: &Path) -> Result<PathBuf, Lack> {
    find("npm", "apt-get install nodejs npm")?;
    let home = install("node", &source.join("package-lock.json"), state, |home| {
        fs::create_dir_all(home)?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), home.join(name))?;
        }
        let npm = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        run(Command::new("npm").args(npm).current_dir(home))
    })?;
    Ok(home.join("node_modules"))
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Fills a folder of its own for each content of the lock file. Other processes wait meanwhile.
fn install(name: &str, lock: &Path, state: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<PathBuf, Lack> {
    let installed = || -> io::Result<PathBuf> {
        let content = fs::read(lock)?;
        let hash: String = Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let home = state.join("tools").join(format!("{name}-{hash}"));
        fs::create_dir_all(state.join("tools"))?;
        let guard = File::create(state.join("tools").join(format!("{name}.lock")))?;
        guard.lock()?;
        let done = home.join(".installed");
        if !done.exists() {
            if home.exists() {
                fs::remove_dir_all(&home)?;
            }
            tracing::info!("installing what {} names, once", lock.display());
            fill(&home)?;
            fs::write(done, "")?;
        }
        Ok(home)
    };
    installed().map_err(|error| {
        let what = format!("what {} names can't be installed ({error}), and it", lock.display());
        Lack::new(what, "this command again, with a network")
    })
}
