//! How long the gate takes for Rust blocks, beside stock skeptic and rustdoc's merged doctests on the same page, and for
//! blocks in other languages.
//!
//! All dependencies are built before. *Cold* is after a change to every block, *one* after a change to one of them, *same*
//! after none. Stock skeptic and rustdoc get one running sandbox for all their blocks; the gate starts one for each. Run
//! it with `cargo bench -p proofbook --bench gate`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use proofbook_sandbox::Sandbox;

/// How many Rust blocks the page has: as many as the comparison that chose this design.
const BLOCKS: usize = 40;
/// How many blocks of each other language.
const OTHERS: usize = 20;
/// How often each is measured.
const TIMES: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What is measured: a folder, a command, and what it is called.
struct Rival {
    name: &'static str,
    command: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let sandbox = Sandbox::builder().rate_limit(u32::MAX).start().await?;
    let here = tempfile::Builder::new().prefix("proofbook-bench-").tempdir()?;
    let here = here.path();
    lay_out(&root, here)?;
    let run = |command: &[String]| run(&root, here, command, &sandbox);
    run(&words("cargo build --quiet --package proofbook --bin proofbook --manifest-path", &root.join("Cargo.toml")))?;
    let proofbook = root.join("target/debug/proofbook");
    let mut gate = vec![proofbook.display().to_string()];
    gate.extend(["test", "--language", "rust", "--book"].map(str::to_owned));
    gate.push(here.display().to_string());
    let rivals = [
        Rival { name: "the gate", command: gate.clone() },
        Rival { name: "stock skeptic", command: split("cargo test --quiet --package stock-skeptic") },
        Rival { name: "rustdoc, merged", command: split("cargo test --quiet --package merged-doctests --doc") },
    ];

    println!("{BLOCKS} Rust blocks, seconds (median of {TIMES}), dependencies built\n");
    println!("{:<16} {:>7} {:>7} {:>7}", "", "cold", "one", "same");
    let mut table = Vec::new();
    for rival in &rivals {
        write_page(here, 0, 0)?;
        run(&rival.command)?;
        let mut seconds = [Vec::new(), Vec::new(), Vec::new()];
        for time in 1..=TIMES {
            for (kind, (all, one)) in [(time, 0), (time, time), (time, time)].into_iter().enumerate() {
                write_page(here, all, one)?;
                seconds[kind].push(run(&rival.command)?);
            }
        }
        let medians = seconds.map(median);
        println!("{:<16} {:>7.2} {:>7.2} {:>7.2}", rival.name, medians[0], medians[1], medians[2]);
        table.push(medians);
    }
    for (rival, row) in rivals.iter().zip(&table).skip(1) {
        let [cold, one, same] = [0, 1, 2].map(|kind| row[kind] / table[0][kind]);
        println!("{}: {cold:.1}, {one:.1} and {same:.1} times the gate's", rival.name);
    }

    println!("\ncold, milliseconds a block");
    for (language, file) in [("bash", "bash.md"), ("python", "python.md"), ("javascript", "javascript.md")] {
        write_others(here, language, file)?;
        let mut command = vec![proofbook.display().to_string()];
        command.extend(["test", "--no-cache", "--language", language, "--book"].map(str::to_owned));
        command.push(here.display().to_string());
        run(&command)?;
        let seconds = median((0..TIMES).map(|_| run(&command)).collect::<Result<_>>()?);
        println!("{language:<16} {:>7.0}", seconds * 1000.0 / OTHERS as f64);
    }
    println!("{:<16} {:>7.0}", "rust", table[0][0] * 1000.0 / BLOCKS as f64);
    Ok(())
}

