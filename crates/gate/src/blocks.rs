//! The fences on a page, and what their info strings ask for. For now only Rust's.
//!
//! The Markdown is read by mdBook's own parser, so a fence in a list, a quotation or between tildes is a block exactly if
//! the reader sees it as one.

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::Error;
use crate::error::Place;
use crate::pages::{Book, Page};

/// Info strings that ask for a block not to be proven.
const EXEMPTIONS: [&str; 6] = ["ignore", "no_run", "compile_fail", "test_harness", "standalone", "standalone_crate"];

/// What else a Rust block's info string may hold: how it fails, and mdBook's words for its buttons.
const ATTRIBUTES: [&str; 3] = ["should_panic", "editable", "noplayground"];

/// A Rust block of a page.
#[derive(Debug, Clone)]
pub struct Block {
    /// The opening fence in the page's source; for a fence that an include brings, the line of the directive.
    pub place: Place,
    /// Which of the blocks at this place it is, counted from 1: one include can bring several.
    pub nth: usize,
    /// The opening fence's line in the expanded page, counted from 1.
    pub expanded_line: usize,
    /// The text of the nearest heading above, of any level.
    pub heading: Option<String>,
    /// The fence's info string as it stands.
    pub info: String,
    /// Whether the block must fail by a panic.
    pub should_panic: bool,
    /// The block's lines, hidden ones too, in the expanded page's order.
    pub lines: Vec<Line>,
}

/// A line of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line in the page's source, counted from 1; for an included line, that of the directive.
    pub number: usize,
    /// The line as it stands on the expanded page, without the fence's indentation and the line's end.
    pub text: String,
    /// Whether the reader does not see it.
    pub hidden: bool,
}

impl Block {
    /// The block's name, unique in the book: `src/api.md:12`, and `src/api.md:12.2` for the second block that the include
    /// on that line brings.
    pub fn name(&self) -> String {
        match self.nth {
            1 => self.place.to_string(),
            nth => format!("{}.{nth}", self.place),
        }
    }

    /// What the compiler gets: every line, hidden ones without their `# `.
    pub fn code(&self) -> String {
        self.lines.iter().map(|line| format!("{}\n", code_of(&line.text))).collect()
    }
}

impl Book {
    /// The Rust blocks of the whole book, page by page.
    ///
    /// # Errors
    /// As [`rust_blocks`], on the first page that has one.
    pub fn rust_blocks(&self) -> Result<Vec<Block>, Error> {
        let mut blocks = Vec::new();
        for page in self.pages() {
            blocks.extend(rust_blocks(page)?);
        }
        Ok(blocks)
    }
}

/// The Rust blocks of a page, in its order.
///
/// # Errors
/// [`Error::Exempt`], [`Error::Attribute`], [`Error::NearlyRust`], [`Error::EmptyBlock`], [`Error::DoubleHash`].
pub fn rust_blocks(page: &Page) -> Result<Vec<Block>, Error> {
    let options = page.markdown_options();
    let mut lines = LineCounter::new(page.text());
    let mut blocks: Vec<Block> = Vec::new();
    let mut heading: Option<String> = None;
    let mut open_heading: Option<String> = None;
    let mut open_block: Option<(usize, String, String)> = None;

    for (event, range) in new_cmark_parser(page.text(), &options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => open_heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => heading = open_heading.take(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = lines.line_at(range.start);
                if is_rust(&page.place(line), &info)? {
                    open_block = Some((line, info.to_string(), String::new()));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, _, code)) = &mut open_block {
                    code.push_str(&text);
                } else if let Some(heading) = &mut open_heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((line, info, code)) = open_block.take() {
                    let mut block = block(page, line, info, &code)?;
                    block.heading.clone_from(&heading);
                    block.nth += blocks.iter().filter(|earlier| earlier.place == block.place).count();
                    blocks.push(block);
                }
            }
            _ => {}
        }
    }
    Ok(blocks)
}

fn block(page: &Page, expanded_line: usize, info: String, code: &str) -> Result<Block, Error> {
    let place = page.place(expanded_line);
    let mut lines = Vec::new();
    for (index, text) in code.lines().enumerate() {
        let place = page.place(expanded_line + 1 + index);
        if text.trim_start().starts_with("##") {
            return Err(Error::DoubleHash { place });
        }
        lines.push(Line { number: place.line, text: text.to_owned(), hidden: is_hidden(text) });
    }
    if lines.iter().all(|line| line.text.trim().is_empty()) {
        return Err(Error::EmptyBlock { place });
    }
    let should_panic = words(&info).any(|word| word == "should_panic");
    Ok(Block { place, nth: 1, expanded_line, heading: None, info, should_panic, lines })
}

/// Whether an info string is that of a Rust block, and one that can be proven.
fn is_rust(place: &Place, info: &str) -> Result<bool, Error> {
    let mut words = words(info);
    let first = words.next().unwrap_or_default();
    let nearly = first.eq_ignore_ascii_case("rust") || first.eq_ignore_ascii_case("rs");
    if first != "rust" {
        // Skeptic runs whatever has the word anywhere; mdBook goes by the first one.
        if nearly || words.any(|word| word == "rust") {
            return Err(Error::NearlyRust { place: place.clone(), info: info.to_owned() });
        }
        return Ok(false);
    }
    let Some(attribute) = words.find(|word| !ATTRIBUTES.contains(word)) else { return Ok(true) };
    let (place, exempt) = (place.clone(), EXEMPTIONS.contains(&attribute));
    let attribute = attribute.to_owned();
    Err(if exempt { Error::Exempt { place, attribute } } else { Error::Attribute { place, attribute } })
}

/// An info string's words, divided as skeptic divides them.
fn words(info: &str) -> impl Iterator<Item = &str> {
    info.split(|c: char| !(c == '_' || c == '-' || c.is_alphanumeric())).filter(|word| !word.is_empty())
}

/// Whether mdBook hides this line of a Rust block.
pub(crate) fn is_hidden(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("# ") || line.trim_end() == "#"
}

/// A line without the sign that hides it, as skeptic takes it.
fn code_of(line: &str) -> &str {
    if !is_hidden(line) {
        return line;
    }
    let line = line.trim_start();
    line.strip_prefix("# ").or(line.strip_prefix('#')).unwrap_or(line)
}

/// Counts lines forwards, since a page's fences come in order.
struct LineCounter<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    fn line_at(&mut self, offset: usize) -> usize {
        let passed = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = offset;
        self.line
    }
}
