//! References that Markdown does not take for any, since nothing defines them: the reader sees their brackets.

use std::sync::LazyLock;

use mdbook_markdown::MarkdownOptions;
use regex::Regex;

use crate::finding::{Code, Finding};
use crate::lines::Lines;
use crate::pages::Page;
use crate::plain::Plain;

/// `[text][name]` that is left as text, but not `list[0][1]`; and `[^name]`.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w\]])(\[[^\[\]|]+\]\[([^\[\]|]*)\])|(\[\^[^\[\]\s|]+\])").expect("a valid expression")
});

/// The references of a page that lead nowhere.
pub(super) fn references(page: &Page, options: &MarkdownOptions) -> Vec<Finding> {
    let plain = Plain::of(page.text(), options);
    let lines = Lines::of(page.text());
    let finding = |found: regex::Captures<'_>| {
        let (whole, footnote) = match (found.get(1), found.get(3)) {
            (Some(link), _) => (link, false),
            (None, Some(footnote)) => (footnote, true),
            (None, None) => return None,
        };
        let place = page.place(lines.at(whole.start()));
        let text = page.text().get(whole.range()).unwrap_or_default();
        Some(if footnote {
            let help = format!("define it on this page: `{text}: …`");
            Finding::new(Code::DeadAnchor, place, format!("the footnote `{text}` is not defined"), help)
        } else {
            let help = "define the name between the last brackets on this page: `[name]: address`";
            Finding::new(Code::DeadLink, place, format!("the link `{text}` is not defined"), help)
        })
    };
    REFERENCE.captures_iter(&plain.text).filter_map(finding).collect()
}
