//! Units that need not run again: those that held, with the same blocks and the same of everything that they depend on.

use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::lab::Lab;
use super::rust;
use super::world::Seen;
use crate::plan::{Runner, Unit};

/// Where the units that held are remembered.
pub(super) struct Cache {
    folder: PathBuf,
    common: String,
    sources: String,
}

impl Cache {
    /// The cache of a book, for this contract, these settings, and this build of the gate and the sandbox.
    pub(super) fn open(lab: &Lab) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        };
        add(lab.contract.document().to_string().as_bytes());
        add(format!("{:?}", lab.settings).as_bytes());
        for (path, text) in lab.inputs() {
            add(path.to_string_lossy().as_bytes());
            add(&text);
        }
        // The gate and the sandbox are in this program.
        let program = std::env::current_exe().ok();
        let data = program.as_ref().and_then(|program| fs::metadata(program).ok());
        add(format!("{program:?} {:?}", data.map(|data| (data.len(), data.modified().ok()))).as_bytes());
        Self { folder: lab.state().join("cache"), common: hex(hash), sources: rust::stamp(&lab.root) }
    }

    /// What a unit showed when it held, if nothing has changed since.
    pub(super) fn get(&self, unit: &Unit) -> Option<Seen> {
        serde_json::from_slice(&fs::read(self.path(unit)).ok()?).ok()
    }

    /// Remembers that a unit held. If it can't be written the unit runs again the next time.
    pub(super) fn put(&self, unit: &Unit, seen: &Seen) {
        if let Ok(text) = serde_json::to_vec(seen) {
            let _ = fs::create_dir_all(&self.folder).and_then(|()| fs::write(self.path(unit), text));
        }
    }

    /// The file of a unit.
    fn path(&self, unit: &Unit) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(&self.common);
        if unit.runner == Runner::Rust {
            hash.update(&self.sources);
        }
        let blocks = unit.steps.iter().flat_map(|step| std::iter::once(&step.block).chain(&step.expected));
        for block in blocks.chain(&unit.files) {
            let calls_programs = matches!(block.language.as_str(), "bash" | "sh" | "console");
            let uses = |word: &str| block.lines.iter().any(|line| line.text.contains(word));
            // What runs the repository's own code depends on it.
            if uses("PROOFBOOK_ROOT") || uses("sample(") || calls_programs && (uses("cargo ") || uses("proofbook")) {
                hash.update(&self.sources);
            }
            hash.update(&block.info);
            hash.update([0]);
            for line in &block.lines {
                hash.update(&line.text);
                hash.update(b"\n");
            }
            hash.update([0]);
        }
        self.folder.join(hex(hash) + ".json")
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
