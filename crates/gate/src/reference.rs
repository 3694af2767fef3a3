//! Text that pages take from the contract: `{{contract …}}`, and what a program provides: `{{proofbook …}}`.
//!
//! - `limit`: a number of `x-limits`, plain or for a person

mod limit;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proofbook_contract::Contract;
use regex::{Captures, Regex};

use crate::nearest;
use crate::settings::Settings;

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
}

impl<'a> Directives<'a> {
    /// Those of a contract.
    #[must_use]
    pub fn new(contract: &'a Contract, settings: &'a Settings) -> Self {
        Self { contract, settings, provided: BTreeMap::new() }
    }

    /// Text for `{{proofbook NAME}}`, such as the command line's help.
    #[must_use]
    pub fn provide(mut self, name: &str, markdown: String) -> Self {
        self.provided.insert(name.to_owned(), markdown);
        self
    }

    /// Expands the directives of one line of Markdown; nothing if it has none. One that is not provided stays as it is.
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
                "contract" => self.contract(&found[3]),
                _ => Ok(self.provided.get(&found[3]).cloned().unwrap_or_else(|| whole.to_owned())),
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

    fn contract(&self, words: &str) -> Result<String, String> {
        let _ = self.settings;
        if let Some(rest) = words.strip_prefix("limit.") {
            let (name, form) = rest.split_once(" as ").map_or((rest, None), |(name, form)| (name, Some(form.trim())));
            return limit::text(self.contract, name.trim(), form);
        }
        let known = ["operations", "events", "errors", "limits", "headers", "limit.NAME"];
        Err(nearest::help(&format!("`{{{{contract {words}}}}}` is not known"), words, known))
    }
}
