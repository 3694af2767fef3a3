//! Versions of the contract that were released: a folder with one whole contract a version, named by it, such as
//! `contract/history/1.0.0.yaml`. Versions are semantic ones (semver.org).

use std::path::Path;

use proofbook_contract::{Contract, Difference, LoadError, diff};
use semver::Version;

use crate::error::Place;
use crate::settings::Settings;
use crate::{Code, Finding, pointer};

/// The released versions of a contract.
#[derive(Debug, Default)]
pub struct History {
    /// Oldest first.
    releases: Vec<Release>,
}

/// A released version.
#[derive(Debug)]
pub struct Release {
    /// Its number.
    pub version: Version,
    /// Its file, relative to the book's root.
    pub file: String,
    /// The contract as it was.
    pub contract: Contract,
}

impl History {
    /// Reads the folder of the book at `root`. A book without one has no history.
    ///
    /// # Errors
    /// A finding about the first file that is no contract, or has another version than its name says.
    pub fn read(root: &Path, settings: &Settings) -> Result<Self, Box<Finding>> {
        let folder = root.join(&settings.history);
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Self::default()) };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)))
            .collect();
        names.sort();
        let shown = settings.history.to_string_lossy().replace('\\', "/");
        let release = |name: String| Release::read(&folder.join(&name), format!("{shown}/{name}"));
        let mut releases = names.into_iter().map(release).collect::<Result<Vec<_>, _>>()?;
        releases.sort_by(|one, other| one.version.cmp(&other.version));
        Ok(Self { releases })
    }

    /// The releases, oldest first.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// What is wrong with the version of the contract that is in work: it differs from the release of its number, or has a
    /// number that is not after the last one. `text` is the contract's.
    #[must_use]
    pub fn judge(&self, contract: &Contract, file: &str, text: &str) -> Option<Finding> {
        let newest = self.releases.last()?;
        let place = Place { page: file.to_owned(), line: pointer::line(text, "/info/version") };
        let find = |message: String, help: String| Some(Finding::new(Code::VersionNotRaised, place, message, help));
        let stated = contract.version();
        let Ok(version) = Version::parse(stated) else {
            return find(
                format!("`{stated}` is no semantic version, and the released ones are"),
                format!("write one after {}, such as {}", newest.version, after(&newest.version)),
            );
        };
        if version > newest.version {
            return None;
        }
        let raise = |to: Version| format!("raise `info.version`, to {to} or more");
        if version < newest.version {
            return find(
                format!("the version is {version}, and {} is released already", newest.version),
                raise(after(&newest.version)),
            );
        }
        if newest.contract.document() == contract.document() {
            return None;
        }
        let found = diff(&newest.contract, contract);
        let lines: Vec<String> = found.iter().map(Difference::to_string).collect();
        let first = lines.first()?;
        let more = if lines.len() > 1 { format!(", and {} more", lines.len() - 1) } else { String::new() };
        let breaks = found.iter().any(|found| found.breaking);
        let next = if breaks { Version::new(version.major + 1, 0, 0) } else { after(&version) };
        find(format!("the contract is not {version} as it was released in {}: {first}{more}", newest.file), raise(next))
            .map(|finding| finding.detail(lines.join("\n")))
    }
}

/// The next version with something new in it.
fn after(version: &Version) -> Version {
    Version::new(version.major, version.minor + 1, 0)
}

impl Release {
    fn read(path: &Path, file: String) -> Result<Self, Box<Finding>> {
        let wrong = |message: String, help: &str| {
            let place = Place { page: file.clone(), line: 1 };
            Box::new(Finding::new(Code::BadContract, place, message, help))
        };
        let as_released = "copy the contract here as it was released";
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string(), as_released))?;
        let contract = Contract::from_accepted_text(&text)
            .map_err(|error: LoadError| wrong(one_line(&error.to_string()), as_released))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if contract.version() != name {
            let message =
                format!("the version of this contract is `{}`, and its file says `{name}`", contract.version());
            return Err(wrong(message, "name the file by its `info.version`"));
        }
        let version = Version::parse(&name).map_err(|error| {
            wrong(format!("`{name}` is no semantic version: {error}"), "number releases as semver.org says")
        })?;
        Ok(Self { version, file, contract })
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
