//! The Rust client of the Policy Aggregator API.
//!
//! It types every operation, tries again what can be tried again, and verifies webhooks. It does not cache, does not run in
//! the background, and does not limit how fast you call: the limit is in each answer, and in the error if you go over it.
//!
//! - [`Client`], [`Builder`]: the start; [`ApiKey`] and [`Secret`] can't be printed.
//! - [`Call`], [`List`]: what `.await` makes a request; [`Response`], [`Conditional`], [`Meta`], [`ETag`]: what comes back.
//! - [`resources`]: the operations, with the same verbs for each resource.
//! - [`model`], [`words`]: what the API answers with. Fields and words that are new to this version are tolerated.
//! - [`Error`], [`ApiError`]: what can go wrong; [`RetryPolicy`]: when the client tries again.
//! - [`webhook`]: verification of what the API sends to you.

mod call;
mod client;
mod error;
mod list;
pub mod model;
pub mod resources;
mod retry;
mod secret;
pub mod webhook;
pub mod words;

pub use call::{Call, Conditional, ETag, Meta, Response};
pub use client::{Builder, Client, PRODUCTION};
pub use error::{ApiError, Error, FieldError};
pub use list::{List, Sort};
pub use model::*;
pub use retry::{RetryPolicy, Sleep, Sleeping};
pub use secret::{ApiKey, Secret};
pub use words::*;
