//! The gate's settings: `[preprocessor.proofbook]` in `book.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mdbook_driver::config::Config;
use proofbook_contract::{Contract, LoadError};
use serde::Deserialize;

use crate::{Error, pointer};

/// The table of `book.toml` that holds them.
pub const TABLE: &str = "preprocessor.proofbook";

/// A contract without operations.
const NOTHING: &str = "openapi: 3.1.1\ninfo: { title: Nothing, version: 0.0.0 }\npaths: {}\n";

/// How a book is proven. Paths are relative to the book's root.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The API's contract.
    pub contract: PathBuf,
    /// The folder of its released versions, if there is one.
    pub history: PathBuf,
    /// Who looks at which page, and when, if there is such a file.
    pub review: PathBuf,
    /// The sandbox that answers the blocks: `generic`, or the name of one with a behaviour of its own.
    pub sandbox: String,
    /// The key of a block's sandbox; `{id}` stands for what makes it another block's.
    pub key: String,
    /// How long a block may run, in seconds.
    pub time_limit_seconds: u64,
    /// Where the gate keeps what it can make again.
    pub state: PathBuf,
    /// What a block finds in its environment. `{url}` stands for the address of its sandbox, `{key}` for its key.
    pub env: BTreeMap<String, String>,
    /// What is allowed in the prose though nothing knows it.
    pub allow: PathBuf,
    /// Where the names are that the prose may use: folders of source code.
    pub code: Vec<PathBuf>,
    /// How Rust blocks are compiled.
    pub rust: Option<Rust>,
    /// What Python blocks may import.
    pub python: Option<Python>,
    /// What JavaScript and TypeScript blocks may import.
    pub node: Option<Node>,
    /// What shell blocks may call.
    pub bash: Option<Bash>,
    /// What draws the diagrams.
    pub mermaid: Option<Mermaid>,
    /// Where readers say what is wrong with a page.
    pub feedback: Option<Feedback>,
    /// Programs that a fence may say it `needs`, each with the command that installs it.
    pub programs: BTreeMap<String, String>,
    /// For stock mdBook: the program that expands `{{contract …}}`.
    command: Option<String>,
    optional: Option<bool>,
    before: Option<Vec<String>>,
    after: Option<Vec<String>>,
    renderers: Option<Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            contract: "contract/openapi.yaml".into(),
            history: "contract/history".into(),
            review: "review.toml".into(),
            sandbox: "generic".into(),
            key: "test-{id}".into(),
            time_limit_seconds: 60,
            state: "target/proofbook".into(),
            env: BTreeMap::new(),
            allow: "allow.toml".into(),
            code: Vec::new(),
            rust: None,
            python: None,
            node: None,
            bash: None,
            mermaid: None,
            feedback: None,
            programs: BTreeMap::new(),
            command: None,
            optional: None,
            before: None,
            after: None,
            renderers: None,
        }
    }
}

/// How Rust blocks are compiled: the example `blocks` of a package of the book's cargo workspace is the program of them all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rust {
    /// What stands before a generated sample, as hidden lines.
    #[serde(default)]
    pub before: String,
    /// What stands after a generated sample, as hidden lines.
    #[serde(default)]
    pub after: String,
}

/// What Python blocks may import. A shell block's `python3` has it too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Python {
    /// A lock file for pip, with hashes.
    pub lock: PathBuf,
    /// A folder of modules for hidden lines.
    pub helpers: Option<PathBuf>,
}

/// What JavaScript and TypeScript blocks may import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// A folder with `package.json` and `package-lock.json`.
    pub lock: PathBuf,
    /// A folder of modules for hidden lines, each imported by its name.
    pub helpers: Option<PathBuf>,
}

/// What shell blocks may call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bash {
    /// A file of functions for hidden lines.
    pub helpers: Option<PathBuf>,
}

/// What draws the diagrams.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mermaid {
    /// The library as one script for browsers.
    pub script: PathBuf,
}

/// Where readers say what is wrong with a page: a form at its foot. Issues go to the repository that `git-repository-url` of
/// `[output.html]` names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// The address for those who open no issue.
    pub mail: Option<String>,
    /// The issue form, a file of `.github/ISSUE_TEMPLATE`. Its fields are `page`, `version`, `block` and `reason`.
    pub template: Option<String>,
    /// The reasons of those whom the page helped.
    pub yes: Vec<String>,
    /// The reasons of those whom it did not help. All are options of the form's `reason`.
    pub no: Vec<String>,
}

impl Settings {
    /// Reads them from a book's configuration; without the table, the defaults.
    ///
    /// # Errors
    /// What is wrong with the table, as a sentence.
    pub fn of(config: &Config) -> Result<Self, String> {
        let settings: Option<Self> = config.get(TABLE).map_err(|error| format!("[{TABLE}]: {error:#}"))?;
        Ok(settings.unwrap_or_default())
    }

    /// Reads the contract of the book at `root`. A book that names none and has none gets one without operations.
    ///
    /// # Errors
    /// [`Error::Contract`] if it can't be read or used.
    pub fn load_contract(&self, root: &Path) -> Result<Contract, Error> {
        let path = root.join(&self.contract);
        let unusable = |line, reason| Error::Contract { path: self.contract.display().to_string(), line, reason };
        let is_default = self.contract == Self::default().contract;
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_default => NOTHING.to_owned(),
            other => other.map_err(|error| unusable(1, error.to_string()))?,
        };
        Contract::from_text(&text).map_err(|error| unusable(line_of(&error, &text), error.to_string()))
    }

    /// Whether stock mdBook is told how to expand `{{contract …}}`.
    #[must_use]
    pub fn works_with_stock_mdbook(&self) -> bool {
        let words = [&self.before, &self.after, &self.renderers].into_iter().flatten().count();
        self.command.is_some() || self.optional.is_some() || words > 0
    }
}

/// The line at which a contract can't be used; the first if the error names no place.
fn line_of(error: &LoadError, text: &str) -> usize {
    if let LoadError::Syntax { line, .. } = error {
        return usize::try_from(*line).unwrap_or(1).max(1);
    }
    let message = error.to_string();
    // Between backticks: every second part. Of two places, the second is the one too many.
    let pointer = message.split('`').skip(1).step_by(2).filter(|part| part.starts_with('/')).last();
    pointer.map_or(1, |pointer| pointer::line(text, pointer))
}
