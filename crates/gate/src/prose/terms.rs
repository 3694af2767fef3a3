//! Looks up what is of the code: names, variables, options, and the beginnings of ids.

use super::code::identifiers;
use super::judge::{Fault, Judge};
use crate::finding::Code;

impl Judge<'_> {
    pub(super) fn variable(&self, name: &str) -> Option<Fault> {
        if self.settings.env.contains_key(name) || self.names.has(name) {
            return None;
        }
        let upper = self.names.all().filter(|name| name.contains('_') && !name.contains(char::is_lowercase));
        let known = self.settings.env.keys().map(String::as_str).chain(upper);
        Fault::new(Code::ProseVariable, format!("nothing reads the variable `{name}`"), name, known)
    }

    pub(super) fn flag(&self, flag: &str) -> Option<Fault> {
        let name = flag.trim_start_matches('-').replace('-', "_");
        if self.names.has_text(flag) || self.names.has(&name) {
            return None;
        }
        Fault::new(Code::ProseCommand, format!("no command has the option `{flag}`"), &name, self.names.all())
    }

    pub(super) fn name(&self, name: &str) -> Option<Fault> {
        if self.names.has(name)
            || self.words.identifiers.contains(name)
            || self.is_header(name)
            || self.words.names.contains(name)
        {
            return None;
        }
        self.unknown_name(name)
    }

    /// A word that could stand in any sentence is wrong only if it is nearly one of the contract's.
    pub(super) fn word(&self, word: &str) -> Option<Fault> {
        if self.names.has(word) || self.words.names.contains(word) || self.is_header(word) {
            return None;
        }
        let near = |name: &&&str| strsim::osa_distance(word, name) == 1;
        let meant = self.words.names.iter().find(near)?;
        Fault::new(Code::ProseField, format!("neither the contract nor the code has the name `{word}`"), word, [*meant])
    }

    pub(super) fn unknown_name(&self, name: &str) -> Option<Fault> {
        let known = self.names.all().chain(self.words.identifiers.iter().map(String::as_str));
        Fault::new(Code::ProseName, format!("neither the code nor the contract has the name `{name}`"), name, known)
    }

    /// Code that is more than a name: each of its names must exist, and those that are joined must stand in one file.
    pub(super) fn code(&self, code: &str) -> Option<Fault> {
        let code = without_strings(code);
        let known = |name: &str| {
            self.names.has(name) || self.words.identifiers.contains(name) || self.words.names.contains(name)
        };
        if let Some(unknown) = identifiers(&code).find(|name| !known(name)) {
            return self.unknown_name(unknown);
        }
        for path in code.split(|c: char| !(matches!(c, ':' | '.' | '_') || c.is_alphanumeric())) {
            let parts: Vec<&str> = identifiers(path).collect();
            for pair in parts.windows(2) {
                if let [one, other] = pair
                    && !self.names.together(one, other)
                {
                    let message = format!("no code has `{one}` together with `{other}`");
                    return Fault::new(Code::ProseName, message, other, []);
                }
            }
        }
        None
    }

    /// The beginning of an id, a key, a header or a variable.
    pub(super) fn prefix(&self, prefix: &str) -> Option<Fault> {
        let lower = prefix.to_lowercase();
        let header =
            prefix.ends_with('-') && self.words.headers.iter().any(|name| name.to_lowercase().starts_with(&lower));
        let event = prefix.strip_suffix('.').is_some_and(|parent| {
            let parts: Vec<&str> = parent.split('.').collect();
            self.words.has_path(&parts) || self.contract.events().any(|name| name.starts_with(prefix))
        });
        let key = self.settings.env.keys().any(|name| name.starts_with(prefix));
        if header || event || key || self.words.has_prefix(prefix) || self.names.has_prefix(prefix) {
            return None;
        }
        let code = match prefix {
            _ if prefix.ends_with('-') => Code::ProseHeader,
            _ if prefix.ends_with('.') => Code::ProseEvent,
            _ if prefix.contains(char::is_lowercase) => Code::ProseField,
            _ => Code::ProseVariable,
        };
        Fault::new(code, format!("nothing in the contract or the code begins with `{prefix}`"), prefix, [])
    }
}

/// Without what stands between quotation marks.
fn without_strings(code: &str) -> String {
    code.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}
