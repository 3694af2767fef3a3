//! The fences on a page, and what their info strings ask for.
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
const ATTRIBUTES: [&str; 4] = ["should_panic", "status", "editable", "noplayground"];

/// What opens a group of blocks that do one thing in several languages.
const TABS: &str = "<div class=\"tabs\">";

/// A fence of a page.
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
    /// Which heading of the page that is, counted from 1; 0 above the first.
    pub section: usize,
    /// The fence's info string as it stands.
    pub info: String,
    /// The first word of the info string; nothing for a fence without one and for an indented block.
    pub language: String,
    /// What follows the language, in order.
    pub attributes: Vec<Attribute>,
    /// Which group of tabs of the page it belongs to, if it does, counted from 1.
    pub tabs: Option<usize>,
    /// Whether its closing fence is there.
    pub closed: bool,
    /// Whether the block must fail by a panic.
    pub should_panic: bool,
    /// The block's lines, hidden ones too, in the expanded page's order.
    pub lines: Vec<Line>,
}

/// A word of an info string: `continues`, or `status=404`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What stands before the `=`.
    pub name: String,
    /// What stands after it.
    pub value: Option<String>,
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

    /// What the compiler of a Rust block gets: every line, hidden ones without their `# `.
    pub fn code(&self) -> String {
        self.lines.iter().map(|line| format!("{}\n", code_of(&line.text))).collect()
    }

    /// What the program of a block in another language gets: every line, hidden ones without the sign that hides them.
    pub fn program(&self, page: &Page) -> String {
        let Some(sign) = page.hidelines(&self.language) else {
            return self.lines.iter().map(|line| format!("{}\n", line.text)).collect();
        };
        let bare = |line: &Line| match line.hidden {
            true => line.text.replacen(sign, "", 1),
            false => line.text.clone(),
        };
        self.lines.iter().map(|line| bare(line) + "\n").collect()
    }

    /// What the reader sees, every line with its end.
    pub fn shown(&self) -> String {
        self.lines.iter().filter(|line| !line.hidden).map(|line| format!("{}\n", line.text)).collect()
    }

    /// Whether the info string has this word, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.name == name)
    }

    /// The value of the first attribute of this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The values of all attributes of this name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter(move |one| one.name == name).filter_map(|one| one.value.as_deref())
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
    let mut found = Vec::new();
    for block in blocks(page) {
        if is_rust(&block)? {
            found.push(block);
        }
    }
    Ok(found)
}

