#![allow(clippy::unwrap_used)]
#[path = "it/links.rs"]
mod links;
#[path = "it/prose.rs"]
mod prose;
