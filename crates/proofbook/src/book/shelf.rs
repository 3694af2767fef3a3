//! The editions of a book that `serve` has built.
//!
//! Each edition is built into a fresh folder and then put in front, so a reader never sees a half-built book. The one before
//! it is kept too: a page that was being loaded at that moment still finds its styles and scripts.

use super::{Book, Built};
use crate::failure;
use crate::web::live;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::broadcast;

/// Readers that are behind by more changes than this just get the newest: one reload shows it.
const CHANGES_KEPT: usize = 16;

/// One build of the book.
#[derive(Debug)]
pub(crate) struct Edition {
    /// Counted from 1.
    pub(crate) number: u64,
    /// What was built.
    pub(crate) built: Built,
    /// How long it took.
    pub(crate) took: Duration,
    folder: TempDir,
}

impl Edition {
    fn build(book: &Book, number: u64) -> anyhow::Result<Self> {
        let start = Instant::now();
        let folder = TempDir::with_prefix("proofbook-")?;
        let built = book.build_into(folder.path(), Some(&live::endpoint(number)))?;
        Ok(Self { number, built, took: start.elapsed(), folder })
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// What readers get at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    /// The last edition that could be built.
    pub(crate) edition: Arc<Edition>,
    /// The one before it.
    pub(crate) previous: Option<Arc<Edition>>,
    /// Why what was saved last could not be built.
    pub(crate) fault: Option<String>,
}

/// The editions of one book.
#[derive(Debug)]
pub(crate) struct Shelf {
    book: Book,
    front: Mutex<Front>,
    changes: broadcast::Sender<()>,
}

impl Shelf {
    /// Builds the first edition; without one there is nothing to serve.
    pub(crate) fn open(book: Book) -> anyhow::Result<Self> {
        let edition = Arc::new(Edition::build(&book, 1)?);
        let front = Front { edition, previous: None, fault: None };
        Ok(Self { book, front: Mutex::new(front), changes: broadcast::Sender::new(CHANGES_KEPT) })
    }

    /// What readers get at the moment.
    pub(crate) fn front(&self) -> Front {
        self.lock().clone()
    }

    /// Builds another edition and puts it in front. If it can't be built the last one stays, and readers are told why.
    pub(crate) fn renew(&self) -> anyhow::Result<Arc<Edition>> {
        let number = self.lock().edition.number + 1;
        let outcome = Edition::build(&self.book, number).map(Arc::new);
        let mut front = self.lock();
        match &outcome {
            Ok(edition) => {
                let last = std::mem::replace(&mut front.edition, Arc::clone(edition));
                front.previous = Some(last);
                front.fault = None;
            }
            Err(error) => front.fault = Some(failure::describe(error)),
        }
        drop(front);
        // An error only says that nobody is reading at the moment.
        let _ = self.changes.send(());
        outcome
    }

    /// Gets a message after each change of what readers get.
    pub(crate) fn changes(&self) -> broadcast::Receiver<()> {
        self.changes.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Front> {
        // No code panics between two writes to it, so what a poisoned lock holds is whole.
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
