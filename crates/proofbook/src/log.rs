//! The log on standard error, and the errors that mdBook only logs.
//!
//! A missing include or an unknown setting is no failure to mdBook: it logs an error and builds a wrong page. Here it is one.

use std::cell::RefCell;
use std::fmt::Write;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

thread_local! {
    /// What mdBook logged as an error on this thread; a build stays on one.
    static ERRORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Sends the log to standard error, filtered by `RUST_LOG`; without it, warnings and errors.
pub(crate) fn start(ansi: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let printed = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .without_time()
        // Those are told as failures.
        .with_filter(filter_fn(|metadata| !is_error_of_mdbook(metadata)))
        .with_filter(filter);
    let collected = Collector.with_filter(filter_fn(is_error_of_mdbook));
    tracing_subscriber::registry().with(printed).with(collected).init();
}

/// Runs `work`, and answers with what mdBook logged as an error meanwhile, each once.
pub(crate) fn with_errors_of_mdbook<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    ERRORS.take();
    let result = work();
    let mut errors = ERRORS.take();
    errors.dedup();
    (result, errors)
}

fn is_error_of_mdbook(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("mdbook") && *metadata.level() == Level::ERROR
}

struct Collector;

impl<S: Subscriber> Layer<S> for Collector {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        ERRORS.with_borrow_mut(|errors| errors.push(message.0));
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
