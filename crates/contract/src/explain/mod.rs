//! Turns what the schema validator found into violations that a person understands.
//!
//! - [`subject`]: what is judged, and what it is called in a sentence
//! - [`sentence`]: one sentence a keyword
//! - [`branches`]: which branch of a `oneOf` or `anyOf` was meant
//! - [`known`]: the properties that a schema knows

mod branches;
mod known;
mod sentence;
mod subject;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

pub(crate) use sentence::list;
pub(crate) use subject::{Subject, parameter_place};

use crate::document::Document;
use crate::pointer;
use crate::suggest;
use crate::violation::Violation;

/// No check reports more: nobody reads further, and a body of a million wrong items must not fill the memory.
pub(crate) const MAX_VIOLATIONS: usize = 100;

/// Collects violations of one value.
pub(crate) struct Explain<'a> {
    pub(crate) document: &'a Document,
    /// The pointer of the schema that was checked.
    pub(crate) schema: &'a str,
    /// The value that was checked.
    pub(crate) value: &'a Value,
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) out: &'a mut Vec<Violation>,
}

impl Explain<'_> {
    pub(crate) fn is_full(&self) -> bool {
        self.out.len() >= MAX_VIOLATIONS
    }

    /// Adds what is to be said of an error: at least one violation, so that no error is lost.
    pub(crate) fn error(&mut self, error: &ValidationError<'_>) {
        let before = self.out.len();
        self.explain(error);
        if self.out.len() == before {
            self.plain(error);
        }
    }

    fn plain(&mut self, error: &ValidationError<'_>) {
        let at = error.instance_path().as_str();
        let sentence = sentence::sentence(&self.subject.name(at), &self.shown(error), error);
        self.push(error, at, sentence);
    }

    fn explain(&mut self, error: &ValidationError<'_>) {
        let at = error.instance_path().as_str();
        if let Some(unexpected) = self.nameless(error) {
            return self.unknown_properties(error, &unexpected);
        }
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                self.unknown_properties(error, unexpected);
            }
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                match branches::meant(at, context) {
                    branches::Meant::Branch(errors) => errors.iter().for_each(|error| self.error(error)),
                    branches::Meant::Types(types) => {
                        let is = self.shown(error);
                        self.push(error, at, format!("{}; it must be {types}", self.is(at, &is)));
                    }
                    branches::Meant::Lacking(properties) => {
                        let name = self.subject.name(at);
                        self.push(error, at, format!("{name} lacks a property; it must have {properties}"));
                    }
                    branches::Meant::Unclear { nearest } => {
                        let reason = nearest.map(|nearest| {
                            let name = self.subject.name(nearest.instance_path().as_str());
                            format!(" (nearest: {})", sentence::sentence(&name, &self.shown(nearest), nearest))
                        });
                        let (name, count) = (self.subject.name(at), context.len());
                        let reason = reason.unwrap_or_default();
                        self.push(error, at, format!("{name} is none of the {count} forms that it may have{reason}"));
                    }
                }
            }
            ValidationErrorKind::OneOfMultipleValid { context } => {
                let location = self.location(error);
                let schemas =
                    self.document.get(&location).and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
                let fitting = context.iter().zip(schemas).filter(|(errors, _)| errors.is_empty());
                let names = fitting.map(|(_, schema)| branches::required(schema)).collect::<Option<Vec<_>>>();
                let name = self.subject.name(at);
                let sentence = match names {
                    Some(names) => {
                        format!("{name} has {}; it must have only one of them", sentence::list(names, "and"))
                    }
                    None => sentence::sentence(&name, &self.shown(error), error),
                };
                self.push(error, at, sentence);
            }
            _ => self.plain(error),
        }
    }

    /// What is unexpected where `additionalProperties` is false and no property is named: the validator stops at the
    /// first then, and doesn't name it.
    fn nameless(&self, error: &ValidationError<'_>) -> Option<Vec<String>> {
        let location = self.location(error);
        // A property may be called `additionalProperties`.
        let is_keyword =
            location.ends_with("/additionalProperties") && !pointer::parent(&location).ends_with("/properties");
        if !is_keyword || !matches!(error.kind(), ValidationErrorKind::FalseSchema) {
            return None;
        }
        let object = self.value.pointer(error.instance_path().as_str())?.as_object()?;
        Some(object.keys().cloned().collect())
    }

    /// One violation a property, at the property.
    fn unknown_properties(&mut self, error: &ValidationError<'_>, unexpected: &[String]) {
        let at = error.instance_path().as_str();
        let known = known::properties(self.document, pointer::parent(&self.location(error)));
        for property in unexpected {
            if self.is_full() {
                return;
            }
            let owner = self.subject.name(at);
            let hint = suggest::hint(property, known.iter().map(String::as_str));
            let hint = match hint.as_str() {
                "" if !known.is_empty() && known.len() <= 8 => {
                    format!("; it may have {}", sentence::list(known.iter().map(|name| format!("`{name}`")), "and"))
                }
                _ => hint,
            };
            self.push(
                error,
                &pointer::join(at, property),
                format!("{owner} has the unknown property `{property}`{hint}"),
            );
        }
    }

    fn push(&mut self, error: &ValidationError<'_>, at: &str, message: String) {
        if self.is_full() {
            return;
        }
        let location = self.location(error);
        self.out.push(Violation::new(self.subject.kind(), self.subject.place(at), location, message));
    }

    /// The pointer of the keyword that was broken.
    fn location(&self, error: &ValidationError<'_>) -> String {
        let absolute = error.absolute_keyword_location().and_then(|uri| pointer::of_uri(uri.as_str()));
        absolute.unwrap_or_else(|| self.schema.to_owned())
    }

    fn is(&self, at: &str, shown: &str) -> String {
        format!("{} is {shown}", self.subject.name(at))
    }

    /// The value, unless its schema calls it a password.
    fn shown(&self, error: &ValidationError<'_>) -> String {
        let location = self.location(error);
        let schema = self.document.get(pointer::parent(&location));
        let secret = schema.and_then(|schema| schema.get("format")).and_then(Value::as_str) == Some("password");
        if secret { "not shown, as it is a password".to_owned() } else { sentence::shown(error.instance()) }
    }
}