/// All fences of a page, in its order, and its indented blocks.
pub fn blocks(page: &Page) -> Vec<Block> {
    let options = page.markdown_options();
    let mut lines = LineCounter::new(page.text());
    let mut blocks: Vec<Block> = Vec::new();
    let (mut heading, mut section): (Option<String>, usize) = (None, 0);
    let mut open_heading: Option<String> = None;
    let mut open_block: Option<(usize, Option<String>, String, bool)> = None;
    let (mut groups, mut tabs) = (0, None);

    for (event, range) in new_cmark_parser(page.text(), &options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => open_heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                section += 1;
                heading = open_heading.take();
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let line = lines.line_at(range.start);
                let source = page.text().get(range).unwrap_or_default();
                open_block = Some(match kind {
                    CodeBlockKind::Fenced(info) => (line, Some(info.to_string()), String::new(), is_closed(source)),
                    CodeBlockKind::Indented => (line, None, String::new(), true),
                });
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, _, code, _)) = &mut open_block {
                    code.push_str(&text);
                } else if let Some(heading) = &mut open_heading {
                    heading.push_str(&text);
                }
            }
            Event::Html(html) => {
                if html.contains(TABS) {
                    groups += 1;
                    tabs = Some(groups);
                } else if html.contains("</div>") {
                    tabs = None;
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((line, info, code, closed)) = open_block.take() {
                    let mut block = block(page, line, info, &code);
                    block.heading.clone_from(&heading);
                    (block.section, block.tabs, block.closed) = (section, tabs, closed);
                    block.nth += blocks.iter().filter(|earlier| earlier.place == block.place).count();
                    blocks.push(block);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Where a page has code in raw HTML, which no reader of Markdown can tell from other code, and no fence speaks for.
pub fn raw_code(page: &Page) -> Vec<Place> {
    let mut lines = LineCounter::new(page.text());
    let mut places = Vec::new();
    for (event, range) in new_cmark_parser(page.text(), &page.markdown_options()).into_offset_iter() {
        if let Event::Html(html) | Event::InlineHtml(html) = event
            && let Some(at) = html.to_ascii_lowercase().find("<pre")
        {
            places.push(page.place(lines.line_at(range.start + at)));
        }
    }
    places
}

fn block(page: &Page, expanded_line: usize, info: Option<String>, code: &str) -> Block {
    let first = if info.is_some() { expanded_line + 1 } else { expanded_line };
    let info = info.unwrap_or_default();
    let mut words = info.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let language = words.next().unwrap_or_default().to_owned();
    let attributes = words
        .map(|word| match word.split_once('=') {
            Some((name, value)) => Attribute { name: name.to_owned(), value: Some(value.to_owned()) },
            None => Attribute { name: word.to_owned(), value: None },
        })
        .collect();
    let sign = page.hidelines(&language);
    let hidden = |text: &str| match sign {
        _ if language == "rust" => is_hidden(text),
        Some(sign) => text.trim_start().starts_with(sign),
        None => false,
    };
    let lines = code.lines().enumerate().map(|(index, text)| Line {
        number: page.place(first + index).line,
        text: text.to_owned(),
        hidden: hidden(text),
    });
    let lines = lines.collect();
    let should_panic = words_of_rust(&info).any(|word| word == "should_panic");
    Block {
        place: page.place(expanded_line),
        nth: 1,
        expanded_line,
        heading: None,
        section: 0,
        language,
        attributes,
        tabs: None,
        closed: true,
        should_panic,
        lines,
        info,
    }
}

/// Whether a fence's text ends with a closing fence: as many of the opening sign, and nothing else (CommonMark 0.31.2,
/// section 4.5). In a quotation or a list, what stands before the fence is passed over.
fn is_closed(source: &str) -> bool {
    let opening: String = source.chars().take_while(|c| matches!(c, '`' | '~')).collect();
    let Some((_, after)) = source.trim_end().split_once('\n') else { return false };
    let last = after.lines().next_back().unwrap_or_default().trim_end();
    let rest = last.trim_end_matches(['`', '~']);
    last.len() - rest.len() >= opening.len() && rest.chars().all(|c| c == '>' || c.is_whitespace())
}

/// Whether a block is one of Rust, and one that can be proven.
fn is_rust(block: &Block) -> Result<bool, Error> {
    let mut words = words_of_rust(&block.info);
    let first = words.next().unwrap_or_default();
    let nearly = first.eq_ignore_ascii_case("rust") || first.eq_ignore_ascii_case("rs");
    if first != "rust" {
        // Skeptic runs whatever has the word anywhere; mdBook goes by the first one.
        if nearly || words.any(|word| word == "rust") {
            return Err(Error::NearlyRust { place: block.place.clone(), info: block.info.clone() });
        }
        return Ok(false);
    }
    let unknown = |word: &&str| !ATTRIBUTES.contains(word) && !word.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(attribute) = words.find(unknown) {
        let (place, exempt) = (block.place.clone(), EXEMPTIONS.contains(&attribute));
        let attribute = attribute.to_owned();
        return Err(if exempt { Error::Exempt { place, attribute } } else { Error::Attribute { place, attribute } });
    }
    if let Some(line) = block.lines.iter().find(|line| line.text.trim_start().starts_with("##")) {
        return Err(Error::DoubleHash { place: Place { page: block.place.page.clone(), line: line.number } });
    }
    if block.lines.iter().all(|line| line.text.trim().is_empty()) {
        return Err(Error::EmptyBlock { place: block.place.clone() });
    }
    Ok(true)
}

/// The first thing for which a Rust block can't be proven.
///
/// # Errors
/// That thing; as [`rust_blocks`].
pub fn check_rust(block: &Block) -> Result<(), Error> {
    is_rust(block).map(|_| ())
}

/// Whether a word of an info string asks for a block not to be proven.
pub(crate) fn is_exemption(word: &str) -> bool {
    EXEMPTIONS.contains(&word)
}

/// An info string's words, divided as skeptic divides them.
fn words_of_rust(info: &str) -> impl Iterator<Item = &str> {
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
