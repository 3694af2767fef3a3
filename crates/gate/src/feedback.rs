//! The form at the foot of each page: whether it helped, and if not, why.
//!
//! It sends nothing. It opens a new issue, or a mail, with the page and the version filled in, and the reader sends that. As
//! plain HTML it works without scripts and from a file; `name`s are the fields of the issue form, and the browser encodes the
//! values. All its words are attributes: mdBook indexes the text of a page, and a search for "wrong" would find every page.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use mdbook_driver::book::Chapter;
use mdbook_preprocessor::PreprocessorContext;
use proofbook_contract::Contract;

use crate::settings::{Feedback, TABLE};

/// mdBook's search lets no form be sent whose `submit` reaches the document.
const UNHINDERED: &str = "event.stopPropagation()";
/// What stands first in the list of reasons, and names the form.
const QUESTION: &str = "Was this page helpful?";

/// The form of a book's pages.
#[derive(Debug)]
pub struct Form<'a> {
    feedback: &'a Feedback,
    /// Where a new issue is opened.
    issues: Option<String>,
    /// Which edition of the book a reader has; empty if nothing is known of it.
    version: String,
}

impl<'a> Form<'a> {
    /// For the book that mdBook builds.
    ///
    /// # Errors
    /// If the book says neither where issues go nor where mail goes, or where in a way that no browser follows.
    pub fn new(feedback: &'a Feedback, contract: &Contract, context: &PreprocessorContext) -> Result<Self, String> {
        let repository: Option<String> =
            context.config.get("output.html.git-repository-url").map_err(|error| format!("{error:#}"))?;
        if let Some(url) = repository.as_ref().filter(|url| !url.starts_with("https://") && !url.starts_with("http://"))
        {
            return Err(format!("[output.html]: git-repository-url is `{url}`; it has to begin with https://"));
        }
        if let Some(mail) = feedback.mail.as_ref().filter(|mail| !is_address(mail)) {
            return Err(format!("[{TABLE}.feedback]: `{mail}` is no mail address; write it as docs@example.com"));
        }
        let issues = repository.map(|url| format!("{}/issues/new", url.trim_end_matches('/')));
        if issues.is_none() && feedback.mail.is_none() {
            return Err(format!(
                "[{TABLE}.feedback] leads nowhere; give a `mail` there, or `git-repository-url` in [output.html]"
            ));
        }
        Ok(Self { feedback, issues, version: version(contract, &context.root) })
    }

    /// What stands below a chapter: HTML of one block.
    #[must_use]
    pub fn of(&self, chapter: &Chapter) -> String {
        let Some(path) = &chapter.source_path else { return String::new() };
        let page = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let title = format!("Docs: {}", chapter.name);
        let mut out = "\n\n<div class=\"feedback\">\n".to_owned();
        if let Some(issues) = &self.issues {
            let hidden = [
                ("template", self.feedback.template.as_deref()),
                ("title", Some(title.as_str())),
                ("page", Some(page.as_str())),
                ("version", Some(self.version.as_str())),
            ];
            let known = |value: &&str| !value.is_empty();
            let hidden = hidden.into_iter().filter_map(|(name, value)| Some((name, value.filter(known)?)));
            out.push_str(&form(issues, QUESTION, hidden, &self.reasons(), "Open an issue"));
        }
        if let Some(mail) = &self.feedback.mail {
            let version = if self.version.is_empty() { String::new() } else { format!("Version: {}\n", self.version) };
            let body = format!("Page: {page}\n{version}");
            let hidden = [("subject", title.as_str()), ("body", body.as_str())];
            out.push_str(&form(&format!("mailto:{mail}"), "Write about this page", hidden, "", "Write a mail"));
        }
        out.push_str("</div>\n");
        out
    }

    fn reasons(&self) -> String {
        let group = |label: &str, reasons: &[String]| {
            let option = |reason: &String| {
                format!("<option label=\"{reason}\" value=\"{reason}\"></option>\n", reason = attribute(reason))
            };
            let options: String = reasons.iter().map(option).collect();
            format!("<optgroup label=\"{label}\">\n{options}</optgroup>\n")
        };
        let (yes, no) = (group("Yes", &self.feedback.yes), group("No", &self.feedback.no));
        format!(
            "<select name=\"reason\" aria-label=\"{QUESTION}\" required>\n\
             <option label=\"{QUESTION}\" value=\"\"></option>\n{yes}{no}</select>\n"
        )
    }
}

/// A form that the browser turns into an address: all that is in it becomes its query, or the headers of a mail (HTML, "Form
/// submission algorithm").
fn form<'a>(
    action: &str,
    label: &str,
    hidden: impl IntoIterator<Item = (&'a str, &'a str)>,
    choice: &str,
    button: &str,
) -> String {
    let mut out = format!("<form action=\"{}\" aria-label=\"{label}\" onsubmit=\"{UNHINDERED}\">\n", attribute(action));
    for (name, value) in hidden {
        // Writing to a string can't fail.
        let _ = writeln!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", attribute(value));
    }
    let _ = writeln!(out, "{choice}<input type=\"submit\" value=\"{button}\">\n</form>");
    out
}

/// A text as the value of an attribute within a block of HTML, which would end at an empty line.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            // No valid reference. Browsers send the end of a line as both.
            '\r' => {}
            other => out.push(other),
        }
    }
    out
}

/// Whether this is an address and nothing else: no further headers of a mail.
fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && name.chars().all(plain) && host.chars().all(plain)
    })
}

/// The version of the API that the book documents, and the commit that it was built from, as far as each is known.
fn version(contract: &Contract, root: &Path) -> String {
    let api = contract.document().pointer("/info/version").and_then(|version| version.as_str());
    let api = api.filter(|_| !contract.operations().is_empty()).map(|version| format!("API {version}"));
    let commit = commit(root).map(|commit| format!("book {commit}"));
    [api, commit].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What git calls the commit. It takes no lock: a build writes nothing into its source.
fn commit(root: &Path) -> Option<String> {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "describe", "--always", "--tags"]).current_dir(root);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{attribute, is_address};

    #[test]
    fn nothing_ends_an_attribute_or_its_block() {
        assert_eq!(attribute("a\"b'<c>&\r\n\n"), "a&quot;b&#39;&lt;c&gt;&amp;&#10;&#10;");
    }

    #[test]
    fn an_address_brings_no_headers() {
        assert!(is_address("docs+book@example.com"));
        for wrong in ["docs", "@example.com", "docs@example", "docs@example.com?cc=a@b.c", "a b@example.com", "a@b@c.d"]
        {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
