//! Holds what a program printed against what its page shows.
//!
//! In an expected text `…` stands for any text within a line, and on a line of its own for any lines. `<time>`, `<id>`,
//! `<number>`, `<hex>` and `<base64>` stand for one such thing.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// What stands for whatever varies.
const ANY: char = '…';

/// The named patterns, and the expressions of what they match.
const NAMED: [(&str, &str); 5] = [
    ("<time>", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    ("<id>", r"[A-Za-z]+[_-][A-Za-z0-9_-]+"),
    ("<number>", r"-?\d+(\.\d+)?"),
    ("<hex>", "[0-9a-f]+"),
    ("<base64>", r"[A-Za-z0-9+/_-]+={0,2}"),
];

/// Holds a text against the expected one. Blank lines at both ends and spaces at the ends of lines do not count.
///
/// # Errors
/// The difference, line by line.
pub fn text(expected: &str, got: &str) -> Result<(), String> {
    let wanted: Vec<&str> = lines(expected);
    let found: Vec<&str> = lines(got);
    if matches(&wanted, &found) { Ok(()) } else { Err(difference(&wanted, &found)) }
}

/// Whether a text begins with all of the expected one: the rest may still come.
#[must_use]
pub fn begins(expected: &str, got: &str) -> bool {
    let mut wanted = lines(expected);
    wanted.push("…");
    matches(&wanted, &lines(got))
}

/// Holds a JSON value against the expected one. A string may hold `…`; an array that ends with `"…"` may have more items,
/// an object with a member `"…"` more members; members whose names are in `varies` only have to be there.
///
/// # Errors
/// Each place that differs, one a line.
pub fn json(expected: &Value, got: &Value, varies: &[&str]) -> Result<(), String> {
    let mut differences = Vec::new();
    compare(expected, got, varies, String::new(), &mut differences);
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

fn compare(expected: &Value, got: &Value, varies: &[&str], at: String, out: &mut Vec<String>) {
    match (expected, got) {
        (Value::String(one), _) if one == "…" => {}
        (Value::String(one), Value::String(other)) => {
            if !line_matches(one, other) {
                out.push(format!("{}: expected {expected}, got {got}", place(&at)));
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            let open = one.last().is_some_and(|last| last == "…");
            let fixed = one.len() - usize::from(open);
            if other.len() < fixed || (!open && other.len() > fixed) {
                out.push(format!("{}: expected {fixed} items, got {}", place(&at), other.len()));
            }
            for (index, (one, other)) in one.iter().take(fixed).zip(other).enumerate() {
                compare(one, other, varies, format!("{at}/{index}"), out);
            }
        }
        (Value::Object(one), Value::Object(other)) => {
            for (name, one) in one.iter().filter(|(name, _)| *name != "…") {
                match other.get(name) {
                    None => out.push(format!("{}: expected {one}, got nothing", place(&format!("{at}/{name}")))),
                    Some(_) if varies.contains(&name.as_str()) => {}
                    Some(other) => compare(one, other, varies, format!("{at}/{name}"), out),
                }
            }
            if !one.contains_key("…") {
                for (name, other) in other.iter().filter(|(name, _)| !one.contains_key(*name)) {
                    out.push(format!("{}: expected nothing, got {other}", place(&format!("{at}/{name}"))));
                }
            }
        }
        (one, other) if one == other => {}
        _ => out.push(format!("{}: expected {expected}, got {got}", place(&at))),
    }
}

fn place(at: &str) -> &str {
    if at.is_empty() { "the whole" } else { at }
}

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..blank);
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// Lines against lines, where a line `…` stands for any number of them.
fn matches(wanted: &[&str], found: &[&str]) -> bool {
    // As for wildcards in file names: on a mismatch go back to the last `…` and let it take one line more.
    let (mut w, mut f, mut back) = (0, 0, None);
    loop {
        match (wanted.get(w), found.get(f)) {
            (None, None) => return true,
            (Some(line), _) if is_any(line) => {
                back = Some((w, f));
                w += 1;
                continue;
            }
            (Some(one), Some(other)) if line_matches(one, other) => {
                (w, f) = (w + 1, f + 1);
                continue;
            }
            _ => {}
        }
        match back {
            Some((any, from)) if from < found.len() => {
                back = Some((any, from + 1));
                (w, f) = (any + 1, from + 1);
            }
            _ => return false,
        }
    }
}

fn is_any(line: &str) -> bool {
    line.trim() == "…"
}

fn line_matches(wanted: &str, found: &str) -> bool {
    if wanted == found {
        return true;
    }
    expression(wanted).is_some_and(|expression| expression.is_match(found))
}

/// The expression of a line that has something that varies.
fn expression(wanted: &str) -> Option<Regex> {
    static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("…|<[a-z0-9]+>").ok());
    let marks = MARKS.as_ref()?;
    let mut pattern = String::from("^");
    let (mut done, mut varies) = (0, false);
    for mark in marks.find_iter(wanted) {
        let part = match NAMED.iter().find(|(name, _)| *name == mark.as_str()) {
            Some((_, part)) => format!("(?:{part})"),
            None if mark.as_str().starts_with(ANY) => ".*".to_owned(),
            None => continue,
        };
        pattern.push_str(&regex::escape(&wanted[done..mark.start()]));
        pattern.push_str(&part);
        (done, varies) = (mark.end(), true);
    }
    pattern.push_str(&regex::escape(&wanted[done..]));
    pattern.push('$');
    if varies { Regex::new(&pattern).ok() } else { None }
}

/// The lines that differ, with `-` for what the page shows and `+` for what came.
fn difference(wanted: &[&str], found: &[&str]) -> String {
    // A line that matches by its pattern is no difference.
    let seen: Vec<String> = wanted
        .iter()
        .map(|line| {
            found.iter().find(|other| !is_any(line) && line_matches(line, other)).unwrap_or(line).to_string() + "\n"
        })
        .collect();
    let found: Vec<String> = found.iter().map(|line| format!("{line}\n")).collect();
    let (seen, found) = (seen.concat(), found.concat());
    let diff = TextDiff::from_lines(&seen, &found);
    let mut out = String::from("- the page shows\n+ the block printed\n");
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        out.push_str(&format!("{sign} {}", change.value()));
    }
    out.trim_end().to_owned()
}
