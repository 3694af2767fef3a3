//! Reads the pages of an mdBook as the reader sees them, and the Rust blocks on them.
//!
//! A block is a fence. What is tested is what the reader sees, so a page's includes are expanded first, by mdBook
//! itself, and every line keeps the page and line it came from: whatever fails names a place that a writer can open.
//! Nothing is exempt: a page that no reader can reach and a block that asks to be skipped are errors.
//!
//! This crate knows no API and starts no sandbox. It does not render HTML, and it does not compile or run anything by
//! itself: `tests/blocks` does that with what it finds here.
//!
//! - [`pages`]: a book's pages in the order of `SUMMARY.md`, expanded, with a line map back to their source
//! - [`blocks`]: the fences on a page, and what their info strings ask for
//! - [`rust`]: what skeptic extracted, held against what the reader sees, as modules whose line numbers are the page's
//! - [`process`]: one program run within limits of time and output
//! - [`failure`]: what a block that failed says: place, text, what came, and how to run it again
//! - [`Error`]: every cause for which a book can't be read, with page and line

pub mod blocks;
mod error;
pub mod failure;
pub mod pages;
pub mod process;
pub mod rust;

pub use blocks::Block;
pub use error::{Error, Place};
pub use pages::{Book, Page};
