//! What this crate promises, seen from outside: one module a promise.
//!
//! A case that needs a whole API uses the bookstore in `fixtures/`; one about a single rule writes its document in place
//! (`support::document`). Each asserts the kind, the place and the message (`support::only`). `fixtures/bookstore.json` is
//! the same document as `fixtures/bookstore.yaml`; a test says so if they part.

#![allow(clippy::unwrap_used, missing_docs)]

mod diff;
mod events;
mod examples;
mod find;
mod garbage;
mod generate;
mod load;
mod request;
mod response;
mod schemas;
mod support;
