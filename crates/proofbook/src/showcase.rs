//! The showcase: what others have built, from one TOML file each in `community/showcase`.
//!
//! Anyone may hand in an entry, so its text is text only: no Markdown, no HTML and no directive in it means anything.

use std::path::Path;

use jsonschema::Validator;
use mdbook_driver::config::Config;
use proofbook_gate::lines::Lines;
use proofbook_gate::{Code, Finding, Place};
use serde::Deserialize;
use serde_json::Value;

/// Where the entries are, from the book's root.
const FOLDER: &str = "community/showcase";
/// What an entry has to be.
const SCHEMA: &str = include_str!("../../../community/showcase.schema.json");
/// What stands on the page while there is no entry.
const NOTHING: &str = "Nothing is shown yet.\n";

/// An entry that its schema allows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    name: String,
    does: String,
    patterns: Vec<String>,
    language: String,
    level: Option<String>,
    judged_by: Option<String>,
    repository: String,
    contact: String,
}

/// The entries as Markdown, in the order of their names, and what is wrong with the others.
pub(crate) fn page(root: &Path) -> (String, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut entries = Vec::new();
    for path in files(&root.join(FOLDER)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match read(root, &path, &format!("{FOLDER}/{name}")) {
            Ok(entry) => entries.push(entry),
            Err(finding) => findings.push(*finding),
        }
    }
    entries.sort_by_key(|entry| entry.name.to_lowercase());
    let sources = sources(root);
    let text: String = entries.iter().map(|entry| entry.section(sources.as_deref())).collect();
    (if text.is_empty() { NOTHING.to_owned() } else { text }, findings)
}

/// The TOML files of a folder, in order; none if there is no such folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

/// Reads an entry. `name` is its file as findings name it.
fn read(root: &Path, path: &Path, name: &str) -> Result<Entry, Box<Finding>> {
    let found = |line, message: String, help: &str| {
        Box::new(Finding::new(Code::BadData, Place { page: name.to_owned(), line }, message, help))
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| found(1, format!("the entry can't be read: {error}"), "save it as UTF-8"))?;
    let value: Value = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| Lines::of(&text).at(span.start));
        found(line, format!("this is no TOML: {}", error.message()), "mend the line")
    })?;
    if let Some(error) = validator().iter_errors(&value).next() {
        let pointer = error.instance_path().to_string();
        let field = pointer.split('/').nth(1).unwrap_or_default();
        let message = match field {
            "" => error.to_string(),
            field => format!("`{field}`: {error}"),
        };
        return Err(found(
            line_of(&text, field),
            message,
            "see community/showcase.schema.json for what each field may be",
        ));
    }
    let entry: Entry = serde_json::from_value(value).map_err(|error| {
        found(1, error.to_string(), "see community/showcase.schema.json for what each field may be")
    })?;
    if !entry.is_elsewhere() && !root.join(&entry.repository).is_dir() {
        let message = format!("`repository`: there is no folder `{}`", entry.repository);
        return Err(found(
            line_of(&text, "repository"),
            message,
            "name a folder of this repository, or an https address",
        ));
    }
    Ok(entry)
}

#[expect(clippy::expect_used, reason = "the schema is a constant that a test compiles")]
fn validator() -> Validator {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

/// The line on which a field of an entry begins; the first if it is not there.
fn line_of(text: &str, field: &str) -> usize {
    let begins =
        |line: &str| line.trim_start().strip_prefix(field).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(begins).map_or(1, |index| index + 1)
}

/// Where a folder of this repository can be read, as the book's settings say.
fn sources(root: &Path) -> Option<String> {
    let config = Config::from_disk(root.join("book.toml")).ok()?;
    let repository: Option<String> = config.get("output.html.git-repository-url").ok()?;
    repository.map(|url| format!("{}/tree/HEAD/", url.trim_end_matches('/')))
}

impl Entry {
    fn is_elsewhere(&self) -> bool {
        self.repository.starts_with("https://")
    }

    fn section(&self, sources: Option<&str>) -> String {
        let patterns: Vec<String> =
            self.patterns.iter().map(|pattern| format!("[{pattern}](../integrations/patterns.md#{pattern})")).collect();
        let level = match (&self.level, &self.judged_by) {
            (Some(level), Some(by)) => format!("{level}, by `proofbook validate {by}`"),
            _ => "not judged".to_owned(),
        };
        let source = match sources {
            _ if self.is_elsewhere() => format!("<{}>", self.repository),
            Some(sources) => format!("[{}](<{sources}{}>)", plain(&self.repository), self.repository),
            None => plain(&self.repository),
        };
        format!(
            "### {}\n\n{}\n\n- **Language:** {}\n- **Patterns:** {}\n- **Level:** {level}\n- **Source:** {source}\n\
             - **Contact:** {}\n\n",
            plain(&self.name),
            plain(&self.does),
            plain(&self.language),
            patterns.join(", "),
            plain(&self.contact),
        )
    }
}

/// A stranger's text as Markdown that shows it and does nothing else: on one line, each sign escaped that could mean something
/// (CommonMark, "Backslash escapes").
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len());
    for character in line.chars().filter(|character| !character.is_control()) {
        if character.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_text_is_only_shown() {
        assert_eq!(plain("<b>*a*\n\n# {{x}}"), "\\<b\\>\\*a\\* \\# \\{\\{x\\}\\}");
    }

    #[test]
    fn the_schema_is_one_and_knows_the_fields() {
        let properties = serde_json::from_str::<Value>(SCHEMA).expect("JSON")["properties"].clone();
        let names: Vec<_> = properties.as_object().expect("fields").keys().cloned().collect();
        assert_eq!(names, ["name", "does", "patterns", "language", "level", "judged-by", "repository", "contact"]);
        assert!(validator().iter_errors(&serde_json::json!({})).count() >= 6);
    }
}
