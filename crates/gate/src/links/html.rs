//! The tags of raw HTML, with their attributes. It is no parser: it finds what a well-formed tag says.

use std::sync::LazyLock;

use regex::Regex;

/// A comment, or an opening tag with its attributes.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)<!--.*?-->|<([A-Za-z][A-Za-z0-9-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>"#).expect("a valid expression")
});

/// An attribute: a name, and a value in one of three forms.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?"#).expect("a valid expression")
});

/// An opening tag.
#[derive(Debug)]
pub(super) struct Tag {
    /// Where it begins in the HTML.
    pub(super) offset: usize,
    /// Its name, in lower case.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value; empty if the attribute has none.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The opening tags of some HTML, in order.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let tag = |found: regex::Captures<'_>| {
        let (whole, name) = (found.get(0)?, found.get(1)?);
        let attributes = ATTRIBUTE.captures_iter(found.get(2)?.as_str()).filter_map(|attribute| {
            let value = (2..=4).find_map(|group| attribute.get(group)).map_or("", |value| value.as_str());
            Some((attribute.get(1)?.as_str().to_lowercase(), decode(value)))
        });
        Some(Tag { offset: whole.start(), name: name.as_str().to_lowercase(), attributes: attributes.collect() })
    };
    TAG.captures_iter(html).filter_map(tag).collect()
}

/// The few references that addresses and descriptions need.
pub(crate) fn decode(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
