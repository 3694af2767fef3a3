//! What a name claims to be, told by its form alone.

use super::forms::*;

/// What a name claims to be. Text that has none of these forms claims nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// `GET /pets?limit=2`
    Operation { method: &'a str, path: &'a str, query: Option<&'a str> },
    /// `/pets`
    Path { path: &'a str, query: Option<&'a str> },
    /// `https://api.example/pets`
    Url(&'a str),
    /// `src/page.md`, `book.toml`
    File(&'a str),
    /// `Retry-After`, `Retry-After: 60`
    Header(&'a str),
    /// `webhook-id`: a header as well as the name of a package
    Kebab(&'a str),
    /// `pet.sold`, `pet.name`
    Dotted(Vec<&'a str>),
    /// `next_cursor`
    Snake(&'a str),
    /// `pets:write`
    Value(&'a str),
    /// `"code": "not_found"`
    Member { key: &'a str, value: Option<&'a str> },
    /// `limit=2&sort=name`
    Query(&'a str),
    /// `RUST_LOG`, `$HOME`
    Variable(&'a str),
    /// `proofbook serve --port 3001`: the words
    Command(Vec<&'a str>),
    /// `--port`
    Flag(&'a str),
    /// `RetryPolicy`, `listPets`
    Name(&'a str),
    /// `summary`: a word of a language, or a field
    Word(&'a str),
    /// `Client::new()`: code that is more than a name
    Code(&'a str),
    /// `chg_…`, `X-RateLimit-*`: what begins so
    Prefix(&'a str),
}

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];

/// Endings that make a dotted name a file.
const ENDINGS: [&str; 25] = [
    "cjs", "conf", "css", "csv", "env", "html", "ini", "js", "json", "lock", "log", "md", "mjs", "pdf", "png", "py",
    "rs", "sh", "svg", "toml", "ts", "txt", "xml", "yaml", "yml",
];

const MEDIA: [&str; 9] = ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];

/// The form of a name. Text that is not set as code has one only if it can be nothing else.
pub(super) fn of(text: &str, code: bool) -> Option<Shape<'_>> {
    let shape = form(text.trim())?;
    let strong = match shape {
        Shape::Operation { .. } | Shape::Path { .. } | Shape::Header(_) | Shape::Dotted(_) | Shape::Snake(_) => true,
        Shape::Member { .. } | Shape::Variable(_) | Shape::Command(_) | Shape::Flag(_) | Shape::Code(_) => true,
        Shape::Url(_) | Shape::File(_) | Shape::Kebab(_) | Shape::Value(_) | Shape::Query(_) => false,
        Shape::Name(_) | Shape::Word(_) | Shape::Prefix(_) => false,
    };
    (code || strong).then_some(shape)
}

fn form(text: &str) -> Option<Shape<'_>> {
    let text = text.strip_prefix("$ ").unwrap_or(text);
    if let Some(words) = command(text) {
        return Some(Shape::Command(words));
    }
    if let Some((method, rest)) = text.split_once(' ')
        && METHODS.contains(&method)
        && rest.trim_start().starts_with('/')
    {
        let rest = rest.split_whitespace().next()?;
        let (path, query) = divided(rest);
        return Some(Shape::Operation { method, path, query });
    }
    if let Some(found) = MEMBER.captures(text) {
        return Some(Shape::Member {
            key: found.get(1)?.as_str(),
            value: found.get(2).and_then(|v| quoted(v.as_str())),
        });
    }
    if let Some(found) = HEADER_LINE.captures(text) {
        return Some(Shape::Header(found.get(1)?.as_str()));
    }
    if let Some(found) = PAIR.captures(text) {
        return Some(Shape::Member { key: found.get(1)?.as_str(), value: None });
    }
    if CALL.is_match(text) || (CODE.is_match(text) && !text.contains("://")) {
        return Some(Shape::Code(text));
    }
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    token(quoted(text).unwrap_or(text))
}

/// The form of text without spaces.
fn token(text: &str) -> Option<Shape<'_>> {
    if text.contains("://") {
        return Some(Shape::Url(text));
    }
    if text.starts_with('/') {
        let (path, query) = divided(text);
        let letters = path.contains(|c: char| c.is_alphabetic());
        return letters.then_some(Shape::Path { path, query });
    }
    if VARIABLE.is_match(text) {
        return Some(Shape::Variable(text.trim_matches(|c| matches!(c, '$' | '{' | '}'))));
    }
    if FLAG.is_match(text) {
        return Some(Shape::Flag(text.split('=').next()?));
    }
    if QUERY.is_match(text) {
        return Some(Shape::Query(text));
    }
    if FILE.is_match(text) {
        let (first, _) = text.split_once('/')?;
        let letters = text.contains(|c: char| c.is_alphabetic());
        return (letters && !MEDIA.contains(&first)).then_some(Shape::File(text));
    }
    if let Some(found) = PREFIX.captures(text) {
        return found.get(1).map(|prefix| Shape::Prefix(prefix.as_str()));
    }
    if DOTTED.is_match(text) {
        return Some(dotted(text));
    }
    if HEADER.is_match(text) {
        return Some(Shape::Header(text));
    }
    if KEBAB.is_match(text) {
        return Some(Shape::Kebab(text));
    }
    if SNAKE.is_match(text) {
        return Some(Shape::Snake(text));
    }
    if let Some(found) = ID.captures(text) {
        return found.get(1).map(|prefix| Shape::Prefix(prefix.as_str()));
    }
    if VALUE.is_match(text) {
        return Some(Shape::Value(text));
    }
    if NAME.is_match(text) {
        return Some(Shape::Name(text));
    }
    WORD.is_match(text).then_some(Shape::Word(text))
}

fn dotted(text: &str) -> Shape<'_> {
    match text.rsplit_once('.') {
        Some((_, ending)) if ENDINGS.contains(&ending) => Shape::File(text),
        _ => Shape::Dotted(text.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect()),
    }
}

/// The words of a command of this tool, without what follows it in a shell.
fn command(text: &str) -> Option<Vec<&str>> {
    let ends = |word: &&str| !matches!(*word, "|" | "||" | "&" | "&&" | ";" | ">" | ">>" | "2>" | "#");
    let set = |word: &&str| word.split_once('=').is_some_and(|(name, _)| VARIABLE.is_match(name));
    let words: Vec<&str> = text.split_whitespace().skip_while(set).take_while(ends).collect();
    match words.as_slice() {
        ["proofbook", _, ..] | ["cargo", "run", ..] => Some(words),
        _ => None,
    }
}

/// A path, and what stands after `?`.
fn divided(text: &str) -> (&str, Option<&str>) {
    text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)))
}

/// What stands between quotation marks that have none between them.
fn quoted(text: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|mark| {
        let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.contains(mark)).then_some(inner)
    })
}
