//! The directives as a preprocessor of mdBook, for the pages that readers see.

use std::collections::BTreeMap;

use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::errors::{Error, Result};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use proofbook_contract::Contract;

use crate::feedback::Form;
use crate::reference::Directives;
use crate::settings::Settings;

/// Expands `{{contract …}}` and `{{proofbook …}}` in every chapter, and puts the feedback form below it. It has to run after
/// mdBook's `links`.
#[derive(Debug)]
pub struct Preprocess {
    contract: Contract,
    settings: Settings,
    provided: BTreeMap<String, String>,
}

impl Preprocess {
    /// For a contract, with the text for each `{{proofbook NAME}}`.
    #[must_use]
    pub fn new(contract: Contract, settings: Settings, provided: BTreeMap<String, String>) -> Self {
        Self { contract, settings, provided }
    }
}

impl Preprocessor for Preprocess {
    fn name(&self) -> &str {
        "proofbook"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut directives = Directives::new(&self.contract, &self.settings).of_book(&context.root);
        for (name, text) in &self.provided {
            directives = directives.provide(name, text.clone());
        }
        let mut feedback = self.settings.feedback.clone();
        // The address may be another file's, as in a page.
        if let Some(mail) = feedback.as_mut().and_then(|feedback| feedback.mail.as_mut())
            && let Some(expanded) = directives.line(mail).map_err(Error::msg)?
        {
            *mail = expanded;
        }
        let form = match (&feedback, context.renderer.as_str()) {
            (Some(feedback), "html") => Some(Form::new(feedback, &self.contract, context).map_err(Error::msg)?),
            _ => None,
        };
        let mut failed = None;
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else { return };
            let mut text = String::with_capacity(chapter.content.len());
            for (index, line) in chapter.content.split_inclusive('\n').enumerate() {
                match directives.line(line) {
                    Ok(None) => text.push_str(line),
                    Ok(Some(expanded)) => text.push_str(&expanded),
                    Err(reason) => {
                        let path =
                            chapter.source_path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
                        failed.get_or_insert(format!("{path}:{}: {reason}", index + 1));
                    }
                }
            }
            if let Some(form) = &form {
                text.push_str(&form.of(chapter));
            }
            chapter.content = text;
        });
        failed.map_or(Ok(book), |reason| Err(Error::msg(reason)))
    }
}
