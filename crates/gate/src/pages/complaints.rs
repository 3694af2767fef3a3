//! What mdBook only logs: it leaves a directive that it can't expand in the page and builds the book all the same.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Runs `work` and returns what mdBook logged as an error on this thread meanwhile.
pub(super) fn listen<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    let heard = Arc::default();
    let done = tracing::subscriber::with_default(Listener { heard: Arc::clone(&heard) }, work);
    let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    (done, heard)
}

struct Listener {
    heard: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR && metadata.target().starts_with("mdbook")
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(message.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
