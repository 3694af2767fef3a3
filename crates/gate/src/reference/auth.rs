//! How a call carries its key, and what an operation asks of it.

use proofbook_contract::{Contract, Operation};
use serde_json::Value;

use super::markdown::{code, list};

/// Where the key goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Auth {
    /// In a header, after a word such as `Bearer `.
    Header { name: String, before: String },
    /// In a query parameter.
    Query(String),
}

/// How an operation's example carries the key: as the first of the operation's alternatives says. Nothing if it needs none.
pub(super) fn of(contract: &Contract, operation: &Operation) -> Option<Auth> {
    let scheme = scheme(contract, operation)?;
    let word = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let authorization = |before: &str| Auth::Header { name: "Authorization".to_owned(), before: before.to_owned() };
    Some(match (word("type"), word("in")) {
        ("apiKey", "query") => Auth::Query(word("name").to_owned()),
        ("apiKey", "cookie") => Auth::Header { name: "Cookie".to_owned(), before: format!("{}=", word("name")) },
        ("apiKey", _) => Auth::Header { name: word("name").to_owned(), before: String::new() },
        ("http", _) if !word("scheme").eq_ignore_ascii_case("bearer") => {
            let (first, rest) = word("scheme").split_at_checked(1).unwrap_or_default();
            authorization(&format!("{}{rest} ", first.to_ascii_uppercase()))
        }
        _ => authorization("Bearer "),
    })
}

/// What the contract says of that key.
pub(super) fn said(contract: &Contract, operation: &Operation) -> Option<String> {
    let said = scheme(contract, operation)?.get("description").and_then(Value::as_str);
    Some(said.unwrap_or_default().to_owned())
}

fn scheme<'a>(contract: &'a Contract, operation: &Operation) -> Option<&'a Value> {
    let (name, _) = operation.security_scopes().iter().find_map(|all| all.first())?;
    let schemes = contract.document().pointer("/components/securitySchemes")?;
    Some(contract.resolve(schemes.get(name)?))
}

/// What a caller needs, as a sentence.
pub(super) fn needs(operation: &Operation) -> String {
    let alternatives = operation.security_scopes();
    if alternatives.is_empty() || alternatives.iter().any(Vec::is_empty) {
        return "It needs no key.".to_owned();
    }
    let scopes: Vec<String> = alternatives
        .iter()
        .map(|all| {
            let scopes: Vec<String> = all.iter().flat_map(|(_, scopes)| scopes).map(|scope| code(scope)).collect();
            match scopes.len() {
                0 | 1 => format!("the scope {}", list(&scopes, "and")),
                _ => format!("the scopes {}", list(&scopes, "and")),
            }
        })
        .collect();
    if alternatives.iter().any(|all| all.iter().all(|(_, scopes)| scopes.is_empty())) {
        return "It needs a key.".to_owned();
    }
    format!("It needs a key with {}.", list(&scopes, "or"))
}
