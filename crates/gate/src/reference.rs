//! Text that pages take from the contract: `{{contract …}}`, and what a program provides: `{{proofbook …}}`.
//!
//! The sections link to each other as pages of one folder: `operations.md`, `events.md`, `errors.md`, and to the explorer
//! beside that folder; an error links to the page that its `type` names. What they say is the contract's, so they hold for
//! any API; what a contract can't say in OpenAPI, it says in the extensions that `example`, `samples`, `problems` and
//! `limits` name.
//!
//! - `limit`: a number of `x-limits`, plain or for a person
//! - `operations`, `events`, `errors`, `limits`, `headers`, `changelog`: whole sections
//! - `answers`, `fields`, `schema`: what an operation answers, the fields of a body, a schema in words
//! - `samples`: an operation's example call in each language; `example`, `auth`, `url`: that call, in none
//! - `problems`: the error codes; `who`: which operations something is true of
//! - `markdown`, `names`: how text and variables are written

mod answers;
mod auth;
mod changelog;
mod errors;
mod events;
mod example;
mod fields;
mod headers;
mod limit;
mod limits;
mod markdown;
mod names;
mod operations;
mod problems;
mod samples;
mod schema;
mod url;
mod who;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proofbook_contract::Contract;
use regex::{Captures, Regex};

use crate::history::History;
use crate::nearest;
use crate::settings::Settings;

/// The page of `{{contract operations}}`, from the others.
const OPERATIONS: &str = "operations.md";
/// The page of `{{contract errors}}`, from the others.
const ERRORS: &str = "errors.md";
/// The book's top folder, from these pages.
const TOP: &str = "../";
/// The page of `{{contract events}}`, from the others.
const EVENTS: &str = "events.md";
/// The page of `{{contract limits}}`, from the others.
const LIMITS: &str = "limits.md";
/// The explorer, from these pages.
const EXPLORER: &str = "../explorer/";
/// The directives that bring a section, and need a line of their own.
const SECTIONS: [&str; 6] = ["operations", "events", "errors", "limits", "headers", "changelog"];

/// A directive, perhaps escaped.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\\)?\{\{(contract|proofbook)\s+([^{}]+?)\s*\}\}").expect("the expression is valid"));

/// Expands directives.
#[derive(Debug, Clone)]
pub struct Directives<'a> {
    contract: &'a Contract,
    settings: &'a Settings,
    provided: BTreeMap<String, String>,
    root: PathBuf,
}

impl<'a> Directives<'a> {
    /// Those of a contract.
    #[must_use]
    pub fn new(contract: &'a Contract, settings: &'a Settings) -> Self {
        Self { contract, settings, provided: BTreeMap::new(), root: PathBuf::new() }
    }

    /// Of the book in this folder, else in the current one.
    #[must_use]
    pub fn of_book(mut self, root: &Path) -> Self {
        self.root = root.to_owned();
        self
    }

    /// Text for `{{proofbook NAME}}`, such as the command line's help.
    #[must_use]
    pub fn provide(mut self, name: &str, markdown: String) -> Self {
        self.provided.insert(name.to_owned(), markdown);
        self
    }

    /// Expands the directives of one line of Markdown; nothing if it has none. One that is not provided stays as it is, unless
    /// its name has a dot: such a name is one of a group that somebody fills in.
    ///
    /// # Errors
    /// If a directive is unknown: a sentence that names the nearest one.
    pub fn line(&self, line: &str) -> Result<Option<String>, String> {
        if !line.contains("{{") {
            return Ok(None);
        }
        let mut error = None;
        let expanded = DIRECTIVE.replace_all(line, |found: &Captures<'_>| {
            let whole = &found[0];
            if found.get(1).is_some() {
                return whole.trim_start_matches('\\').to_owned();
            }
            let text = match &found[2] {
                "contract" => self.contract(&found[3], line.trim() == whole),
                _ => self.provided(&found[3]).map(|text| text.unwrap_or(whole).to_owned()),
            };
            text.unwrap_or_else(|reason| {
                error.get_or_insert(reason);
                whole.to_owned()
            })
        });
        match error {
            Some(reason) => Err(reason),
            None if expanded == line => Ok(None),
            None => Ok(Some(expanded.into_owned())),
        }
    }

    fn provided(&self, name: &str) -> Result<Option<&str>, String> {
        let text = self.provided.get(name).map(String::as_str);
        // Who provides nothing, such as a build script, asks nothing of these names.
        if text.is_none() && name.contains('.') && !self.provided.is_empty() {
            let known = self.provided.keys().map(String::as_str);
            return Err(nearest::help(&format!("nothing provides `{name}`"), name, known));
        }
        Ok(text)
    }

    fn contract(&self, words: &str, alone: bool) -> Result<String, String> {
        if let Some(rest) = words.strip_prefix("limit.") {
            let (name, form) = rest.split_once(" as ").map_or((rest, None), |(name, form)| (name, Some(form.trim())));
            return limit::text(self.contract, name.trim(), form);
        }
        if SECTIONS.contains(&words) && !alone {
            return Err(format!("`{{{{contract {words}}}}}` brings a section, so it needs a line of its own"));
        }
        let section = match words {
            "operations" => operations::section(self.contract, self.settings)?,
            "events" => events::section(self.contract),
            "errors" => errors::section(self.contract),
            "limits" => limits::section(self.contract),
            "headers" => headers::section(self.contract),
            "changelog" => {
                let history = History::read(&self.root, self.settings);
                let history = history.map_err(|finding| format!("{}: {}", finding.place, finding.message))?;
                changelog::section(self.contract, &history)
            }
            _ => {
                let known = SECTIONS.into_iter().chain(["limit.NAME"]);
                return Err(nearest::help(&format!("`{{{{contract {words}}}}}` is not known"), words, known));
            }
        };
        Ok(section.trim_end().to_owned())
    }
}
