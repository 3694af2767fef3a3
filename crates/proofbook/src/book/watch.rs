//! Tells which files of a book were saved.

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::ModifyKind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A save is over when nothing more happened for this long: editors write, rename and touch in one go.
const QUIET: Duration = Duration::from_millis(60);

/// Watches the files of a book.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<PathBuf>,
    /// What counts: a path in here, or a file below one.
    covered: BTreeSet<PathBuf>,
}

impl Watch {
    /// Starts to watch nothing.
    pub(crate) fn start() -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            Ok(event) if changes_content(&event.kind) => {
                for path in event.paths {
                    // The receiver is gone only while the command ends.
                    let _ = sender.send(path);
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a change may have been missed"),
        })?;
        Ok(Self { watcher, events, covered: BTreeSet::new() })
    }

    /// Watches these too: a folder with all that is in it, a file by itself.
    pub(crate) fn cover(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> notify::Result<()> {
        for path in paths {
            if self.covered.contains(&path) {
                continue;
            }
            match path.parent() {
                // Editors replace a file by renaming another over it, and a watch on the file would stay with the old one.
                Some(folder) if path.is_file() => self.watcher.watch(folder, RecursiveMode::NonRecursive)?,
                _ => self.watcher.watch(&path, RecursiveMode::Recursive)?,
            }
            self.covered.insert(path);
        }
        Ok(())
    }

    /// Waits for a save; answers with the files it touched, never none.
    pub(crate) async fn saved(&mut self) -> BTreeSet<PathBuf> {
        let mut saved = BTreeSet::new();
        while saved.is_empty() {
            match self.events.recv().await {
                Some(path) => self.keep(path, &mut saved),
                // The watcher lives as long as `self`, so this does not come; if it did, there is nothing to report.
                None => std::future::pending().await,
            }
        }
        while let Ok(Some(path)) = timeout(QUIET, self.events.recv()).await {
            self.keep(path, &mut saved);
        }
        saved
    }

    fn keep(&self, path: PathBuf, saved: &mut BTreeSet<PathBuf>) {
        let counts = |covered: &PathBuf| path.strip_prefix(covered).is_ok_and(|inside| !is_scratch(inside));
        if self.covered.iter().any(counts) {
            saved.insert(path);
        }
    }
}

/// Reading a file or touching its rights is no change; a build reads all of them.
fn changes_content(kind: &EventKind) -> bool {
    !matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)))
}

/// Whether a tool's own file, by its path inside what is watched: an editor's swap file or backup, or what is installed or
/// built beside a sample.
fn is_scratch(inside: &Path) -> bool {
    inside.iter().any(|part| {
        let part = part.to_string_lossy();
        // Vim writes a file named 4913 to see whether it may.
        let named = matches!(part.as_ref(), "4913" | "node_modules" | "target" | "__pycache__");
        named || part.starts_with(['.', '#']) || part.ends_with('~')
    })
}

#[cfg(test)]
mod tests {
    use super::is_scratch;
    use std::path::Path;

    #[test]
    fn what_tools_leave_beside_a_page_is_not_a_save() {
        for path in
            [".a.md.swp", "a.md~", "#a.md#", ".#a.md", "4913", "bot/node_modules/x/index.js", "x/target/debug/x"]
        {
            assert!(is_scratch(Path::new(path)), "{path}");
        }
        assert!(!is_scratch(Path::new("guide/introduction.md")));
        assert!(!is_scratch(Path::new("")), "the watched file itself");
    }
}
