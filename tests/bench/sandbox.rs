//! Requests a second of the sandbox, as a ratio to Prism, the best-known mock server for OpenAPI, on the same contract.
//!
//! Both answer `GET /api/v1/changes?limit=1`. The sandbox answers from the state of a world and holds the exchange
//! against the contract; Prism answers with the contract's example. They take turns, so that the machine is the same for
//! both. Run it with `cargo bench -p proofbook`; it needs npm.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proofbook_sandbox::Sandbox;

/// How many requests are under way at once.
const AT_ONCE: usize = 32;
/// How long a turn takes.
const TURN: Duration = Duration::from_secs(3);
/// How many turns each has.
const TURNS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let tools = root.join("target/tools/bench");
    std::fs::create_dir_all(&tools)?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(root.join("tests/bench").join(name), tools.join(name))?;
    }
    let installed = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&tools).status()?;
    if !installed.success() {
        return Err("npm ci failed in target/tools/bench; is npm installed?".into());
    }
    let mut prism = Command::new(tools.join("node_modules/.bin/prism"))
        .args(["mock", "--port", "0", "--host", "127.0.0.1"])
        .arg(root.join("contract/openapi.yaml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut lines = BufReader::new(prism.stdout.take().ok_or("Prism has no output")?).lines();
    let prism_url = lines
        .by_ref()
        .map_while(std::result::Result::ok)
        .find_map(|line| Some(line.split_once("listening on ")?.1.trim().to_owned()))
        .ok_or("Prism did not start")?;
    // It logs each request, and ends if nobody reads that.
    std::thread::spawn(move || lines.for_each(drop));
    let sandbox = Sandbox::builder().rate_limit(u32::MAX).start().await?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(turn("the sandbox", sandbox.url(), sandbox.key()).await?);
        theirs.push(turn("Prism", &prism_url, sandbox.key()).await?);
    }
    prism.kill()?;
    prism.wait()?;
    let (ours, theirs) = (median(ours), median(theirs));
    println!("sandbox  {ours:>8.0} requests/s");
    println!("Prism    {theirs:>8.0} requests/s");
    println!("ratio    {:>8.2}", ours / theirs);
    Ok(())
}

/// Requests a second, for one turn.
async fn turn(name: &str, base: &str, key: &str) -> Result<f64> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("{base}/api/v1/changes?limit=1");
    let started = Instant::now();
    let workers = (0..AT_ONCE).map(|_| async {
        let mut done = 0_u32;
        while started.elapsed() < TURN {
            let answer = client.get(&url).bearer_auth(key).send().await?.error_for_status()?;
            answer.bytes().await?;
            done += 1;
        }
        Ok::<_, reqwest::Error>(done)
    });
    let counts = futures::future::try_join_all(workers).await.map_err(|error| format!("{name}: {error:?}"))?;
    Ok(f64::from(counts.iter().sum::<u32>()) / started.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
