//! `proofbook api`: one call, held against the contract, and the same call as a program that runs.

use std::fs;
use std::path::Path;
use std::process::Output;

use proofbook_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::{PATIENCE, command, repository, stderr};
use crate::tools;

/// What every shell, and every language's string, would stumble over.
const AWKWARD: &str = "it's \"→\" \\ $HOME `id` 😀 %s {} #{x} ${x} \t\n</script>";

/// Runs `proofbook api` against a sandbox.
async fn api(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let all: Vec<&str> = ["api"].iter().chain(arguments).copied().collect();
    run(env(&mut command(&all), sandbox)).await
}

fn env<'a>(command: &'a mut Command, sandbox: &Sandbox) -> &'a mut Command {
    command.env("POLICY_AGGREGATOR_BASE_URL", sandbox.url()).env("POLICY_AGGREGATOR_API_KEY", sandbox.key())
}

async fn run(command: &mut Command) -> Output {
    timeout(PATIENCE, command.kill_on_drop(true).output()).await.expect("it ends").expect("it starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_call_shows_status_limits_request_id_and_body() {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let output = api(&sandbox, &["GET", "/api/v1/changes", "--query", "limit=1", "--query", "visa_type=student"]).await;
    assert_eq!(output.status.code(), Some(0), "{}{}", said(&output), stderr(&output));
    let text = said(&output);
    for part in
        ["200 in ", "request  req_", "limit    119 of 120 calls left", "contract kept", "\"visa_type\": \"student\""]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(sandbox.key()));
    let sent = sandbox.exchanges().pop().expect("a call");
    assert_eq!(sent.target, "/api/v1/changes?limit=1&visa_type=student");

    let output = api(&sandbox, &["get", "/api/v1/routes/rte_0000000000000000", "--json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        (&told["status"], &told["body"]["code"], &told["violations"]),
        (&json!(404), &json!("not_found"), &json!([]))
    );
}

#[tokio::test]
async fn what_breaks_the_contract_is_named() {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let output = api(&sandbox, &["GET", "/api/v1/changes", "--query", "limit=500"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("contract BROKEN by the call: query parameter `limit` is 500"), "{}", said(&output));

    // A contract that promises more than the service keeps.
    let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let file = folder.path().join("openapi.yaml");
    let text = fs::read_to_string(repository().join("contract/openapi.yaml")).expect("the contract");
    let more = text
        .replace("required: [key, mode, scopes, rate_limit]", "required: [key, mode, scopes, rate_limit, shoe_size]");
    assert_ne!(text, more);
    fs::write(&file, more).expect("a file");
    let output = api(&sandbox, &["GET", "/api/v1/me", "--contract", file.to_str().expect("a path")]).await;
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output);
    assert!(told.contains("contract BROKEN by the answer") && told.contains("shoe_size"), "{told}");
}

#[tokio::test]
async fn what_a_fault_does_is_seen() {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    let fault = json!({ "status": 429, "retry_after": 7 });
    let set = crate::support::http().post(format!("{}/sandbox/faults", sandbox.url())).bearer_auth(sandbox.key());
    assert_eq!(set.json(&fault).send().await.expect("an answer").status(), 201);
    let output = api(&sandbox, &["GET", "/api/v1/me"]).await;
    assert!(said(&output).contains("429 in ") && said(&output).contains("wait     7 s"), "{}", said(&output));
}

/// The program that a language's runner is given, and its output.
async fn program(sandbox: &Sandbox, language: &str, call: &[&str]) -> Option<String> {
    let folder = TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let arguments: Vec<&str> = call.iter().chain(&["--as", language]).copied().collect();
    let output = api(sandbox, &arguments).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = said(&output);
    assert!(!text.contains(sandbox.key()), "{text}");
    let write = |name: &str| fs::write(folder.path().join(name), &text).expect("a file");
    let mut command = match language {
        "curl" => {
            write("call.sh");
            let mut command = Command::new("sh");
            command.arg("call.sh");
            command
        }
        "python" => {
            write("call.py");
            let mut command = Command::new(
                tools::python_of(&repository().join("tests/blocks/python/requirements.txt"))?.join("python"),
            );
            command.arg("call.py");
            command
        }
        "javascript" => {
            write("call.mjs");
            let mut command = Command::new("node");
            command.arg("call.mjs");
            command
        }
        _ => {
            fs::create_dir(folder.path().join("src")).expect("a folder");
            write("src/main.rs");
            return Some(compiled(sandbox, folder.path()).await);
        }
    };
    let output = run(env(command.current_dir(folder.path()), sandbox)).await;
    assert!(output.status.success(), "{text}\n{}{}", said(&output), stderr(&output));
    Some(said(&output))
}

/// Builds and runs the Rust program in a folder, with the versions and the compiled crates of this workspace.
async fn compiled(sandbox: &Sandbox, folder: &Path) -> String {
    let manifest = "[package]\nname = \"call\"\nedition = \"2024\"\n[dependencies]\n\
        reqwest = { version = \"0.13\", default-features = false }\n\
        tokio = { version = \"1\", features = [\"full\"] }\n[profile.dev.package.\"*\"]\ndebug = false\n";
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
    let target = Path::new(env!("CARGO_BIN_EXE_proofbook")).ancestors().nth(2).expect("the target directory");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["run", "--quiet", "--offline"]).current_dir(folder).env("CARGO_TARGET_DIR", target);
    let output = env(&mut build, sandbox).output().await.expect("cargo");
    assert!(output.status.success(), "{}", stderr(&output));
    said(&output)
}

