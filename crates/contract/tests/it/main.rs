//! What this crate promises, seen from outside: one module a promise.

#![allow(clippy::unwrap_used, missing_docs)]

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
