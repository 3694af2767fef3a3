//! The parts of a URL: a path in pieces, a query, and how they are written.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proofbook_contract::{Contract, Parameter};
use serde_json::Value;

/// What needs no encoding anywhere in a path or a query, and no shell or string gives a meaning to.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b',');

/// A piece of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as a URL has it.
    Text(String),
    /// The variable of this name, in `snake_case`.
    Variable(String),
}

/// A query parameter as a URL has it: a list is a name with each value, or, if the contract does not explode it, one value.
pub(super) fn spread(
    contract: &Contract,
    name: &str,
    parameter: Option<&Parameter>,
    value: Value,
) -> Vec<(String, Value)> {
    let node = parameter.and_then(|parameter| contract.document().pointer(parameter.pointer()));
    let explode = node.and_then(|node| node.get("explode")).and_then(Value::as_bool).unwrap_or(true);
    match value {
        Value::Array(values) if explode => values.into_iter().map(|value| (name.to_owned(), value)).collect(),
        Value::Array(_) => vec![(name.to_owned(), Value::String(text(&value)))],
        value => vec![(name.to_owned(), value)],
    }
}

/// A path template in pieces, with what stands for each parameter.
pub(super) fn pieces(template: &str, value: impl Fn(&str) -> Piece) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |piece: Piece| match (pieces.last_mut(), piece) {
        (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
        (_, piece) => pieces.push(piece),
    };
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        push(Piece::Text(before.to_owned()));
        push(value(name));
        rest = after;
    }
    push(Piece::Text(rest.to_owned()));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    pieces
}

/// A value as a URL or a header carries it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Text as a part of a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