/// A workspace with one book, the package of its Rust blocks, and the same page for the rivals.
fn lay_out(root: &Path, here: &Path) -> Result<()> {
    let read = |path: &str| fs::read_to_string(root.join(path));
    let write = |path: &str, text: String| -> Result<()> {
        let path = here.join(path);
        fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        Ok(fs::write(path, text)?)
    };
    let absolute = |text: String| text.replace("path = \"crates/", &format!("path = \"{}/crates/", root.display()));
    let manifest = absolute(read("Cargo.toml")?)
        .replace(
            "members = [\"crates/*\", \"tests/blocks\"]",
            "members = [\"tests/blocks\", \"skeptic\", \"doctests\"]",
        )
        .replace("default-members = [\"crates/proofbook\"]\n", "");
    write("Cargo.toml", manifest)?;
    write("Cargo.lock", read("Cargo.lock")?)?;
    let book = read("book.toml")?;
    write("book.toml", book.replace("optional = true\n", "optional = true\nstate = \"state\"\n"))?;
    write("contract/openapi.yaml", read("contract/openapi.yaml")?)?;
    for file in ["Cargo.toml", "build.rs", "blocks.rs", "src/lib.rs", "bash/handbook.sh", "node/package.json"] {
        write(&format!("tests/blocks/{file}"), read(&format!("tests/blocks/{file}"))?)?;
    }
    for file in ["node/package-lock.json", "python/requirements.txt"] {
        write(&format!("tests/blocks/{file}"), read(&format!("tests/blocks/{file}"))?)?;
    }
    let summary = "- [Rust](rust.md)\n- [bash](bash.md)\n- [python](python.md)\n- [javascript](javascript.md)\n";
    write("src/SUMMARY.md", summary.to_owned())?;
    for file in ["bash.md", "python.md", "javascript.md"] {
        write(&format!("src/{file}"), "# Page\n".to_owned())?;
    }
    let package = "[package]\nname = \"NAME\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nhandbook = { path = \
                   \"../tests/blocks\" }\npolicy-aggregator.workspace = true\nskeptic.workspace = true\n\n\
                   [build-dependencies]\nskeptic.workspace = true\n";
    write("skeptic/Cargo.toml", package.replace("NAME", "stock-skeptic"))?;
    write("skeptic/build.rs", "fn main() { skeptic::generate_doc_tests(&[\"../src/rust.md\"]); }\n".to_owned())?;
    write("skeptic/src/lib.rs", String::new())?;
    write("skeptic/tests/skeptic.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/skeptic-tests.rs\"));\n".to_owned())?;
    write("doctests/Cargo.toml", package.replace("NAME", "merged-doctests"))?;
    write("doctests/build.rs", "fn main() {}\n".to_owned())?;
    write("doctests/src/lib.rs", "#![doc = include_str!(\"../../src/rust.md\")]\n".to_owned())
}

/// The page of Rust blocks. Other numbers make other blocks: `all` in every one, `one` in the first.
fn write_page(here: &Path, all: usize, one: usize) -> Result<()> {
    let mut page = String::from("# Page\n");
    for block in 0..BLOCKS {
        let other = if block == 0 { one } else { 0 };
        writeln!(
            page,
            "\n## Block {block}\n\n```rust\n# fn main() -> handbook::Result {{ handbook::run(async {{\n\
             use policy_aggregator::Client;\n\nlet client = Client::from_env()?;\n\
             let page = client.changes().list().limit({limit}).await?;\n\
             assert_eq!(page.data.len(), {limit});\nlet unused = ({all}, {other});\n# Ok(()) }}) }}\n```",
            limit = block + 1,
        )?;
    }
    Ok(fs::write(here.join("src/rust.md"), page)?)
}

fn write_others(here: &Path, language: &str, file: &str) -> Result<()> {
    let code = match language {
        "bash" => {
            "curl -sSf \"$POLICY_AGGREGATOR_BASE_URL/api/v1/me\" -H \"Authorization: Bearer $POLICY_AGGREGATOR_API_KEY\""
        }
        "python" => {
            "import os, requests\nkey = os.environ['POLICY_AGGREGATOR_API_KEY']\n\
             requests.get(os.environ['POLICY_AGGREGATOR_BASE_URL'] + '/api/v1/me', headers={'Authorization': \
             'Bearer ' + key}, timeout=10).raise_for_status()"
        }
        _ => {
            "const { POLICY_AGGREGATOR_BASE_URL: url, POLICY_AGGREGATOR_API_KEY: key } = process.env;\n\
             const response = await fetch(`${url}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } });\n\
             if (!response.ok) throw new Error(await response.text());"
        }
    };
    let blocks: String = (0..OTHERS).map(|_| format!("\n```{language}\n{code}\n```\n")).collect();
    Ok(fs::write(here.join("src").join(file), format!("# Page\n{blocks}"))?)
}

/// Runs a command and returns its seconds. All share one target folder, so that dependencies are built once.
fn run(root: &Path, here: &Path, command: &[String], sandbox: &Sandbox) -> Result<f64> {
    let (program, arguments) = command.split_first().ok_or("a command has a program")?;
    let target = if arguments.iter().any(|argument| argument.ends_with("Cargo.toml")) {
        root.join("target")
    } else {
        root.join("target/bench-gate")
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(here)
        .env("CARGO_TARGET_DIR", target)
        .env("POLICY_AGGREGATOR_BASE_URL", sandbox.url())
        .env("POLICY_AGGREGATOR_API_KEY", sandbox.key())
        .env_remove("CI")
        .stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output()?;
    let seconds = began.elapsed().as_secs_f64();
    if output.status.success() {
        return Ok(seconds);
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&text)).into())
}

fn split(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

fn words(command: &str, last: &Path) -> Vec<String> {
    let mut words = split(command);
    words.push(last.display().to_string());
    words
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
