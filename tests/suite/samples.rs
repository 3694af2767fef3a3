//! Makes the sample integrations ready to run, as their READMEs do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::sender::SECRET;
use crate::support::{PATIENCE, copy_folder, repository, send_sigterm};
use crate::tools;

/// Each case for each language of a sample, as a test of its own. The module that calls it has `Language`, the sample as
/// `$sample`, and the cases in `cases`.
macro_rules! each_case {
    ($sample:ident $cases:tt $name:ident: $language:ident; $($more:tt)*) => {
        mod $name {
            $crate::samples::each_case!(@cases $sample $language $cases);
        }
        $crate::samples::each_case!($sample $cases $($more)*);
    };
    ($sample:ident $cases:tt) => {};
    (@cases $sample:ident $language:ident [$($case:ident)*]) => { $(
        #[tokio::test]
        async fn $case() {
            if let Some(sample) = super::$sample::prepare(super::Language::$language).await {
                super::cases::$case(sample).await;
            }
        }
    )* };
}
pub(crate) use each_case;

/// A sample that can be started, again and again, in one folder.
pub(crate) struct Sample {
    program: PathBuf,
    script: Option<&'static str>,
    folder: TempDir,
    settings: BTreeMap<String, String>,
}

impl Sample {
    /// A Rust sample, by the name of its program.
    pub(crate) fn rust(name: &str) -> Self {
        Self::new(tools::rust(name), None, scratch())
    }

    /// A sample for Node, beside the packages of its lock file; nothing if this machine can't.
    pub(crate) fn node(sample: &str, script: &'static str) -> Option<Self> {
        Some(Self::new("node".into(), Some(script), node_folder(sample)?))
    }

    /// A sample for Python, with the packages of its lock file; nothing if this machine can't.
    pub(crate) fn python(sample: &str, script: &'static str) -> Option<Self> {
        let (source, folder) = (source(sample), scratch());
        copy_folder(&source, folder.path());
        let programs = tools::python_of(&source.join("requirements.txt"))?;
        Some(Self::new(programs.join("python"), Some(script), folder))
    }

    fn new(program: PathBuf, script: Option<&'static str>, folder: TempDir) -> Self {
        let sample = Self { program, script, folder, settings: BTreeMap::new() };
        sample.with("POLICY_AGGREGATOR_WEBHOOK_SECRET", SECRET).with("HOST", "127.0.0.1").with("PORT", "0")
    }

    /// The same sample with a variable of its environment set.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Where it runs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.script).current_dir(self.folder()).kill_on_drop(true).stdin(Stdio::null());
        // What somebody has set for another program.
        command.env_remove("MAX_ATTEMPTS").env_remove("DATABASE_URL");
        command.envs(&self.settings);
        command
    }

    /// The validator on it. `done` is what it logs when it has done an event, and `database` its database, if it has one of its own
    /// for each run.
    pub(crate) async fn reaches_gold(&self, done: &str, database: &str) {
        let mut validate = crate::support::command(&["validate", "client", "--json", "--done", done]);
        validate.args(["--webhooks", "http://127.0.0.1:{port}/webhooks", "--env", "PORT={port}", "--env", database]);
        validate.args(["--within", "60", "--answers-within", crate::validate::PATIENT, "--"]);
        validate.arg(&self.program).args(self.script).current_dir(self.folder()).envs(&self.settings);
        let output = tokio::time::timeout(PATIENCE, validate.output()).await.expect("it ends").expect("it starts");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(report["level"], "gold", "{report:#} {}", crate::support::stderr(&output));
        let passed = report["points"].as_array().expect("points").iter().filter(|point| point["outcome"] == "pass");
        assert_eq!((output.status.code(), passed.count()), (Some(0), 24), "{report:#}");
    }

    /// Starts it, and waits until it listens.
    pub(crate) async fn start(&self) -> Running {
        Running::start(self.command()).await
    }

    /// Starts it with settings that it must refuse. Answers with its exit code, and what it says.
    pub(crate) async fn refuses(&self) -> (Option<i32>, String) {
        let output = self.command().stdout(Stdio::null()).stderr(Stdio::piped()).output();
        let output = timeout(PATIENCE, output).await.expect("it ends").expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A copy of a sample for Node, beside the packages of its lock file.
pub(crate) fn node_folder(sample: &str) -> Option<TempDir> {
    let (source, folder) = (source(sample), scratch());
    let modules = tools::node_of(&source)?;
    copy_folder(&source, folder.path());
    std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).expect("a link");
    Some(folder)
}

