//! Holds skeptic's blocks against the reader's: the same number, in the same places, with the same text.
//!
//! Skeptic reads Markdown with an older parser and none of mdBook's extensions. Where the two disagree on what a fence
//! is, a block would silently never run.

use std::collections::BTreeMap;

use super::Extracted;
use crate::blocks::rust_blocks;
use crate::{Block, Book, Error};

/// Each Rust block that the reader sees with what skeptic extracted for it.
///
/// # Errors
/// [`Error::NotExtracted`], [`Error::NotShown`], [`Error::OtherText`], and those of [`rust_blocks`].
pub fn pair(book: &Book, extracted: &[Extracted]) -> Result<Vec<(Block, Extracted)>, Error> {
    let mut left: BTreeMap<(usize, usize), &Extracted> = BTreeMap::new();
    for test in extracted {
        // Two tests on one line of one page can't be; if they were, one of them would be shown by no block.
        left.insert((test.page, test.line), test);
    }
    let mut pairs = Vec::new();
    for (index, page) in book.pages().iter().enumerate() {
        for block in rust_blocks(page)? {
            let Some(test) = left.remove(&(index, block.expanded_line)) else {
                return Err(Error::NotExtracted { place: block.place });
            };
            if let Some(difference) = difference(&block, test) {
                return Err(Error::OtherText { place: block.place, difference });
            }
            pairs.push((block, test.clone()));
        }
    }
    match left.first_key_value() {
        None => Ok(pairs),
        Some(((page, line), _)) => match book.pages().get(*page) {
            Some(page) => Err(Error::NotShown { place: page.place(*line) }),
            None => Err(Error::Skeptic { offset: 0, reason: "a test names a page that was not handed to skeptic" }),
        },
    }
}

fn difference(block: &Block, test: &Extracted) -> Option<String> {
    if block.should_panic != test.should_panic {
        return Some(format!("the page says should_panic = {}", block.should_panic));
    }
    let code = block.code();
    if code == test.code {
        return None;
    }
    let (mut seen, mut extracted) = (code.lines(), test.code.lines());
    loop {
        match (seen.next(), extracted.next()) {
            (None, None) => return Some("the line ends differ".to_owned()),
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => return Some(format!("{ours:?} is {theirs:?}")),
        }
    }
}
