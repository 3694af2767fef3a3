//! The lines a reader pastes into a shell, so that samples and blocks find the sandbox.

/// Where the API answers.
const BASE_URL: &str = "POLICY_AGGREGATOR_BASE_URL";
/// The key that calls carry.
const API_KEY: &str = "POLICY_AGGREGATOR_API_KEY";

/// The `export` lines for a POSIX shell. The third variable that samples read, the webhook secret, is not among them: it
/// exists only once a webhook was created.
pub(crate) fn lines(base_url: &str, key: &str) -> String {
    format!("Paste into the shell where you try things:\n  export {BASE_URL}={base_url}\n  export {API_KEY}={key}")
}
