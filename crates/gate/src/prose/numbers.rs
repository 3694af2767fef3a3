//! Limits of the contract that a page states by hand, where `{{contract limit.NAME}}` would fetch them.
//!
//! A number is one if a word beside it has the limit's unit and the passage or a heading above it names what is limited.
//! The page's source is searched, not what the reader sees: what a directive brings is right by itself.

use proofbook_contract::Contract;

use super::Claim;
use super::stated::{Number, numbers, stem};
use super::units::{Limit, Unit, limits};
use crate::error::Place;
use crate::finding::{Code, Finding};
use crate::lines::Lines;
use crate::pages::{Book, Page};
use crate::plain::Plain;

/// How many values of a list a passage must state to be about that list.
const ENOUGH: usize = 3;

/// The typed numbers of a page.
pub(super) fn typed(book: &Book, page: &Page, contract: &Contract) -> Vec<Claim> {
    let Ok(source) = std::fs::read_to_string(book.root().join(page.path())) else { return Vec::new() };
    let source = without_directives(&source);
    let plain = Plain::of(&source, &page.markdown_options());
    let (lines, limits) = (Lines::of(&source), limits(contract.document()));
    let numbers = numbers(&source, &plain);
    let mut claims: Vec<Claim> = Vec::new();
    let mut lists: Vec<(usize, &str)> = Vec::new();
    for number in &numbers {
        let Some(limit) = best(number, &limits, &numbers) else { continue };
        // A list is one fault, at its first number.
        if limit.values.len() > 1 {
            let list = (number.passage.range.start, limit.name.as_str());
            if lists.contains(&list) {
                continue;
            }
            lists.push(list);
        }
        let text = number.text(limit.unit);
        let place = Place { page: page.path().to_owned(), line: lines.at(number.offset) };
        let message = format!("`{text}` is typed by hand, and the contract says it as the limit `{}`", limit.name);
        claims.push(Claim { finding: Finding::new(Code::TypedNumber, place, message, help(number, limit)), text });
    }
    claims
}

/// The directive that brings the number.
fn help(number: &Number<'_>, limit: &Limit) -> String {
    let (name, digits, text) = (&limit.name, number.digits, number.text(limit.unit));
    match limit.unit {
        _ if limit.values.len() > 1 => format!("write `{{{{contract limit.{name}}}}}` in place of the list"),
        Unit::Time(_) => format!("write `{{{{contract limit.{name} as duration}}}}` in place of `{text}`"),
        Unit::Bytes => format!("write `{{{{contract limit.{name} as bytes}}}}` in place of `{text}`"),
        _ => format!("write `{{{{contract limit.{name}}}}}` in place of `{digits}`"),
    }
}

/// The limit that a number states, if it states one: of several, the one that the context speaks of most.
fn best<'l>(number: &Number<'_>, limits: &'l [Limit], numbers: &[Number<'_>]) -> Option<&'l Limit> {
    let stated = limits.iter().filter(|limit| states(number, limit, numbers));
    stated.max_by_key(|limit| (number.likeness(limit), limit.values.len() == 1))
}

fn states(number: &Number<'_>, limit: &Limit, numbers: &[Number<'_>]) -> bool {
    let meant = |value: u64| is(number, value, limit);
    if !limit.values.iter().any(|value| meant(*value)) {
        return false;
    }
    // One value of a list is a usual number: the passage must be about the list.
    let beside = |value: &&u64| {
        let others = numbers.iter().filter(|other| std::ptr::eq(other.passage, number.passage));
        others.into_iter().any(|other| is(other, **value, limit))
    };
    limit.values.len() == 1 || limit.values.iter().filter(beside).count() >= ENOUGH
}

/// Whether a number is a limit's value in one of its units, and the context speaks of the limit.
fn is(number: &Number<'_>, value: u64, limit: &Limit) -> bool {
    let about = number.likeness(limit) > 0;
    let same = number.quantity.number == value;
    match limit.unit {
        Unit::Time(factor) => number.quantity.time() == value.checked_mul(factor) && about,
        Unit::Bytes => number.quantity.bytes().contains(&value) && (about || value >= 1_024),
        Unit::Characters => same && number.quantity.is_characters() && about,
        Unit::Rate(stretch) => {
            let in_row = number.passage.row && number.mentions(stretch);
            let beside = number.rest.iter().chain([&number.word]).any(|word| stem(word) == stretch);
            same && (beside || (in_row && number.word.is_empty() && about))
        }
        Unit::Things => {
            let counted = |word: &str| {
                let word = word.to_lowercase();
                limit.subject.iter().any(|subject| stem(subject) == stem(&word))
            };
            let generic = matches!(number.word, "item" | "items" | "entries" | "results" | "records");
            let alone = number.word.is_empty() || matches!(number.word, "a" | "per" | "for" | "of");
            let all = limit.subject.iter().filter(|word| number.mentions(word)).count() > 0;
            same && (counted(number.word)
                || (generic && all)
                || (number.at_most && alone && all)
                || (number.passage.row && alone && all))
        }
    }
}

/// What directives bring is right by itself: they are blank, and everything else stays in its place.
fn without_directives(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((directive, after)) = after.split_once("}}") else { break };
        text.push_str(before);
        text.push_str("  ");
        text.extend(directive.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        text.push_str("  ");
        rest = after;
    }
    text + rest
}
