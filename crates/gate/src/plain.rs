//! A Markdown text with all but its words blanked: what the reader sees outside code, at the same bytes.
//!
//! Line ends and the bars of tables are left too, so that a search can tell lines and cells apart.

use std::ops::Range;

use mdbook_markdown::pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

/// A text in which code, markup and addresses are blank.
#[derive(Debug)]
pub(crate) struct Plain {
    /// As long as the text it was made of.
    pub(crate) text: String,
    /// Its paragraphs, items, headings and table rows. One can lie in another.
    passages: Vec<Passage>,
}

/// A piece of text that is read as one.
#[derive(Debug)]
pub(crate) struct Passage {
    /// Its bytes.
    pub(crate) range: Range<usize>,
    /// The headings above it as they stand, from the page's title on.
    pub(crate) headings: Vec<String>,
    /// Whether it is a row of a table.
    pub(crate) row: bool,
}

impl Plain {
    /// Of a page's text.
    pub(crate) fn of(text: &str, options: &MarkdownOptions) -> Self {
        let mut kept = blank(text);
        let mut passages: Vec<Passage> = Vec::new();
        let mut headings: Vec<(HeadingLevel, String)> = Vec::new();
        let mut verbatim = 0_usize;
        for (event, range) in new_cmark_parser(text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => verbatim += 1,
                Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => verbatim = verbatim.saturating_sub(1),
                Event::Start(Tag::Heading { level, .. }) => {
                    headings.retain(|(above, _)| *above < level);
                    passages.push(Passage { range, headings: names(&headings), row: false });
                }
                Event::End(TagEnd::Heading(level)) => {
                    headings.push((level, text.get(range).unwrap_or_default().trim().to_owned()));
                }
                Event::Start(Tag::Paragraph | Tag::Item) => {
                    passages.push(Passage { range, headings: names(&headings), row: false });
                }
                Event::Start(Tag::TableRow | Tag::TableHead) => {
                    passages.push(Passage { range, headings: names(&headings), row: true });
                }
                Event::Text(_) if verbatim == 0 => {
                    if let (Some(to), Some(from)) = (kept.get_mut(range.clone()), text.as_bytes().get(range)) {
                        to.copy_from_slice(from);
                    }
                }
                _ => {}
            }
        }
        // Only whole characters were copied, each to its own place.
        let text = String::from_utf8(kept).unwrap_or_default();
        Self { text, passages }
    }

    /// The innermost passage that a byte is in.
    pub(crate) fn passage(&self, offset: usize) -> Option<&Passage> {
        self.passages.iter().filter(|passage| passage.range.contains(&offset)).min_by_key(|passage| passage.range.len())
    }
}

/// Nothing but the ends of lines and bars.
fn blank(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if matches!(byte, b'\n' | b'|') { byte } else { b' ' }).collect()
}

fn names(headings: &[(HeadingLevel, String)]) -> Vec<String> {
    headings.iter().map(|(_, name)| name.clone()).collect()
}
