//! Takes secrets out of what is sent to somebody else.
//!
//! What is known to be secret goes first, in whatever form it stands; then what looks like a secret; then what is called one.
//! - [`known`]: the secrets of this environment, and the forms that they take
//! - [`rules`]: what a secret looks like
//! - [`named`]: what is called a secret: fields, headers, options
//! - [`wrapped`]: text in base64 or percent-encoding

mod known;
mod named;
mod rules;
mod wrapped;

pub(super) use known::{Secret, fingerprint, kind_of, secrets_of_environment};

use std::collections::BTreeMap;

use serde_json::Value;

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `pa_live_…` or `pa_test_…`.
    ApiKey,
    /// `whsec_…`.
    WebhookSecret,
    /// Another secret of this environment.
    Environment,
    /// The value of a header that authenticates somebody.
    Header,
    /// A token of another service, or one that follows `Bearer`.
    Token,
    /// A password or a capability in a URL.
    Url,
    /// What is called a secret.
    Named,
    /// A private key.
    PrivateKey,
    /// An e-mail address.
    Email,
}

impl Kind {
    /// For the report, and for the mark in the text.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::WebhookSecret => "webhook secret",
            Self::Environment => "secret of the environment",
            Self::Header => "authorization or cookie",
            Self::Token => "token",
            Self::Url => "password in a URL",
            Self::Named => "field named as a secret",
            Self::PrivateKey => "private key",
            Self::Email => "e-mail address",
        }
    }
}

/// What every mark begins with.
const MARK: &str = "[removed: ";
/// How deep text may be wrapped in text.
const DEEPEST: usize = 4;

/// Redacts, and counts what it removes.
#[derive(Debug)]
pub(super) struct Redactor {
    known: known::Known,
    removed: BTreeMap<Kind, usize>,
    depth: usize,
}

impl Redactor {
    /// One that knows these secrets.
    ///
    /// # Errors
    /// If their patterns are too large together.
    pub(super) fn new(secrets: &[Secret]) -> Result<Self, regex::Error> {
        Ok(Self { known: known::Known::of(secrets)?, removed: BTreeMap::new(), depth: 0 })
    }

    /// How many of each kind were removed.
    pub(super) fn removed(&self) -> &BTreeMap<Kind, usize> {
        &self.removed
    }

    /// Whether a text still has a secret that is known, in any of its forms.
    pub(super) fn leaks(&self, text: &str) -> bool {
        self.known.in_text(text)
    }

    /// A file: JSON by its structure, JSON lines line by line, other text by its looks. It keeps its lines.
    pub(super) fn file(&mut self, text: &str) -> Vec<String> {
        // A private key has many lines.
        let text = rules::private_keys(self, text);
        if let Some(lines) = self.json(&text, serde_json::to_string_pretty) {
            return lines.lines().map(str::to_owned).collect();
        }
        text.lines().map(|line| self.string(line)).collect()
    }

    /// A JSON value: each text in it, and all that is below a name that is a secret's.
    pub(super) fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.string(&text)),
            Value::Array(items) => {
                // A header as a pair.
                if let [Value::String(name), Value::String(text)] = items.as_slice()
                    && named::is_secret(name)
                {
                    return Value::from(vec![name.clone(), self.whole(Kind::Header, text)]);
                }
                items.into_iter().map(|item| self.value(item)).collect()
            }
            Value::Object(fields) => {
                // A header as the HTTP Archive format writes it.
                let called = fields.get("name").and_then(Value::as_str).is_some_and(named::is_secret);
                let fields = fields.into_iter().map(|(name, value)| {
                    let secret = named::is_secret(&name) || (called && name == "value");
                    let value = if secret { self.all_below(value) } else { self.value(value) };
                    (self.text(&name), value)
                });
                Value::Object(fields.collect())
            }
            other => other,
        }
    }

    /// Text that may be JSON.
    fn string(&mut self, text: &str) -> String {
        self.json(text, serde_json::to_string).unwrap_or_else(|| self.text(text))
    }

    /// Text that is JSON, by its structure. Its bytes stay as they are unless something is removed: they decide whether a
    /// signature fits.
    fn json(&mut self, text: &str, write: impl Fn(&Value) -> serde_json::Result<String>) -> Option<String> {
        if !text.trim_start().starts_with(['{', '[']) || self.depth > DEEPEST {
            return None;
        }
        let value: Value = serde_json::from_str(text).ok()?;
        self.depth += 1;
        let redacted = self.value(value.clone());
        self.depth -= 1;
        if redacted == value { Some(text.to_owned()) } else { write(&redacted).ok() }
    }

    fn all_below(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.whole(Kind::Named, &text)),
            Value::Number(number) => Value::String(self.whole(Kind::Named, &number.to_string())),
            Value::Array(items) => items.into_iter().map(|item| self.all_below(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (self.text(&name), self.all_below(value))).collect()
            }
            other => other,
        }
    }

    /// A text that is a secret as a whole. What its mark can say of it, it says.
    fn whole(&mut self, kind: Kind, text: &str) -> String {
        let shown = self.text(text);
        if text.is_empty() || is_mark(&shown) { shown } else { self.mark(kind, None) }
    }

    /// Text by its looks.
    pub(super) fn text(&mut self, text: &str) -> String {
        let text = wrapped::unwrap(self, text);
        let removed = &mut self.removed;
        let text = self.known.replace(&text, |kind, says| {
            *removed.entry(kind).or_default() += 1;
            format!("{MARK}{says}]")
        });
        let text = rules::keys_and_tokens(self, &text);
        let text = named::headers(self, &text);
        let text = rules::in_passing(self, &text);
        let text = named::fields(self, &text);
        rules::emails(self, &text)
    }

    fn mark(&mut self, kind: Kind, detail: Option<&str>) -> String {
        *self.removed.entry(kind).or_default() += 1;
        let space = if detail.is_some() { " " } else { "" };
        format!("{MARK}{}{space}{}]", kind.name(), detail.unwrap_or_default())
    }
}

/// The text is a mark, perhaps behind the scheme of an `Authorization` header.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    let mark = text.split_once(MARK).filter(|(before, _)| before.split_whitespace().count() < 2);
    mark.is_some_and(|(_, rest)| rest.find(']') == Some(rest.len() - 1))
}
