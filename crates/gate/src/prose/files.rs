//! Looks up files of the book's folder.

use std::path::Path;

use super::judge::{Fault, Judge};
use super::shape;
use crate::finding::Code;

impl Judge<'_> {
    /// A file of the book's folder, or a name of one.
    pub(super) fn file(&self, text: &str, folder: &Path) -> Option<Fault> {
        let path = text.split('#').next().unwrap_or(text).trim_start_matches("./");
        let path = path.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(path);
        let placeholder = |part: &&str| !part.contains(['…', '*', '{', '<']) && *part != "...";
        let known: Vec<&str> = path.split('/').take_while(placeholder).collect();
        let known = known.join("/");
        let exists = |path: &str| self.root.join(path).exists() || folder.join(path).exists();
        let made = ["target", "book"].iter().any(|made| path.split('/').next() == Some(made));
        let page = |page: &&str| page.strip_suffix(path).is_some_and(|folder| folder.ends_with('/'));
        let listed = self.pages.iter().any(page) || self.settings.contract.ends_with(path);
        if known.is_empty() || exists(&known) || made || listed || self.names.has_text(path) {
            return None;
        }
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let last = path.rsplit('/').next().unwrap_or_default();
        let ending = last.rsplit_once('.').is_some_and(|(_, end)| end.starts_with(|c: char| c.is_ascii_alphabetic()));
        if !rest.is_empty() && !ending && !path.ends_with('/') && !self.root.join(first).exists() {
            // Not a path but words of which one holds.
            let shapes = path.split('/').filter_map(|part| shape::of(part, false));
            return shapes.filter_map(|shape| self.fault(&shape, folder)).next();
        }
        let names: Vec<String> = siblings(self.root, path);
        let message = format!("the book's folder has no `{path}`");
        Fault::new(Code::ProsePath, message, path, names.iter().map(String::as_str))
    }
}

/// What stands in the folder where a path should be, as paths.
fn siblings(root: &Path, path: &str) -> Vec<String> {
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }).collect()
}
