//! `proofbook preprocess`: the preprocessor for stock mdBook, which starts it by itself.

use std::process::ExitCode;

use mdbook_preprocessor::Preprocessor;
use proofbook_gate::Settings;
use proofbook_gate::preprocess::Preprocess;

use crate::book::COVERAGE;
use crate::{output, provided};

/// Expand the directives of a book that mdBook hands over on standard input
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What mdBook asks first: `supports html`
    #[arg(num_args = 0..=2)]
    question: Vec<String>,
}

/// Answers mdBook (its guide, "Preprocessors for developers").
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.question.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let (context, book) = mdbook_preprocessor::parse_input(std::io::stdin())?;
    let settings = Settings::of(&context.config).map_err(anyhow::Error::msg)?;
    let contract = settings.load_contract(&context.root)?;
    let record = context.root.join(&settings.state).join(COVERAGE);
    let provided = provided::all(&context.root, &record)?;
    let book = Preprocess::new(contract, settings, provided).run(&context, book)?;
    output::say(&serde_json::to_string(&book)?);
    Ok(ExitCode::SUCCESS)
}
