//! The versions and the variables here.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use super::redact::{fingerprint, kind_of};

/// What integrations are written with, each with the program that says its version.
const TOOLS: [(&str, &str); 4] = [("curl", "curl"), ("python", "python3"), ("node", "node"), ("rust", "rustc")];
/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(5);

/// The variables of the API, and whether their value is a secret.
const VARIABLES: [(&str, bool); 3] = [
    ("POLICY_AGGREGATOR_BASE_URL", false),
    ("POLICY_AGGREGATOR_API_KEY", true),
    ("POLICY_AGGREGATOR_WEBHOOK_SECRET", true),
];
/// What changes how a program reaches the API.
const NETWORK: [&str; 8] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
];

/// This program, this machine, and the tools that are found here.
pub(super) async fn versions() -> Value {
    let mut versions = json!({
        "proofbook": env!("CARGO_PKG_VERSION"),
        "os": system(),
        "arch": std::env::consts::ARCH,
    });
    for (name, program) in TOOLS {
        versions[name] = Value::from(version(program).await);
    }
    versions
}

/// The system's own name of itself (os-release), or what it was built for.
fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    match name.map(|name| name.trim_matches('"')) {
        Some(name) => format!("{} ({name})", std::env::consts::OS),
        None => std::env::consts::OS.to_owned(),
    }
}

/// The number in what a program says of its version.
async fn version(program: &str) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(PATIENCE, output).await.ok()?.ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let number =
        said.split_whitespace().find(|word| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()));
    number.map(|number| number.trim_start_matches('v').to_owned())
}

/// The variables of the API. What is secret is described so that two sides can compare, and not shown.
pub(super) fn variables() -> Vec<Value> {
    let shown = |(name, secret): (&str, bool)| match std::env::var(name) {
        Err(std::env::VarError::NotPresent) => json!({ "variable": name, "set": false }),
        Err(std::env::VarError::NotUnicode(_)) => json!({ "variable": name, "set": true, "odd": ["it is not UTF-8"] }),
        Ok(text) if secret => {
            let parts: Vec<Value> = text.split_whitespace().map(described).collect();
            json!({ "variable": name, "set": true, "parts": parts, "odd": odd(&text) })
        }
        Ok(text) => json!({ "variable": name, "set": true, "text": text, "odd": odd(&text) }),
    };
    let network = NETWORK.into_iter().filter(|name| std::env::var_os(name).is_some()).map(|name| (name, false));
    VARIABLES.into_iter().chain(network).map(shown).collect()
}

fn described(part: &str) -> Value {
    let prefix = kind_of(part).map(|(_, prefix)| prefix);
    json!({ "kind": prefix, "length": part.len(), "sha256_start": fingerprint(part) })
}

/// What is seldom meant, and makes a value another one.
fn odd(text: &str) -> Vec<&'static str> {
    let rules: [(bool, &str); 4] = [
        (text.is_empty(), "it is empty"),
        (text.trim() != text, "there is a space or a line end around it"),
        (text.starts_with(['"', '\'']), "there are quotes around it"),
        (!text.is_ascii(), "it has characters that are not ASCII"),
    ];
    rules.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::{described, odd};

    #[test]
    fn a_secret_is_described_and_not_shown() {
        let text = described("pa_test_4f2a4f2a4f2a4f2a").to_string();
        assert!(text.contains("\"kind\":\"pa_test_\",\"length\":24,\"sha256_start\":\""), "{text}");
        assert!(!text.contains("4f2a4f2a"), "{text}");
    }

    #[test]
    fn what_is_seldom_meant_is_said() {
        assert_eq!(odd("pa_test_1"), [""; 0]);
        assert_eq!(odd("\"pa_test_1\"\n"), ["there is a space or a line end around it", "there are quotes around it"]);
        assert_eq!(odd(""), ["it is empty"]);
    }
}
