//! Limits of the contract that a page states by hand, where `{{contract limit.NAME}}` would fetch them.
//!
//! A number is one if a word beside it has the limit's unit and the passage or a heading above it names what is limited.
//! The page's source is searched, not what the reader sees: what a directive brings is right by itself.

use std::sync::LazyLock;

use proofbook_contract::Contract;
use regex::Regex;

use super::Claim;
use super::units::{Limit, Quantity, Unit, limits};
use crate::error::Place;
use crate::finding::{Code, Finding};
use crate::lines::Lines;
use crate::pages::{Book, Page};
use crate::plain::{Passage, Plain};

/// How many values of a list a passage must state to be about that list.
const ENOUGH: usize = 3;

/// A number, and up to four words after it.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w.,:/#$+-])(\d{1,3}(?:[,\u{a0}\u{202f}]\d{3})+|\d+)(?:[\s\u{a0}\u{202f}-]*([A-Za-z]+))?((?:\s+[A-Za-z]+){0,3})")
        .expect("a valid expression")
});

/// What claims a limit before a number.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static AT_MOST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?:up to|at most|no more than|maximum(?: of)?|max\.?|limit of|limit:)\s*$").expect("a valid expression"));

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
    let (name, digits) = (&limit.name, number.digits);
    match limit.unit {
        _ if limit.values.len() > 1 => format!("write `{{{{contract limit.{name}}}}}` in place of the list"),
        Unit::Time(_) => {
            let text = number.text(limit.unit);
            format!("write `{{{{contract limit.{name} as duration}}}}` in place of `{text}`")
        }
        _ => format!("write `{{{{contract limit.{name}}}}}` in place of `{digits}`"),
    }
}

/// A number of a page's prose.
struct Number<'a> {
    offset: usize,
    digits: &'a str,
    quantity: Quantity<'a>,
    /// The word after it as it stands, and the words after that.
    word: &'a str,
    rest: Vec<&'a str>,
    at_most: bool,
    passage: &'a Passage,
    /// The passage's text and its headings, in lower case.
    context: String,
}

impl Number<'_> {
    /// It with its unit.
    fn text(&self, unit: Unit) -> String {
        let Unit::Rate(stretch) = unit else { return [self.digits, self.word].join(" ").trim().to_owned() };
        let words = std::iter::once(&self.word).chain(&self.rest);
        let end = words.clone().position(|word| word.trim_end_matches('s') == stretch).map_or(1, |end| end + 1);
        let words: Vec<&str> = std::iter::once(self.digits).chain(words.take(end).copied()).collect();
        words.join(" ").trim().to_owned()
    }

    /// Whether the context has a word, in the singular or plural.
    fn mentions(&self, word: &str) -> bool {
        let stem = word.trim_end_matches('s');
        self.context.split(|c: char| !c.is_alphanumeric()).any(|other| other.trim_end_matches('s') == stem)
    }

    /// How many of a limit's words the context has.
    fn likeness(&self, limit: &Limit) -> usize {
        limit.subject.iter().filter(|word| self.mentions(word)).count()
    }
}

fn numbers<'a>(source: &str, plain: &'a Plain) -> Vec<Number<'a>> {
    let number = |found: regex::Captures<'_>| {
        let digits = found.get(1)?;
        let passage = plain.passage(digits.start())?;
        // What follows in another passage is no unit.
        let within = |group: &regex::Match<'_>| group.end() <= passage.range.end;
        let text = |group: usize| {
            let group = found.get(group).filter(within);
            group.and_then(|group| plain.text.get(group.range())).unwrap_or_default()
        };
        let before = plain.text.get(passage.range.start..digits.start())?;
        let context = format!("{} {}", source.get(passage.range.clone())?, passage.headings.join(" ")).to_lowercase();
        let value: String = digits.as_str().chars().filter(char::is_ascii_digit).collect();
        Some(Number {
            offset: digits.start(),
            digits: plain.text.get(digits.range())?,
            quantity: Quantity { number: value.parse().ok()?, unit: text(2) },
            word: text(2),
            rest: text(3).split_whitespace().collect(),
            at_most: AT_MOST.is_match(before),
            passage,
            context,
        })
    };
    NUMBER.captures_iter(&plain.text).filter_map(number).collect()
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
            let beside = number.rest.iter().chain([&number.word]).any(|word| word.trim_end_matches('s') == stretch);
            same && (beside || (in_row && number.word.is_empty() && about))
        }
        Unit::Things => {
            let counted = |word: &str| {
                let word = word.to_lowercase();
                limit.subject.iter().any(|subject| subject.trim_end_matches('s') == word.trim_end_matches('s'))
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