#[tokio::test]
async fn the_same_call_runs_in_each_language() {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    for language in ["curl", "python", "javascript", "rust"] {
        let body = json!({
            "url": "http://127.0.0.1:9/webhooks", "events": ["change.detected"],
            "description": format!("{AWKWARD}{language}"),
        });
        let body = body.to_string();
        let key = format!("a'b\"{language}");
        let header = format!("Idempotency-Key: {key}");
        let call = ["POST", "/api/v1/webhooks", "-H", &header, "-d", &body];
        if program(&sandbox, language, &call).await.is_none() {
            continue;
        }
        let sent = sandbox.exchanges().into_iter().rev().find(|one| one.method == "POST").expect("a call");
        assert_eq!(sent.status, Some(201), "{language}: {}", sent.response_body);
        assert_eq!(sent.request_body, body, "{language}");
        assert_eq!(sent.request_headers["idempotency-key"], key.as_str(), "{language}");

        let list = ["GET", "/api/v1/changes", "--query", "limit=1", "--query", "visa_type=student"];
        let printed = program(&sandbox, language, &list).await.expect("it is installed");
        assert!(printed.contains("next_cursor"), "{language}: {printed}");
        let sent = sandbox.exchanges().pop().expect("a call");
        assert_eq!(sent.target, "/api/v1/changes?limit=1&visa_type=student", "{language}");
    }
}

#[tokio::test]
async fn wrong_usage_is_named_and_no_key_is_told() {
    let sandbox = Sandbox::start().await.expect("the sandbox");
    for (arguments, why) in [
        (&["GET", "api/v1/me"][..], "begin it with /"),
        (&["GET", "/api/v1/changes?limit=5"], "--query limit=5"),
        (&["BREW", "/api/v1/me"], "one of GET, POST"),
        (&["POST", "/api/v1/webhooks", "-d", "{url}"], "the body is no JSON"),
        (&["POST", "/api/v1/webhooks", "-d", "@/nowhere"], "the body can't be read"),
        (&["GET", "/api/v1/me", "-H", "Authorization: Bearer hunter2"], "the key is not given as a header"),
        (&["GET", "/api/v1/me", "--base-url", "http://api.example.com"], "https address"),
        (&["GET", "/api/v1/me", "--base-url", "https://me:hunter2@api.example.com"], "https address"),
        (&["GET", "/api/v1/me", "--query", "limit"], "write NAME=VALUE"),
    ] {
        let output = api(&sandbox, arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(why) && !stderr(&output).contains("hunter2"), "{}", stderr(&output));
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let output = api(&sandbox, &["GET", "/api/v1/me", "--base-url", &format!("http://{nobody}")]).await;
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("the API does not answer"), "{}", stderr(&output));
    let help = api(&sandbox, &["--help"]).await;
    assert!(!said(&help).contains(sandbox.key()));
}
