//! `{{contract limits}}`: the numbers of `x-limits`, as a person reads them and as the contract has them.

use proofbook_contract::Contract;
use serde_json::Value;

use super::limit;
use super::markdown::{code, table};

/// The section: one table. What a limit is, `x-limits-descriptions` says; without that, its name does.
pub(super) fn section(contract: &Contract) -> String {
    let document = contract.document();
    let limits = document.get("x-limits").and_then(Value::as_object);
    let described = |name: &str| {
        let text = document.get("x-limits-descriptions").and_then(|all| all.get(name)?.as_str());
        text.map_or_else(|| spelled_out(name), str::to_owned)
    };
    let rows: Vec<Vec<String>> = limits
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let number = match value {
                Value::Array(values) => values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
                value => value.to_string(),
            };
            vec![described(name), limit::readable(name, value), format!("{}: {number}", code(name))]
        })
        .collect();
    table(&["What", "Limit", "In the contract"], &rows)
}

/// `page_size_max` as `Page size max`.
fn spelled_out(name: &str) -> String {
    let words = name.replace('_', " ");
    let (first, rest) = words.split_at_checked(1).unwrap_or_default();
    format!("{}{rest}", first.to_uppercase())
}
