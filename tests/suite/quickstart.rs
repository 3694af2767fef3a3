//! The quick start by copy and paste: its bash blocks, in their order, against what its first block starts.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::support::{Proofbook, repository};
use crate::tools;

const SERVE: &str = "cargo run";
const RECEIVE: &str = "cargo run -p policy-aggregator --example receive_webhook";

/// The bash blocks of the page.
fn blocks() -> Vec<String> {
    let page = std::fs::read_to_string(repository().join("src/quickstart.md")).expect("the page");
    let fences = page.split("\n```bash\n").skip(1);
    fences.map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// The receiver that the page has the reader start, on a free port.
struct Receiver {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    url: String,
}

impl Receiver {
    fn start(exports: &str) -> Self {
        let mut child = Command::new("bash")
            .arg("-c")
            .arg(format!("{exports}\nexec {RECEIVE}"))
            .env("PORT", "0")
            .current_dir(repository())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash starts");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("listening on ")?.1.trim().to_owned()))
            .expect("the receiver says where it listens");
        Self { child, lines, url }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_works_by_copy_and_paste() {
    let blocks = blocks();
    assert_eq!(blocks.first().map(String::as_str), Some(SERVE), "the first block starts everything");
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    let mut receiver: Option<Receiver> = None;
    let mut exports = String::new();
    let mut answers = Vec::new();
    for block in &blocks[1..] {
        // The page's ports are those of a machine where nothing else runs.
        let mut here = block.replace("http://127.0.0.1:3000", server.origin());
        if let Some(receiver) = &receiver {
            here = here.replace("http://127.0.0.1:8080/webhooks", &receiver.url);
        }
        if let Some(before) = here.trim_end().strip_suffix(RECEIVE) {
            exports.push_str(before);
            let all = exports.clone();
            receiver = Some(tokio::task::spawn_blocking(move || Receiver::start(&all)).await.expect("it starts"));
        } else {
            let answer = tools::run(
                Command::new("bash").arg("-c").arg(format!("set -eu\n{exports}\n{here}")).current_dir(repository()),
            );
            exports.extend(here.lines().filter(|line| line.starts_with("export ")).map(|line| format!("{line}\n")));
            answers.push(answer);
        }
    }
    let all = answers.join("\n");
    for expected in
        ["\"mode\":\"test\"", "\"next_cursor\"", "\"diff\"", "\"verdict\":\"accepted\"", "\"verdict\":\"rejected\""]
    {
        assert!(all.contains(expected), "{expected} is nowhere in:\n{all}");
    }
    let mut receiver = receiver.expect("the page starts a receiver");
    let verified = receiver.lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("verified evt_"));
    assert!(verified.is_some_and(|line| line.contains("webhook.test")));
}
