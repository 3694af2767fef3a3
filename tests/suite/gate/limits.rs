//! Blocks that hang, flood, or leave something running.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{PROVE, change, found, parcels, place, report};

/// The largest report on a flood: both ends of what came, twice, since its characters may be escaped.
const REPORT: usize = 2_000_000;

/// The book with one block more, how long a block may run, and the block's place.
fn with_block(block: &str, seconds: u32) -> (TempDir, String) {
    let book = parcels();
    change(book.path(), "book.toml", "time-limit-seconds = 20", &format!("time-limit-seconds = {seconds}"));
    change(book.path(), PROVE, "## In a terminal", &format!("## More\n\n{block}\n\n## In a terminal"));
    let place = place(book.path(), PROVE, block);
    (book, place)
}

#[tokio::test]
async fn a_block_that_hangs_is_ended() {
    let hanging = [
        "```bash\nsleep 600\n```",
        "```bash\ntrap '' TERM INT HUP\nwhile true; do :; done\n```",
        "```sh\nsleep 600 & wait\n```",
        "```console,continues\n$ sleep 600\n```",
        "```python\nimport time\ntime.sleep(600)\n```",
        "```javascript\nsetInterval(() => {}, 1000);\n```",
        "```bash\nyes | cat >/dev/null\n```",
    ];
    for block in hanging {
        // A block of a terminal continues one of a shell.
        let block = block.replace("```console,", "```bash\ntrue\n```\n\n```console,");
        let (book, first) = with_block(&block, 1);
        let at = if block.contains("console") { place(book.path(), PROVE, "```console,") } else { first.clone() };
        let (report, code) = report(book.path(), &["--no-cache", "--page", &first]).await;
        assert_eq!((found(&report), code), (vec![format!("{at}: timed-out")], Some(1)), "{block}");
    }
}

#[tokio::test]
async fn a_program_that_floods_is_cut_and_the_report_is_small() {
    let floods = [
        ("```python\nimport sys\nfor _ in range(1000):\n    sys.stdout.write('x' * 1_000_000)\n```", 120),
        ("```javascript\nconst x = `${\"x\".repeat(100)}\\n`;\nwhile (true) process.stdout.write(x);\n```", 2),
        ("```bash\nyes '\"\\\\' >&2\n```", 120),
    ];
    for (block, seconds) in floods {
        let (book, place) = with_block(&format!("{block}\n\n```text\nx\n```"), seconds);
        let (report, code) = report(book.path(), &["--no-cache", "--page", &place]).await;
        let found = found(&report);
        assert_eq!((found.len(), code), (1, Some(1)), "{block}: {found:?}");
        let detail = report["findings"][0]["detail"].as_str().unwrap_or_default();
        // Node may have died of what nobody took off it; then there is nothing to cut.
        assert!(detail.contains("bytes left out") || block.contains("javascript"), "{block}: {found:?}");
        assert!(report.to_string().len() < REPORT, "{block}: {} bytes", report.to_string().len());
    }
}

#[tokio::test]
async fn what_a_block_leaves_behind_is_ended() {
    let leaving = [
        "```bash\nsleep 600 &\necho $! >PID\n```",
        "```bash\nnohup sleep 600 >/dev/null 2>&1 &\necho $! >PID\ndisown\n```",
        "```console\n$ sleep 600 & echo $! >PID\n```",
        "```python\nimport subprocess\nchild = subprocess.Popen(['sleep', '600'])\nopen('PID', 'w').write(str(child.pid))\n```",
        "```bash\nsleep 600 &\necho $! >PID\nsleep 600\n```",
    ];
    for block in leaving {
        ended(block, if block.ends_with("sleep 600\n```") { Some("timed-out") } else { None }).await;
    }
}

/// A daemon leaves the process group that ends with its program.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_daemon_that_a_block_leaves_behind_is_ended() {
    let leaving = [
        "```bash\nsetsid sh -c 'echo $$ >PID; exec sleep 600' >/dev/null 2>&1 &\nuntil test -s PID; do :; done\n```",
        "```python\nimport subprocess\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True, stdout=subprocess.DEVNULL, \
         stderr=subprocess.DEVNULL)\nopen('PID', 'w').write(str(child.pid))\n```",
        "```javascript\nimport { spawn } from \"node:child_process\";\nimport { writeFileSync } from \"node:fs\";\n\
         const child = spawn(\"sleep\", [\"600\"], { detached: true, stdio: \"ignore\" });\n\
         writeFileSync(\"PID\", String(child.pid));\nchild.unref();\n```",
    ];
    for block in leaving {
        ended(block, None).await;
    }
}

/// Runs a block that writes the id of a process that it leaves behind, and waits until that is gone.
async fn ended(block: &str, code: Option<&str>) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("pid");
    let (book, place) =
        with_block(&block.replace("PID", &file.display().to_string()), if code.is_some() { 1 } else { 20 });
    let (report, _) = report(book.path(), &["--no-cache", "--page", &place]).await;
    let expected: Vec<String> = code.map(|code| format!("{place}: {code}")).into_iter().collect();
    assert_eq!(found(&report), expected, "{block}\n{report:#}");
    let id = fs::read_to_string(file).expect("the block wrote it");
    let gone = async {
        while runs(id.trim()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, gone).await.unwrap_or_else(|_| panic!("{id} still runs: {block}"));
}

/// Whether a process runs. One that has ended may not have been collected yet.
fn runs(id: &str) -> bool {
    assert!(Path::new("/proc/self").exists(), "this test reads /proc");
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

#[tokio::test]
async fn a_block_can_neither_read_nor_wait_for_what_nobody_types() {
    let (book, place) = with_block("```bash\ncat\nread -r line\n```", 20);
    let (report, code) = report(book.path(), &["--no-cache", "--page", &place]).await;
    assert_eq!((found(&report), code), (vec![format!("{place}: block-failed")], Some(1)));
    assert_eq!(report["coverage"], Value::Null);
}
