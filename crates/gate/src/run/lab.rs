//! What all units share: the contract, the settings, the runtime, and the tools that they run with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use proofbook_contract::Contract;
use proofbook_sandbox::Kind;

use crate::plan::Unit;
use crate::process::Limits;
use crate::tools::{self, Lack};
use crate::{Book, Settings};

/// How much of each output of a block is kept, in bytes. One that prints more floods.
const OUTPUT: usize = 256 * 1024;

/// What all units share.
pub(super) struct Lab {
    pub(super) root: PathBuf,
    pub(super) settings: Settings,
    pub(super) contract: Contract,
    pub(super) kind: Kind,
    /// A block that takes longer hangs.
    pub(super) limits: Limits,
    pub(super) runtime: tokio::runtime::Runtime,
    /// What a block may call by its name.
    pub(super) programs: Option<PathBuf>,
    python: OnceLock<Result<PathBuf, Lack>>,
    node: OnceLock<Result<PathBuf, Lack>>,
    chromium: OnceLock<Result<PathBuf, Lack>>,
}

impl Lab {
    pub(super) fn new(book: &Book, contract: Contract, programs: Option<PathBuf>) -> Result<Self, String> {
        let settings = book.settings().clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Ok(Self {
            root: book.root().canonicalize().map_err(|error| format!("{}: {error}", book.root().display()))?,
            kind: settings.sandbox.parse()?,
            limits: Limits { time: Duration::from_secs(settings.time_limit_seconds), output: OUTPUT },
            settings,
            contract,
            runtime: runtime.map_err(|error| format!("no threads can be started: {error}"))?,
            programs,
            python: OnceLock::new(),
            node: OnceLock::new(),
            chromium: OnceLock::new(),
        })
    }

    /// What a unit's fences say that it needs, and this machine lacks.
    pub(super) fn lacks(&self, unit: &Unit) -> Option<Lack> {
        let mut needed = unit.steps.iter().flat_map(|step| step.block.values("needs"));
        let missing = needed.find(|program| !tools::is_on_path(program))?;
        let install = self.settings.programs.get(missing).map_or("the package that has it", String::as_str);
        Some(Lack::new(missing, install))
    }

    /// Where the gate keeps what it can make again.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join(&self.settings.state)
    }

    /// A key that no other unit has.
    pub(super) fn new_key(&self) -> String {
        let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(20).collect();
        self.settings.key.replace("{id}", &random)
    }

    /// The Python that has what the pages may import.
    pub(super) fn python(&self) -> Result<&Path, Lack> {
        let found = self.python.get_or_init(|| match &self.settings.python {
            Some(python) => tools::python(&self.root.join(&python.lock), &self.state()),
            None => tools::find("python3", "apt-get install python3"),
        });
        found.as_deref().map_err(Clone::clone)
    }

    /// The folder with the `node_modules` that the pages may import; without settings, one without.
    pub(super) fn node_modules(&self) -> Result<Option<&Path>, Lack> {
        let found = self.node.get_or_init(|| match &self.settings.node {
            Some(node) => tools::node_modules(&self.root.join(&node.lock), &self.state()),
            None => tools::find("node", "apt-get install nodejs"),
        });
        let found = found.as_deref().map_err(Clone::clone)?;
        Ok(self.settings.node.is_some().then_some(found))
    }

    /// A browser that draws diagrams.
    pub(super) fn chromium(&self) -> Result<&Path, Lack> {
        let found = self.chromium.get_or_init(|| {
            let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
            let found = names.iter().find_map(|name| tools::find(name, "").ok());
            found.ok_or_else(|| Lack::new("chromium", "apt-get install chromium"))
        });
        found.as_deref().map_err(Clone::clone)
    }

    /// The environment that every program gets beside its world's: nothing that leads it to another API or through a proxy.
    pub(super) fn clean(&self, command: &mut std::process::Command) {
        self.clean_with(command, None);
    }

    /// The same for a shell, whose `python3` has what the pages may import, whatever the machine's own has.
    pub(super) fn clean_shell(&self, command: &mut std::process::Command) {
        let python = self.settings.python.as_ref().and_then(|_| self.python().ok()?.parent());
        self.clean_with(command, python);
    }

    fn clean_with(&self, command: &mut std::process::Command, python: Option<&Path>) {
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_ascii_uppercase();
            // Cargo's words for the program that it runs would be taken for those of another one.
            let of_cargo = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            let of_cargo = of_cargo.iter().any(|start| upper.starts_with(start));
            if self.settings.env.contains_key(&upper) || upper.ends_with("_PROXY") || of_cargo {
                command.env_remove(&name);
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let first = self.programs.as_deref().into_iter().chain(python).map(Path::to_owned);
        if let Ok(path) = std::env::join_paths(first.chain(std::env::split_paths(&path))) {
            command.env("PATH", path);
        }
        command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env("RUST_BACKTRACE", "0");
    }

    /// The helpers and lock files of the blocks, for the cache: what they are named, and their text.
    pub(super) fn inputs(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let Settings { python, node, bash, .. } = &self.settings;
        let named = [
            python.as_ref().map(|one| one.lock.clone()),
            node.as_ref().map(|one| one.lock.join("package-lock.json")),
            bash.as_ref().and_then(|one| one.helpers.clone()),
        ];
        let folders =
            [python.as_ref().and_then(|one| one.helpers.clone()), node.as_ref().and_then(|one| one.helpers.clone())];
        let in_folders = folders.into_iter().flatten().flat_map(|folder| {
            let entries = std::fs::read_dir(self.root.join(&folder)).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect::<Vec<_>>()
        });
        for path in named.into_iter().flatten().map(|path| self.root.join(path)).chain(in_folders) {
            files.insert(path.clone(), std::fs::read(&path).unwrap_or_default());
        }
        files
    }
}
