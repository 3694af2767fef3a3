//! Where an address leads: the pages and files that mdBook makes of the book.

use std::path::{Path, PathBuf};

use mdbook_driver::config::Config;
use percent_encoding::percent_decode_str;

/// Pages that mdBook makes by itself.
const MADE_BY_MDBOOK: [&str; 2] = ["index.html", "print.html"];

/// An address within the book, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The path from the book's source, without a `/` before it. Nothing if the address is only an anchor.
    pub(super) path: Option<String>,
    /// What stands after `#`.
    pub(super) anchor: Option<String>,
}

/// What kind of address it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Within(Address),
    External(String),
    /// Neither of the book nor of the web, such as `mailto:`.
    Other,
    /// It leads out of the book's folder.
    Outside,
}

/// Takes an address on a page apart. `folder` is the page's, relative to the book's source.
pub(super) fn kind(target: &str, folder: &str) -> Kind {
    if let Some(rest) = target.strip_prefix("//") {
        return Kind::External(format!("https://{rest}"));
    }
    if let Some((scheme, _)) = target.split_once(':')
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    {
        let web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        return if web { Kind::External(target.to_owned()) } else { Kind::Other };
    }
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(decode(anchor))),
        None => (target, None),
    };
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() && anchor.is_some() {
        return Kind::Within(Address { path: None, anchor });
    }
    match joined(folder, &decode(path)) {
        Some(path) => Kind::Within(Address { path: Some(path), anchor }),
        None => Kind::Outside,
    }
}

/// A path on a page as a path from the book's source; nothing if it leads above it.
fn joined(folder: &str, path: &str) -> Option<String> {
    let (folder, path) = path.strip_prefix('/').map_or((folder, path), |absolute| ("", absolute));
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    let end = if path.is_empty() || path.ends_with('/') || path.ends_with("..") { "/" } else { "" };
    Some(format!("{}{}", parts.join("/"), if parts.is_empty() { "" } else { end }))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What an address can lead to.
pub(super) struct Site<'a> {
    source: PathBuf,
    /// The pages' paths in the source, in the order of the book.
    pages: Vec<String>,
    generated: &'a [&'a str],
    redirects: Vec<String>,
}

/// What a path of the book leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A page, by its number.
    Page(usize),
    File,
    /// A page whose HTML has another name than the address makes; the name that is right.
    Renamed(String),
    Nothing,
}

impl<'a> Site<'a> {
    pub(super) fn new(source: PathBuf, pages: Vec<String>, config: &Config, generated: &'a [&'a str]) -> Self {
        let redirects = config.html_config().map(|html| html.redirect).unwrap_or_default();
        let redirects = redirects.into_keys().map(|from| from.trim_start_matches('/').to_owned()).collect();
        Self { source, pages, generated, redirects }
    }

    /// The pages' paths in the source.
    pub(super) fn pages(&self) -> impl Iterator<Item = &str> {
        self.pages.iter().map(String::as_str)
    }

    /// Looks a path up. `markdown` says whether mdBook turns `.md` into `.html` in this address.
    pub(super) fn find(&self, path: &str) -> Found {
        let made = |name: &str| self.pages.iter().position(|page| html_of(page) == name);
        if path.is_empty() || path.ends_with('/') {
            return match made(&format!("{path}index.html")) {
                Some(page) => Found::Page(page),
                None if path.is_empty() && !self.pages.is_empty() => Found::Page(0),
                None if self.is_generated(path) => Found::File,
                None => Found::Nothing,
            };
        }
        if let Some(stem) = path.strip_suffix(".md") {
            return match made(&format!("{stem}.html")) {
                Some(page) => Found::Page(page),
                None if self.pages.iter().any(|page| page == path) => Found::Renamed(index_beside(path)),
                None => Found::Nothing,
            };
        }
        match made(path) {
            Some(page) => Found::Page(page),
            None if path == MADE_BY_MDBOOK[0] && !self.pages.is_empty() => Found::Page(0),
            None if MADE_BY_MDBOOK.contains(&path) || self.is_generated(path) => Found::File,
            None if self.source.join(path).is_file() => Found::File,
            None => Found::Nothing,
        }
    }

    fn is_generated(&self, path: &str) -> bool {
        let listed = |name: &&str| {
            let name = name.trim_start_matches('/');
            name == path || (name.ends_with('/') && (path.starts_with(name) || name == format!("{path}/")))
        };
        self.generated.iter().any(listed) || self.redirects.iter().any(|from| from == path)
    }
}

/// The HTML that mdBook makes of a page: `README.md` becomes `index.html`.
fn html_of(page: &str) -> String {
    let stem = page.strip_suffix(".md").unwrap_or(page);
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    let name = if name.eq_ignore_ascii_case("readme") { "index" } else { name };
    if folder.is_empty() { format!("{name}.html") } else { format!("{folder}/{name}.html") }
}

fn index_beside(path: &str) -> String {
    Path::new(path).with_file_name("index.md").to_string_lossy().replace('\\', "/")
}
