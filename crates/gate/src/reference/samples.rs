//! An operation's example call in each language that a reader may have, as tabs.
//!
//! A sample is what a reader copies, and it is run: the address and the key come from the variables that the settings give
//! to blocks, and what is not to be read stands in hidden lines.
//!
//! - `bash`, `python`, `javascript`: made of the example; `rust`: taken from the contract's `x-codeSamples`
//! - `literal`: values as each language writes them

mod bash;
mod javascript;
mod literal;
mod python;
mod rust;

use proofbook_contract::{Contract, Operation};
use serde_json::Value;

use super::example::{Call, Example};
use super::markdown::{code, fence};
use super::names::camel;
use super::url::{Piece, encoded, text};
use crate::settings::Settings;

/// Lines that are longer are divided where that is possible: more does not fit beside the book's sidebar.
const WIDTH: usize = 88;
/// The sign of hidden lines in all languages but Rust.
const HIDDEN: char = '~';

/// The variables of the environment that a sample reads.
#[derive(Debug)]
struct Env {
    /// The address of the API.
    url: String,
    /// The key.
    key: String,
}

impl Env {
    fn of(settings: &Settings) -> Self {
        let named = |template: &str, usual: &str| {
            let found = settings.env.iter().find(|(_, value)| *value == template);
            found.map_or_else(|| usual.to_owned(), |(name, _)| name.clone())
        };
        Self { url: named("{url}", "BASE_URL"), key: named("{key}", "API_KEY") }
    }
}

/// The tabs of an operation.
///
/// # Errors
/// If the contract's extensions ask for what can't be done: a sentence.
pub(super) fn tabs(contract: &Contract, settings: &Settings, operation: &Operation) -> Result<String, String> {
    let (example, env) = (Example::of(contract, operation)?, Env::of(settings));
    let mut out = variables(&example);
    out.push_str("<div class=\"tabs\">\n\n");
    if let Some(code) = rust::sample(contract, settings, operation) {
        out.push_str(&fence("rust", &code));
    }
    out.push_str(&fence("bash", &bash::sample(&example, &env)));
    out.push_str(&fence("python", &python::sample(&example, &env)));
    out.push_str(&fence("javascript", &javascript::sample(&example, &env)));
    out.push_str("</div>\n\n");
    Ok(out)
}

/// What the variables of the path stand for, which hidden lines set.
fn variables(example: &Example) -> String {
    let mut out = String::new();
    for before in &example.before {
        for (parameter, variable, _) in before.set.iter().filter(|(_, name, _)| example.call.uses(name)) {
            let (parameter, name) = (code(parameter), code(variable));
            let camel = code(&camel(variable));
            let also = if camel == name { String::new() } else { format!(" (in JavaScript {camel})") };
            out.push_str(&format!("{name}{also} stands for the {parameter} of the path.\n\n"));
        }
    }
    out
}

/// Code that the reader does not see.
fn hidden(code: &str) -> String {
    code.lines().map(|line| format!("{HIDDEN}{line}\n")).collect()
}

/// The path of a call, in which a variable stands as a language writes it.
fn path(call: &Call, variable: impl Fn(&str) -> String) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(name) => variable(name),
    };
    call.path.iter().map(piece).collect()
}

/// The query of a call, as a URL has it.
fn query(call: &Call) -> String {
    let pair = |(name, value): &(String, Value)| format!("{}={}", encoded(name), encoded(&text(value)));
    call.query.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The steps of a JSON pointer. One that is a number may mean an index.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}
