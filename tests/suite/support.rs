//! Runs the real binary as a person would, and reads what it prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

/// How long anything may take before the test fails: far more than it ever does, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the last line says once a server is ready.
const READY: &str = "Ctrl-C stops.";

/// A running server. Dropping it ends it.
pub(crate) struct Proofbook {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
    /// All it printed until it was ready.
    pub(crate) greeting: String,
    /// Where it keeps what it builds. It is killed and can't tidy up, so this is removed after it.
    _scratch: TempDir,
}

impl Proofbook {
    /// Starts the binary and waits until it says that it is ready.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let scratch = TempDir::with_prefix("proofbook-suite-").expect("a temporary folder");
        let mut child =
            command(arguments).env("TMPDIR", scratch.path()).kill_on_drop(true).spawn().expect("the binary starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut started = Self {
            child,
            stdout: BufReader::new(stdout).lines(),
            stderr: BufReader::new(stderr).lines(),
            greeting: String::new(),
            _scratch: scratch,
        };
        while !started.greeting.contains(READY) {
            let line = next(&mut started.stdout, READY).await;
            started.greeting.push_str(&line);
            started.greeting.push('\n');
        }
        started
    }

    /// Serves the book in a folder.
    pub(crate) async fn serve(book: &Path) -> Self {
        let book = book.to_str().expect("a path in UTF-8");
        Self::start(&["serve", "--port", "0", "--book", book]).await
    }

    /// Where it listens, as its export line says.
    pub(crate) fn origin(&self) -> &str {
        self.exported("POLICY_AGGREGATOR_BASE_URL")
    }

    /// The ready-made key, as its export line says.
    pub(crate) fn key(&self) -> &str {
        self.exported("POLICY_AGGREGATOR_API_KEY")
    }

    /// Waits for a line on standard output that contains this.
    pub(crate) async fn says(&mut self, part: &str) -> String {
        find(&mut self.stdout, part).await
    }

    /// Waits for a line on standard error that contains this.
    pub(crate) async fn complains(&mut self, part: &str) -> String {
        find(&mut self.stderr, part).await
    }

    /// Sends SIGTERM; answers with the exit code.
    #[cfg(unix)]
    pub(crate) async fn terminate(mut self) -> Option<i32> {
        send_sigterm(&self.child).await;
        let ended = timeout(PATIENCE, self.child.wait()).await.expect("it ends");
        ended.expect("its exit code is known").code()
    }

    /// Where a webhook listener takes deliveries, as it says.
    pub(crate) fn webhooks(&self) -> String {
        let url = self.greeting.lines().find_map(|line| line.trim().strip_prefix("URL "));
        url.expect("its address").trim().to_owned()
    }

    fn exported(&self, name: &str) -> &str {
        let start = format!("  export {name}=");
        let line = self.greeting.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("no line starts with {start:?} in:\n{}", self.greeting))
    }
}

/// The static site of the handbook, built once.
pub(crate) fn site() -> &'static Path {
    static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
        let (book, out) = (repository(), Path::new(env!("CARGO_TARGET_TMPDIR")).join("site"));
        let mut build = std::process::Command::new(env!("CARGO_BIN_EXE_proofbook"));
        let output = build.arg("build").arg("--book").arg(book).arg("--out").arg(&out).output().expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        out
    });
    &SITE
}

/// The static site of the handbook on a web server of the test's own. Returns where.
pub(crate) async fn hosted() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let files = axum::Router::new().fallback_service(tower_http::services::ServeDir::new(site()));
    tokio::spawn(async move { axum::serve(listener, files).await });
    origin
}

/// Tells a program to stop.
#[cfg(unix)]
pub(crate) async fn send_sigterm(child: &Child) {
    let id = child.id().expect("it still runs");
    // The shell has `kill` built in, and so needs no package on a bare machine.
    let sent = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await;
    assert!(sent.expect("sh runs").success(), "SIGTERM was sent");
}

/// Runs the binary to its end.
pub(crate) async fn run(arguments: &[&str]) -> Output {
    let output = command(arguments).kill_on_drop(true).output();
    timeout(PATIENCE, output).await.expect("it ends").expect("the binary starts")
}

/// What was printed to standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A copy of the fixture folder of this name, which a test may change.
pub(crate) fn copy_of(fixture: &str) -> TempDir {
    let copy = TempDir::with_prefix("proofbook-suite-").expect("a temporary folder");
    copy_folder(&repository().join("tests/suite").join(fixture), copy.path());
    copy
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// An HTTP client that waits no longer than the tests do.
pub(crate) fn http() -> reqwest::Client {
    // An error says that another test of this process was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().timeout(PATIENCE);
    builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofbook"));
    command.args(arguments).env_remove("RUST_LOG").env_remove("NO_COLOR");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

async fn find(lines: &mut Lines<BufReader<impl AsyncRead + Unpin>>, part: &str) -> String {
    loop {
        let line = next(lines, part).await;
        if line.contains(part) {
            return line;
        }
    }
}

async fn next(lines: &mut Lines<BufReader<impl AsyncRead + Unpin>>, wanted: &str) -> String {
    let line = timeout(PATIENCE, lines.next_line()).await;
    let line = line.unwrap_or_else(|_| panic!("no line with {wanted:?} came in {PATIENCE:?}"));
    line.expect("what it prints is text").unwrap_or_else(|| panic!("it ended without a line with {wanted:?}"))
}
