//! What a page's prose sets apart as names: code spans, the text of links, and table cells of one word.

use std::sync::LazyLock;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;

use crate::lines::Lines;
use crate::links::html;
use crate::pages::Page;

/// A name on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// The line in the expanded page, counted from 1.
    pub(super) line: usize,
    /// It as the reader sees it.
    pub(super) text: String,
    /// Whether it is set as code. Other text is a name only if it can be nothing else.
    pub(super) code: bool,
}

/// Code in a block of HTML.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static HTML_CODE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<code(?:\s[^>]*)?>([^<]*)</code>").expect("a valid expression"));

/// The names on a page, in order.
pub(super) fn of(page: &Page) -> Vec<Span> {
    let mut reader = Reader { lines: Lines::of(page.text()), spans: Vec::new(), open: Vec::new(), code: None };
    let mut html: Option<(usize, String)> = None;
    let mut fenced = false;
    for (event, range) in new_cmark_parser(page.text(), &page.markdown_options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => fenced = true,
            Event::End(TagEnd::CodeBlock) => fenced = false,
            Event::Start(Tag::HtmlBlock) => html = Some((range.start, String::new())),
            Event::End(TagEnd::HtmlBlock) => {
                if let Some((start, text)) = html.take() {
                    reader.html(start, &text);
                }
            }
            Event::Html(text) | Event::Text(text) if html.is_some() => {
                if let Some((_, html)) = &mut html {
                    html.push_str(&text);
                }
            }
            Event::Start(Tag::Link { .. } | Tag::TableCell) => reader.open.push(Some((range.start, String::new()))),
            Event::End(TagEnd::Link | TagEnd::TableCell) => reader.close(),
            Event::Code(text) => reader.code(range.start, &text),
            Event::InlineHtml(tag) => reader.tag(&tag, range.start),
            Event::Text(text) if !fenced => reader.text(&text),
            Event::SoftBreak | Event::HardBreak => reader.text(" "),
            _ => {}
        }
    }
    reader.spans
}

struct Reader {
    lines: Lines,
    spans: Vec<Span>,
    /// The links and cells that are open, with their texts; nothing for one that has code in it.
    open: Vec<Option<(usize, String)>>,
    /// The `<code>` that is open.
    code: Option<(usize, String)>,
}

impl Reader {
    fn code(&mut self, offset: usize, text: &str) {
        // Its cell or link is judged by it.
        self.open.iter_mut().for_each(|open| *open = None);
        self.push(offset, text, true);
    }

    fn text(&mut self, text: &str) {
        for (_, known) in self.open.iter_mut().flatten() {
            known.push_str(text);
        }
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
        }
    }

    fn tag(&mut self, tag: &str, offset: usize) {
        if tag.starts_with("<code") {
            self.code = Some((offset, String::new()));
        } else if tag.starts_with("</code")
            && let Some((offset, text)) = self.code.take()
        {
            self.code(offset, &text);
        }
    }

    fn close(&mut self) {
        if let Some(Some((offset, text))) = self.open.pop()
            && !text.trim().contains(char::is_whitespace)
        {
            // A link that is all of a cell is judged once.
            self.open.iter_mut().for_each(|open| *open = None);
            self.push(offset, &text, false);
        }
    }

    fn html(&mut self, start: usize, html: &str) {
        for found in HTML_CODE.captures_iter(html).filter_map(|captures| captures.get(1)) {
            let line = html.get(..found.start()).unwrap_or_default().matches('\n').count();
            let line = self.lines.at(start) + line;
            self.spans.push(Span { line, text: html::decode(found.as_str()), code: true });
        }
    }

    fn push(&mut self, offset: usize, text: &str, code: bool) {
        let text = text.trim();
        if !text.is_empty() {
            self.spans.push(Span { line: self.lines.at(offset), text: text.to_owned(), code });
        }
    }
}
