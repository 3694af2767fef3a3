//! The offline book: a zip that unpacks to one folder, whose `index.html` opens without a server.

use anyhow::Context;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What only a server has a use for.
const LEFT_OUT: [&str; 3] = ["404.html", ".nojekyll", "CNAME"];

/// Packs the site in `folder` into `target`, under a folder named `name`.
///
/// The same site gives the same bytes: entries are sorted, and their time is fixed.
pub(crate) fn pack(folder: &Path, name: &str, target: &Path) -> anyhow::Result<()> {
    let create = || {
        // Listed before the zip exists, which may lie in the same folder.
        let files = files(folder)?;
        let mut zip = ZipWriter::new(io::BufWriter::new(File::create(target)?));
        for file in files {
            let inside = file.strip_prefix(folder).unwrap_or(&file);
            if LEFT_OUT.iter().any(|left_out| inside == Path::new(left_out)) {
                continue;
            }
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
            zip.start_file(format!("{name}/{}", parts.join("/")), options)?;
            io::copy(&mut File::open(&file)?, &mut zip)?;
        }
        zip.finish()?;
        anyhow::Ok(())
    };
    create().with_context(|| format!("{} can't be written", target.display()))
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A title as the name of a file: `Policy Aggregator Handbook` is `policy-aggregator-handbook`.
pub(crate) fn slug(title: &str) -> String {
    let words: Vec<_> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "book".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(slug("Policy Aggregator: the Handbook!"), "policy-aggregator-the-handbook");
        assert_eq!(slug("?"), "book");
    }
}
