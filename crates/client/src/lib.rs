//! The Rust client of the Policy Aggregator API.
//!
//! It types every operation, tries again what can be tried again, and verifies webhooks. It does not cache, does not run in
//! the background, and does not limit how fast you call: the limit is in each answer, and in the error if you go over it.
//!
//! ```no_run
//! use policy_aggregator::{Client, VisaType};
//!
//! # async fn changes() -> Result<(), policy_aggregator::Error> {
//! let client = Client::from_env()?;
//! let page = client.changes().list().visa_type(VisaType::Student).limit(5).await?;
//! for change in page.data {
//!     println!("{} {}", change.detected_at, change.route.display);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Module by module:
//! - `client`: [`Client`] and its [`Builder`], the start; `secret`: [`ApiKey`] and [`Secret`], which can't be printed.
//! - [`resources`]: the operations, with the same verbs in the same order for each resource.
//! - `call`, `list`: [`Call`] and [`List`], which `.await` sends; a list is a stream too.
//! - `answer`: what comes back besides the data: [`Response`], [`Conditional`], [`Meta`], [`ETag`].
//! - [`model`], [`words`]: what the API answers with. Fields and words that are new to this version are tolerated.
//! - `error`: [`Error`] and [`ApiError`], what can go wrong; `retry`: [`RetryPolicy`], when the client tries again.
//! - [`webhook`]: verification of what the API sends to you.
//!
//! Each call is a [tracing](https://docs.rs/tracing) span, `policy_aggregator.request`, with `method`, `path` (the template,
//! without ids), `status`, `attempt` (the last one) and `request_id`. No key, no secret and no body is in it.

mod answer;
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

pub use answer::{Conditional, ETag, Meta, Response};
pub use call::Call;
pub use client::{Builder, Client, PRODUCTION};
pub use error::{ApiError, Error, FieldError};
pub use list::{List, Sort};
pub use model::*;
pub use retry::{RetryPolicy, Sleep, Sleeping};
pub use secret::{ApiKey, Secret};
pub use words::*;
