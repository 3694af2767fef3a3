//! The numbers of a page's prose, each with its unit and what it is said of.

use std::sync::LazyLock;

use regex::Regex;

use super::units::{Limit, Quantity, Unit};
use crate::plain::{Passage, Plain};

/// A number, and up to four words after it.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w.,:/#$+-])(\d{1,3}(?:[,\u{a0}\u{202f}]\d{3})+|\d+)(?:[\s\u{a0}\u{202f}-]*([A-Za-z]+))?((?:\s+[A-Za-z]+){0,3})")
        .expect("a valid expression")
});

/// What claims a limit before a number.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static AT_MOST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:up to|at most|no more than|maximum(?: of)?|max\.?|limit of|limit:)\s*$")
        .expect("a valid expression")
});

/// A number of a page's prose.
pub(super) struct Number<'a> {
    pub(super) offset: usize,
    pub(super) digits: &'a str,
    pub(super) quantity: Quantity<'a>,
    /// The word after it as it stands, and the words after that.
    pub(super) word: &'a str,
    pub(super) rest: Vec<&'a str>,
    pub(super) at_most: bool,
    pub(super) passage: &'a Passage,
    /// The passage's text and its headings, in lower case.
    pub(super) context: String,
}

impl Number<'_> {
    /// It with its unit.
    pub(super) fn text(&self, unit: Unit) -> String {
        let Unit::Rate(stretch) = unit else { return [self.digits, self.word].join(" ").trim().to_owned() };
        let words = std::iter::once(&self.word).chain(&self.rest);
        let end = words.clone().position(|word| stem(word) == stretch).map_or(1, |end| end + 1);
        let words: Vec<&str> = std::iter::once(self.digits).chain(words.take(end).copied()).collect();
        words.join(" ").trim().to_owned()
    }

    /// Whether the context has a word, in the singular or plural.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.context.split(|c: char| !c.is_alphanumeric()).any(|other| stem(other) == stem(word))
    }

    /// How many of a limit's words the context has.
    pub(super) fn likeness(&self, limit: &Limit) -> usize {
        limit.subject.iter().filter(|word| self.mentions(word)).count()
    }
}

/// The numbers of a page's prose, from its source and what is plain of it.
pub(super) fn numbers<'a>(source: &str, plain: &'a Plain) -> Vec<Number<'a>> {
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

/// A word without the end of its plural.
pub(super) fn stem(word: &str) -> String {
    word.strip_suffix("ies").map_or_else(|| word.trim_end_matches('s').to_owned(), |start| format!("{start}y"))
}
