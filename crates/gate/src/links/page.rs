//! What a page links to, and where it can be linked to, read with mdBook's own parser.

use std::collections::{HashMap, HashSet};

use mdbook_markdown::pulldown_cmark::{Event, LinkType, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use super::{html, ids};

/// A link or picture of a page.
#[derive(Debug)]
pub(super) struct Link {
    /// Where it begins in the page's text.
    pub(super) offset: usize,
    /// The address as it stands.
    pub(super) target: String,
    /// For a picture, the text for those who can't see it.
    pub(super) alt: Option<String>,
}

/// A page's links and anchors.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) links: Vec<Link>,
    /// The ids that an address can name after `#`.
    pub(super) anchors: HashSet<String>,
}

/// Reads a page's text.
pub(super) fn read(text: &str, options: &MarkdownOptions) -> Linked {
    let mut reader = Reader::default();
    for (event, range) in new_cmark_parser(text, options).into_offset_iter() {
        reader.take(event, range.start);
    }
    let footnotes = reader.footnotes.keys().filter(|name| reader.defined.contains(*name));
    reader.page.anchors.extend(footnotes.map(|name| format!("footnote-{name}")));
    reader.page
}

#[derive(Default)]
struct Reader {
    page: Linked,
    /// The text of the heading that is open, and the id that it gives itself.
    heading: Option<(String, Option<String>)>,
    /// The picture that is open. What stands in it is its description.
    picture: Option<Link>,
    html: Option<Html>,
    generated: HashSet<String>,
    footnotes: HashMap<String, (usize, usize)>,
    defined: HashSet<String>,
}

/// A block of HTML, with where its pieces come from.
#[derive(Default)]
struct Html {
    text: String,
    pieces: Vec<(usize, usize)>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) if link_type != LinkType::Email => {
                self.page.links.push(Link { offset, target: dest_url.into_string(), alt: None });
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.picture = Some(Link { offset, target: dest_url.into_string(), alt: Some(String::new()) });
            }
            Event::End(TagEnd::Image) => self.page.links.extend(self.picture.take()),
            Event::Start(Tag::Heading { id, .. }) => {
                self.heading = Some((String::new(), id.map(|id| id.into_string())));
            }
            Event::Start(Tag::DefinitionListTitle) => self.heading = Some((String::new(), None)),
            Event::End(TagEnd::Heading(_) | TagEnd::DefinitionListTitle) => self.end_heading(),
            Event::Start(Tag::HtmlBlock) => self.html = Some(Html::default()),
            Event::End(TagEnd::HtmlBlock) => self.end_html(),
            Event::InlineHtml(tag) => self.html(&tag, |_| offset),
            Event::Html(text) | Event::Text(text) | Event::Code(text) => self.text(&text, offset),
            Event::SoftBreak => self.text("\n", offset),
            Event::Start(Tag::FootnoteDefinition(name)) => {
                self.defined.insert(name.into_string());
            }
            Event::FootnoteReference(name) => self.footnote(&name),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, offset: usize) {
        if let Some(html) = &mut self.html {
            html.pieces.push((html.text.len(), offset));
            html.text.push_str(text);
        } else if let Some(Link { alt: Some(alt), .. }) = &mut self.picture {
            alt.push_str(text);
        } else if let Some((heading, _)) = &mut self.heading {
            heading.push_str(text);
        }
    }

    fn end_heading(&mut self) {
        let Some((text, own)) = self.heading.take() else { return };
        let id = own.unwrap_or_else(|| ids::unique(ids::from_content(&text), &mut self.generated));
        self.page.anchors.insert(id);
    }

    /// mdBook numbers footnotes in the order of their first use, and the number is text: of a heading too.
    fn footnote(&mut self, name: &str) {
        let next = self.footnotes.len() + 1;
        let (number, uses) = self.footnotes.entry(name.to_owned()).or_insert((next, 0));
        *uses += 1;
        let (number, id) = (number.to_string(), format!("fr-{name}-{uses}"));
        self.page.anchors.insert(id);
        if let Some((heading, _)) = &mut self.heading {
            heading.push_str(&number);
        }
    }

    fn end_html(&mut self) {
        let Some(Html { text, pieces }) = self.html.take() else { return };
        self.html(&text, |at| {
            let piece = pieces.iter().rev().find(|(start, _)| *start <= at);
            piece.map_or(0, |(start, offset)| offset + at - start)
        });
    }

    fn html(&mut self, text: &str, place: impl Fn(usize) -> usize) {
        for tag in html::tags(text) {
            let offset = place(tag.offset);
            self.page.anchors.extend(tag.attribute("id").map(str::to_owned));
            match tag.name.as_str() {
                "a" => {
                    self.page.anchors.extend(tag.attribute("name").map(str::to_owned));
                    self.link(offset, tag.attribute("href"), None);
                }
                "img" => self.link(offset, tag.attribute("src"), tag.attribute("alt").or(Some(""))),
                "area" | "link" => self.link(offset, tag.attribute("href"), None),
                _ => self.link(offset, tag.attribute("src"), None),
            }
        }
    }

    fn link(&mut self, offset: usize, target: Option<&str>, alt: Option<&str>) {
        let Some(target) = target else { return };
        self.page.links.push(Link { offset, target: target.to_owned(), alt: alt.map(str::to_owned) });
    }
}
