//! What is called a secret: fields, headers, in whatever way a log writes a name and a value.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Kind, Redactor, is_mark};

const HEADERS: &str = "(?:proxy-)?authorization|(?:set-)?cookie2?|x-api-key|x-auth-token";
const FIELDS: &str = "secret|passw(?:or)?d|passphrase|pwd|token|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|\
                      encryption[_-]?key|credential";
/// Between a name and its value: what closes the name's quotes, and a sign. A header may also be the first of a pair.
const BETWEEN: &str = r#"["'\\]{0,4}\s*(?:=>|[:=])\s*"#;
const IN_PAIR: &str = r#"["'\\]{1,4}\s*,\s*"#;

/// What a name that is a secret's has in it, a header with its sign, and a field with its sign.
#[expect(clippy::expect_used, reason = "the expressions are constants that every test compiles")]
static PATTERNS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        format!("(?i)^(?:{HEADERS})$|{FIELDS}"),
        format!(r"(?i)\b(?:{HEADERS})(?:{BETWEEN}|{IN_PAIR})"),
        format!(r"(?i)([A-Za-z0-9_.-]*(?:{FIELDS})[A-Za-z0-9_.-]*){BETWEEN}"),
    ]
    .map(|pattern| Regex::new(&pattern).expect("the expression is valid"))
});

/// A scheme and one token: what follows belongs to something else.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?i:bearer|basic|token)\s+(?:\[removed: [^\]]*\]|[^\s"'\\,;]+)"#).expect("the expression is valid")
});

/// What a field says about a secret, and is none: when it ends, how long it is.
const ABOUT: [&str; 9] = ["_at", "_seconds", "_ms", "_type", "_count", "_length", "_expires_in", "_set", "_name"];

/// Whether the value below a name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    PATTERNS[0].is_match(name) && !ABOUT.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}

/// The values of headers that authenticate somebody.
pub(super) fn headers(redactor: &mut Redactor, text: &str) -> String {
    replace(text, &PATTERNS[1], |quote, rest, _| {
        let end = match (quote, SCHEME.find(rest)) {
            (Some(quote), _) => quoted(rest, quote),
            (None, Some(scheme)) => scheme.end(),
            (None, None) => line(rest),
        };
        let value = &rest[..end];
        let kept = value.trim().is_empty() || is_mark(value);
        (end, if kept { value.to_owned() } else { redactor.mark(Kind::Header, None) })
    })
}

/// The values of fields that are called secrets.
pub(super) fn fields(redactor: &mut Redactor, text: &str) -> String {
    replace(text, &PATTERNS[2], |quote, rest, found| {
        let end = match quote {
            Some(quote) => quoted(rest, quote),
            None if rest.starts_with("[removed: ") => rest.find(']').map_or(rest.len(), |end| end + 1),
            None => {
                rest.find(|letter: char| letter.is_whitespace() || ",;&\"'}])".contains(letter)).unwrap_or(rest.len())
            }
        };
        let value = &rest[..end];
        let nothing = ["", "null", "None", "nil", "true", "false", "undefined"].contains(&value.trim());
        let structure = value.starts_with(['{', '[']);
        let kept = nothing || structure || is_mark(value) || !is_secret(&found[1]);
        (end, if kept { value.to_owned() } else { redactor.mark(Kind::Named, None) })
    })
}

/// Replaces values. A value's end and what takes its place are worked out from its opening quotes, the text from there on, and
/// what stands before it.
fn replace(
    text: &str,
    pattern: &Regex,
    mut value: impl FnMut(Option<&str>, &str, &Captures<'_>) -> (usize, String),
) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    while let Some(found) = pattern.captures_at(text, done) {
        let Some(whole) = found.get(0) else { break };
        let rest = &text[whole.end()..];
        let opening = rest.len() - rest.trim_start_matches('\\').len();
        let (skip, quote) = match rest[opening..].chars().next() {
            Some('"' | '\'') => (opening + 1, Some(&rest[..=opening])),
            // `"Authorization: Bearer …"`: the quotes are around both.
            _ => (0, text[..whole.start()].chars().next_back().and_then(around)),
        };
        let (end, replaced) = value(quote, &rest[skip..], &found);
        out.push_str(&text[done..whole.end() + skip]);
        out.push_str(&replaced);
        done = whole.end() + skip + end;
    }
    out.push_str(&text[done..]);
    out
}

fn around(before: char) -> Option<&'static str> {
    match before {
        '"' => Some("\""),
        '\'' => Some("'"),
        _ => None,
    }
}

/// Where quoted text ends: before the same quotes, if they are not escaped, or with the line.
fn quoted(text: &str, quote: &str) -> usize {
    let limit = line(text);
    let escaped = |at: usize| text[..at].chars().rev().take_while(|letter| *letter == '\\').count() % 2 == 1;
    let mut ends = text[..limit].match_indices(quote).map(|(at, _)| at);
    ends.find(|at| !escaped(*at)).unwrap_or(limit)
}

fn line(text: &str) -> usize {
    text.find(['\r', '\n']).unwrap_or(text.len())
}
