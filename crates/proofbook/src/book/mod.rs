//! An mdBook on disk: finds it, and builds it in process, so that no `mdbook` binary is needed.
//!
//! - [`shelf`]: the editions that `serve` has built, and what went wrong with the newest
//! - [`watch`]: tells which files of the book were saved
//! - [`offline`]: the zip that opens without a server

pub(crate) mod offline;
pub(crate) mod shelf;
pub(crate) mod watch;

use crate::failure::Failure;
use crate::support::organisation;
use crate::{exit, log, provided};
use anyhow::{Context, anyhow};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;
use proofbook_gate::Settings;
use proofbook_gate::preprocess::Preprocess;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The file that makes a folder a book.
const CONFIG: &str = "book.toml";
/// Where the gate leaves what the last whole run showed, in its own folder.
pub(crate) const COVERAGE: &str = "coverage.md";
/// What a book without a title is called.
const UNTITLED: &str = "Book";

/// A book: a folder with a `book.toml`.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    root: PathBuf,
}

/// What a build made.
#[derive(Debug)]
pub(crate) struct Built {
    /// The book's title.
    pub(crate) title: String,
    /// Pages that have a text; draft chapters are not counted.
    pub(crate) pages: usize,
}

impl Book {
    /// The book in `folder`, or without one the nearest from the current folder upwards.
    pub(crate) fn find(folder: Option<&Path>) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let start = folder.map_or(here.clone(), |folder| here.join(folder));
        let upwards = if folder.is_some() { 1 } else { usize::MAX };
        let root = start.ancestors().take(upwards).find(|folder| folder.join(CONFIG).is_file());
        let Some(root) = root else {
            let failure = Failure::new(exit::USAGE, "there is no book here")
                .at(start.display().to_string())
                .fix("go to a folder with a book.toml, or name it: --book DIR");
            return Err(failure.into());
        };
        // Saved files are reported by their real paths: compare like with like.
        let root = root.canonicalize().with_context(|| format!("{} can't be entered", root.display()))?;
        Ok(Self { root })
    }

    /// The folder that holds `book.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes the HTML of the book into `destination`, emptying that first.
    ///
    /// `live_reload` is where the pages listen for a newer edition, without the leading slash.
    pub(crate) fn build_into(&self, destination: &Path, live_reload: Option<&str>) -> anyhow::Result<Built> {
        let mut config = self.config()?;
        // mdBook's default writes an empty page for each one that SUMMARY.md names: a build never writes into the source.
        config.build.create_missing = false;
        config.build.build_dir = destination.to_path_buf();
        let mut html = config.get::<Value>("output.html")?.unwrap_or_else(|| json!({}));
        if let Some(endpoint) = live_reload {
            html["live-reload-endpoint"] = json!(endpoint);
            // The 404 page finds its styles by this, and the server has the book at its root wherever it is published.
            html["site-url"] = json!("/");
        }
        // Other renderers would run programs that a reader's machine need not have, and change the folder of this one.
        config.set("output", json!({ "html": html }))?;

        let title = config.book.title.clone().unwrap_or_else(|| UNTITLED.to_owned());
        let source = config.book.src.clone();
        let mut book = MDBook::load_with_config(&self.root, config).map_err(|error| {
            self.fault("the book's pages can't be loaded", &source.join("SUMMARY.md"))
                .fix("write the page, or make it a draft with an empty link: [Title]()")
                .because(error)
        })?;
        let settings = Settings::of(&book.config).map_err(|reason| {
            self.fault("the book's configuration is broken", Path::new(CONFIG))
                .fix("mend book.toml")
                .because(anyhow!(reason))
        })?;
        let contract = settings.load_contract(&self.root).map_err(|error| {
            self.fault("the contract can't be used", &settings.contract).fix("mend what is named above").because(error)
        })?;
        let provided = provided::all(&self.root, &self.root.join(&settings.state).join(COVERAGE))?;
        book.with_preprocessor(Preprocess::new(contract, settings, provided));
        // It takes the place of the program of the same name that book.toml gives for stock mdBook.
        book.with_preprocessor(mdbook_mermaid::Mermaid);
        let (outcome, logged) = log::with_errors_of_mdbook(|| book.build());
        let outcome = match (outcome, logged.is_empty()) {
            (Ok(()), false) => Err(anyhow!(logged.join("\n"))),
            (outcome, _) => outcome,
        };
        outcome.map_err(|error| {
            self.fault("the book can't be built", &source).fix("mend what is named above").because(error)
        })?;
        let pages = book.iter().filter(|item| matches!(item, BookItem::Chapter(page) if !page.is_draft_chapter()));
        Ok(Built { title, pages: pages.count() })
    }

    /// What to watch for changes: the pages, the theme, the configuration and its `extra-watch-dirs`, and what pages take their
    /// text from, which exist.
    pub(crate) fn watched(&self) -> anyhow::Result<Vec<PathBuf>> {
        let config = self.config()?;
        let theme = config.get::<PathBuf>("output.html.theme")?.unwrap_or_else(|| "theme".into());
        let review = Settings::of(&config).unwrap_or_default().review;
        let mut paths = vec![PathBuf::from(CONFIG), config.book.src.clone(), theme, "contract".into(), review];
        paths.push(organisation::FILE.into());
        paths.extend(config.build.extra_watch_dirs.iter().cloned());
        let mut paths: Vec<_> = paths.into_iter().map(|path| self.root.join(path)).collect();
        paths.retain(|path| path.exists());
        Ok(paths)
    }

    fn config(&self) -> anyhow::Result<Config> {
        let read = || {
            let mut config = Config::from_disk(self.root.join(CONFIG))?;
            config.update_from_env()?;
            Ok(config)
        };
        read().map_err(|error: anyhow::Error| {
            self.fault("the book's configuration is broken", Path::new(CONFIG))
                .fix("mend book.toml, or the MDBOOK_… variable named above")
                .because(error)
                .into()
        })
    }

    fn fault(&self, title: &str, place: &Path) -> Failure {
        Failure::new(exit::FOUND, title).at(self.root.join(place).display().to_string())
    }
}
