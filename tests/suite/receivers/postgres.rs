//! A PostgreSQL server of the test's own, which no other program sees. It ends with the value.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::PATIENCE;
use crate::tools;

/// A server that listens on a socket in a folder.
pub(super) struct Postgres {
    programs: PathBuf,
    _server: Child,
    folder: TempDir,
}

impl Postgres {
    /// Makes a database cluster and starts its server; nothing if this machine has none.
    pub(super) async fn start() -> Option<Self> {
        let programs = tools::postgres()?;
        let folder = TempDir::with_prefix("pg-").expect("a folder");
        let data = folder.path().join("data");
        let data = data.to_str().expect("UTF-8");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path())).await;
        }
        let flags = ["--username=receiver", "--auth=trust", "--encoding=UTF8", "--no-sync", "--pgdata", data];
        run(unprivileged(&programs.join("initdb")).args(flags)).await;

        let mut server = unprivileged(&programs.join("postgres"));
        // No test cuts its power.
        server.args(["-D", data, "-c", "fsync=off", "-c", "listen_addresses=", "-k"]).arg(folder.path());
        let mut server = server.stderr(Stdio::piped()).kill_on_drop(true).spawn().expect("the server starts");
        let mut log = BufReader::new(server.stderr.take().expect("its log")).lines();
        while let Some(line) = timeout(PATIENCE, log.next_line()).await.expect("it starts").expect("text") {
            if line.contains("ready to accept connections") {
                break;
            }
        }
        // A log that nobody reads would stop the server once the pipe is full.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Some(Self { programs, _server: server, folder })
    }

    /// What a client connects to.
    pub(super) fn url(&self) -> String {
        format!("postgresql://receiver@/postgres?host={}", self.folder.path().display())
    }

    /// The rows that a query answers with, their columns divided by `|`.
    pub(super) async fn query(&self, query: &str) -> Vec<String> {
        let url = self.url();
        let rows = run(Command::new(self.programs.join("psql")).args(["-At", &url, "-c", query])).await;
        rows.lines().map(str::to_owned).collect()
    }
}

/// A server's program, which refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    let mut command = if is_root() { Command::new("setpriv") } else { Command::new(program) };
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

async fn run(command: &mut Command) -> String {
    let output = timeout(PATIENCE, command.stdout(Stdio::piped()).output()).await.expect("it ends").expect("it runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
