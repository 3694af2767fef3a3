//! What the client sends, how often, and what it makes of the answers.

#![allow(missing_docs, clippy::unwrap_used)]

mod answers;
mod operations;
mod receiver;
mod retries;
mod secrecy;
mod streams;
mod support;
mod webhooks;
