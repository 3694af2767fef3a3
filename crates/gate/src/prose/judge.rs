//! Looks a name up where its form says that it must be.

use std::collections::BTreeSet;
use std::path::Path;

use proofbook_contract::Contract;

use super::Surroundings;
use super::code::Names;
use super::shape::Shape;
use super::standard;
use super::words::Words;
use crate::finding::Code;
use crate::nearest::nearest;
use crate::settings::Settings;

/// Last parts that make a dotted name a host's.
const HOSTS: [&str; 12] =
    ["com", "dev", "edu", "eu", "example", "gov", "invalid", "io", "localhost", "net", "org", "test"];

/// Everything that a name can be looked up in.
pub(super) struct Judge<'a> {
    pub(super) contract: &'a Contract,
    pub(super) words: Words<'a>,
    pub(super) names: Names,
    pub(super) settings: &'a Settings,
    pub(super) surroundings: &'a Surroundings<'a>,
    pub(super) root: &'a Path,
    /// The pages' files.
    pub(super) pages: Vec<&'a str>,
}

/// What is wrong with a name.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: Code,
    /// The fault, as a sentence.
    pub(super) message: String,
    /// The name that was perhaps meant.
    pub(super) nearest: Option<String>,
}

impl Fault {
    pub(super) fn new<'n>(
        code: Code,
        message: String,
        given: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<Self> {
        Some(Self { code, message, nearest: nearest(given, names).map(str::to_owned) })
    }
}

impl Judge<'_> {
    /// What is wrong with a name on a page, if anything is. `folder` is the page's.
    pub(super) fn fault(&self, shape: &Shape<'_>, folder: &Path) -> Option<Fault> {
        match shape {
            Shape::Operation { method, path, query } => self.operation(method, path, *query),
            Shape::Path { path, query } => self.path(path, *query),
            Shape::Url(url) => self.url(url),
            Shape::File(path) => self.file(path, folder),
            Shape::Header(name) => self.header(name),
            Shape::Kebab(name) => self.kebab(name),
            Shape::Dotted(parts) => self.dotted(parts),
            Shape::Snake(name) => self.field(name),
            Shape::Value(value) => self.value(value),
            Shape::Member { key, value } => self.member(key, *value),
            Shape::Query(query) => self.query(query),
            Shape::Variable(name) => self.variable(name),
            Shape::Command(words) => self.command(words),
            Shape::Flag(flag) => self.flag(flag),
            Shape::Name(name) => self.name(name),
            Shape::Code(code) => self.code(code),
            Shape::Word(word) => self.word(word),
            Shape::Prefix(prefix) => self.prefix(prefix),
        }
    }

    pub(super) fn is_header(&self, name: &str) -> bool {
        standard::is_header(name) || self.words.headers.iter().any(|header| header.eq_ignore_ascii_case(name))
    }

    fn header(&self, name: &str) -> Option<Fault> {
        let message = || format!("neither the contract nor HTTP has the header `{name}`");
        // `LICENSE-MIT` has the form of a header too.
        if self.is_header(name) || self.root.join(name).exists() {
            return None;
        }
        Fault::new(Code::ProseHeader, message(), name, self.words.headers.iter().copied())
    }

    fn kebab(&self, name: &str) -> Option<Fault> {
        // Settings and options are often written with `-` where the code has `_`.
        let known = self.is_header(name) || self.words.names.contains(name) || self.root.join(name).exists();
        if known || self.names.has_text(name) || self.names.has(&name.replace('-', "_")) {
            return None;
        }
        let lower: BTreeSet<String> = self.words.headers.iter().map(|header| header.to_lowercase()).collect();
        match nearest(name, lower.iter().map(String::as_str)) {
            Some(_) => self.header(name),
            None => self.unknown_name(name),
        }
    }

    fn dotted(&self, parts: &[&str]) -> Option<Fault> {
        let name = parts.join(".");
        let known = self.contract.events().any(|event| event == name)
            || self.words.has_path(parts)
            || self.words.names.contains(name.as_str())
            || self.names.has_text(&name);
        if known {
            return None;
        }
        let (first, last) = (parts.first().copied().unwrap_or_default(), parts.last().copied().unwrap_or_default());
        let field = self.words.has_path(&[first]);
        let event = self.contract.events().any(|event| event.split('.').next() == Some(first));
        if nearest(&name, self.contract.events()).is_some() || (event && !field) {
            let message = format!("the contract has no event `{name}`");
            return Fault::new(Code::ProseEvent, message, &name, self.contract.events());
        }
        if HOSTS.contains(&last) {
            return None;
        }
        if name.contains(char::is_uppercase) {
            return self.code(&name);
        }
        let message = format!("no schema of the contract has the field `{name}`, and no code has it");
        Fault::new(Code::ProseField, message, last, self.words.names.iter().copied())
    }

    pub(super) fn field(&self, name: &str) -> Option<Fault> {
        if self.words.names.contains(name) || self.words.identifiers.contains(name) || self.names.has(name) {
            return None;
        }
        let message = format!("neither the contract nor the code has the name `{name}`");
        Fault::new(Code::ProseField, message, name, self.words.names.iter().copied().chain(self.names.all()))
    }

    fn value(&self, value: &str) -> Option<Fault> {
        if self.words.names.contains(value) || self.names.has_text(value) {
            return None;
        }
        let message = format!("the contract lists no value `{value}`");
        Fault::new(Code::ProseField, message, value, self.words.names.iter().copied())
    }

    fn member(&self, key: &str, value: Option<&str>) -> Option<Fault> {
        if !self.words.names.contains(key) {
            return self.names.has(key).then_some(()).map_or_else(|| self.field(key), |()| None);
        }
        let values = self.words.values(key)?;
        let value = value.filter(|value| !value.contains('…') && !values.contains(value))?;
        Fault::new(Code::ProseField, format!("the contract lists no value `{value}` for `{key}`"), value, values)
    }

    fn query(&self, query: &str) -> Option<Fault> {
        let strict = query.starts_with(['?', '&']);
        self.parameters(query.trim_start_matches(['?', '&']), self.contract.operations(), !strict)
    }
}
