//! The example with the API's own client, as the contract has it in `x-codeSamples` (an extension that Redocly made).
//!
//! A sample may have an `x-setup` beside its `source`: code that must run before, and is hidden.

use proofbook_contract::{Contract, Operation};
use serde_json::Value;

use crate::settings::Settings;

/// The block's code, if the contract has a sample in Rust.
pub(super) fn sample(contract: &Contract, settings: &Settings, operation: &Operation) -> Option<String> {
    let node = contract.document().pointer(operation.pointer())?;
    let samples = node.get("x-codeSamples")?.as_array()?;
    let is_rust = |sample: &&Value| sample["lang"].as_str().is_some_and(|lang| lang.eq_ignore_ascii_case("rust"));
    let sample = samples.iter().find(is_rust)?;
    let source = sample["source"].as_str()?;
    let around = |text: Option<&String>| text.map(|text| hidden(text)).unwrap_or_default();
    let rust = settings.rust.as_ref();
    let mut out = around(rust.map(|rust| &rust.before));
    out.push_str(&hidden(sample["x-setup"].as_str().unwrap_or_default()));
    out.push_str(source.trim_end());
    out.push('\n');
    out.push_str(&around(rust.map(|rust| &rust.after)));
    Some(out)
}

/// Code as hidden lines; those that are hidden already stay as they are.
fn hidden(code: &str) -> String {
    let line = |line: &str| match line.trim() {
        "" => "#\n".to_owned(),
        text if text == "#" || text.starts_with("# ") => format!("{line}\n"),
        _ => format!("# {line}\n"),
    };
    code.lines().map(line).collect()
}
