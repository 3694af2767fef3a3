//! Proves a book: its blocks by running them, its prose by looking it up, its links by following them.
//!
//! A block is a fence. What is tested is what the reader sees, so a page's includes are expanded first, by mdBook
//! itself, and every line keeps the page and line it came from: whatever fails names a place that a writer can open.
//! Nothing is exempt: a page that no reader can reach and a block that asks to be skipped are findings.
//!
//! This crate knows no API: it is told the contract. It does not render HTML, and it prints nothing.
//!
//! - [`pages`]: a book's pages in the order of `SUMMARY.md`, expanded, with a line map back to their source
//! - [`blocks`]: the fences on a page, and what their info strings ask for
//! - [`reference`]: text that pages take from the contract; [`preprocess`]: the same for mdBook; [`feedback`]: the form at the
//!   foot of each page
//! - [`plan`]: which blocks run together, and what each is expected to print
//! - [`run`]: runs a plan against sandboxes and judges what comes of it
//! - [`expected`]: holds output against what a page shows
//! - [`rust`]: what skeptic extracted, held against what the reader sees, as modules whose line numbers are the page's
//! - [`coverage`]: what of the contract the blocks have shown
//! - [`check`]: all that can be said without running anything
//! - [`history`]: released versions of the contract; [`review`]: who looks at which page, and when
//! - [`prose`] and [`links`]: what the text says, and where it points
//! - [`process`] and [`tools`]: programs within limits, and what they need on this machine
//! - [`settings`]: `[preprocessor.proofbook]` in `book.toml`
//! - [`Finding`]: what does not hold, with page and line; [`Error`]: why a book can't be read

pub mod blocks;
pub mod check;
pub mod coverage;
mod error;
pub mod expected;
pub mod feedback;
pub mod finding;
pub mod history;
pub mod lines;
pub mod links;
mod nearest;
pub mod pages;
mod plain;
pub mod plan;
mod pointer;
pub mod preprocess;
pub mod process;
pub mod prose;
pub mod reference;
pub mod report;
pub mod review;
pub mod run;
pub mod rust;
pub mod settings;
pub mod tools;

pub use blocks::Block;
pub use error::{Error, Place};
pub use finding::{Code, Finding};
pub use pages::{Book, Page};
pub use settings::Settings;
