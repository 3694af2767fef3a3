//! An error as a person wants it: a title, a place, and what to do about it.

use crate::{exit, output};
use std::fmt;
use std::process::ExitCode;

/// Why a command ended, for the person at the terminal.
///
/// It travels inside `anyhow::Error`; whatever caused it is its source.
#[derive(Debug)]
pub(crate) struct Failure {
    title: String,
    place: Option<String>,
    remedy: Option<String>,
    code: u8,
    cause: Option<anyhow::Error>,
}

impl Failure {
    /// A failure with its exit code, one of [`exit`]'s.
    pub(crate) fn new(code: u8, title: impl Into<String>) -> Self {
        Self { title: title.into(), place: None, remedy: None, code, cause: None }
    }

    /// Where it is: a file, an address, an argument.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// What to do about it, as a sentence or a command.
    pub(crate) fn fix(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What brought it about.
    pub(crate) fn because(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.title)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The lines that describe an error: title, place, causes, remedy.
pub(crate) fn describe(error: &anyhow::Error) -> String {
    let failure = error.downcast_ref::<Failure>();
    let mut lines = vec![error.to_string()];
    if let Some(place) = failure.and_then(|failure| failure.place.as_deref()) {
        lines.push(format!("  at       {place}"));
    }
    for cause in error.chain().skip(1) {
        // A parser's message has a picture of the place in it: keep its lines under one another.
        let text = cause.to_string().trim_end().replace('\n', "\n           ");
        lines.push(format!("  because  {text}"));
    }
    lines.push(match failure.and_then(|failure| failure.remedy.as_deref()) {
        Some(remedy) => format!("  fix      {remedy}"),
        None => "  fix      run it again with RUST_LOG=debug to see what led to it".to_owned(),
    });
    lines.join("\n")
}

/// Prints an error and answers with its exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    output::error(&describe(error));
    let code = error.downcast_ref::<Failure>().map_or(exit::LACKING, |failure| failure.code);
    ExitCode::from(code)
}

/// The innermost cause: the outer ones of a request only say that sending failed.
pub(crate) fn innermost<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_title_place_cause_and_remedy() {
        let failure = Failure::new(exit::FOUND, "the book can't be built")
            .at("src/SUMMARY.md")
            .fix("write the page")
            .because(anyhow::anyhow!("no such page").context("reading chapters"));
        assert_eq!(
            describe(&failure.into()),
            "the book can't be built\n  at       src/SUMMARY.md\n  because  reading chapters\n  \
             because  no such page\n  fix      write the page"
        );
    }
}