fn source(sample: &str) -> PathBuf {
    repository().join("examples/integrations").join(sample)
}

fn scratch() -> TempDir {
    TempDir::with_prefix("proofbook-sample-").expect("a folder")
}

/// A sample that runs. It says where on the first line of its log.
pub(crate) struct Running {
    child: Child,
    log: UnboundedReceiver<String>,
    url: String,
}

impl Running {
    /// Starts it, and waits until it listens.
    async fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the sample starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its log")).lines();
        let (read, log) = unbounded_channel();
        // A log that nobody reads would stop it once the pipe is full.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let _ = read.send(line);
            }
        });
        let mut running = Self { child, log, url: String::new() };
        running.url = running.logs("listening").await["url"].as_str().expect("its address").to_owned();
        running
    }

    /// The address that it says.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The next line of its log with this message.
    pub(crate) async fn logs(&mut self, message: &str) -> Value {
        let mut before = Vec::new();
        while let Some(line) = self.line().await {
            if line["message"] == message {
                return line;
            }
            before.push(line.to_string());
        }
        panic!("its log ended without {message:?}:\n{}", before.join("\n"));
    }

    /// The next line of its log, or nothing at its end.
    pub(crate) async fn line(&mut self) -> Option<Value> {
        let line = timeout(PATIENCE, self.log.recv()).await.expect("its log goes on")?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("its log is JSON ({error}): {line}")))
    }

    /// Ends it at once, as a power cut would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// Tells it to stop, and answers with its exit code and the rest of its log.
    pub(crate) async fn terminate(mut self) -> (Option<i32>, Vec<Value>) {
        send_sigterm(&self.child).await;
        let mut rest = Vec::new();
        while let Some(line) = self.line().await {
            rest.push(line);
        }
        let ended = timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("it is waited for");
        (ended.code(), rest)
    }
}

/// The folders of the samples that have a container file.
fn with_container() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join("examples/integrations")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        folders.extend(entries.filter(|path| path.is_dir() && !path.ends_with("node_modules")));
        if folder.join("Dockerfile").exists() {
            found.push(folder);
        }
    }
    assert!(found.len() >= 3, "{found:?}");
    found
}

#[test]
fn a_container_file_copies_what_is_there_and_runs_as_nobody_special() {
    for sample in with_container() {
        let text = std::fs::read_to_string(sample.join("Dockerfile")).expect("a container file");
        for line in text.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from")) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            for file in words.split_last().expect("a target").1 {
                assert!(sample.join(file).exists(), "{}: {line}", sample.display());
            }
        }
        // Every module of the program is among them.
        for entry in std::fs::read_dir(&sample).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            assert!(!name.ends_with(".mjs") && !name.ends_with(".py") || text.contains(&name), "{name}: {text}");
        }
        for needed in ["\nUSER ", "\nHEALTHCHECK ", "\nCMD ["] {
            assert!(text.contains(needed), "{}: {needed}", sample.display());
        }
    }
}

#[tokio::test]
async fn a_rust_sample_stands_alone_with_its_own_lock_file() {
    for sample in with_container().iter().filter(|sample| sample.join("Cargo.toml").exists()) {
        let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
        copy_folder(sample, folder.path());
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut update = Command::new(cargo);
        update.args(["update", "--workspace", "--locked", "--offline"]).current_dir(folder.path());
        let output = update.output().await.expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}; copy the versions of ours", sample.display());
    }
}
