//! What the pages around the sandbox need to know.

use crate::book::shelf::Shelf;
use crate::contract::Document;
use std::sync::OnceLock;

/// Shared by all that answers.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The book.
    pub(crate) shelf: Shelf,
    /// The contract as it was at the start: the sandbox answers by the same.
    pub(crate) contract: Document,
    /// The sandbox's ready-made key. Set once the sandbox runs, which is after it was told what to answer besides.
    pub(crate) key: OnceLock<String>,
}
