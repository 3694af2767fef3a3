//! What the API answers with. Fields that this version does not know are ignored.
//!
//! - `account`: [`Me`], [`RateLimit`].
//! - `policy`: [`Route`], [`Source`], [`Change`], [`Subscription`], and their parts.
//! - `webhooks`: [`Webhook`]; what you say to make one: [`WebhookCreate`], [`WebhookUpdate`], [`WebhookTest`].
//! - `deliveries`: [`Delivery`] and its attempts.
//! - `events`: what a webhook's body carries.

mod account;
mod deliveries;
mod events;
mod policy;
mod webhooks;

use serde::{Deserialize, Serialize};

pub use account::*;
pub use deliveries::*;
pub use events::*;
pub use policy::*;
pub use webhooks::*;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// Where to go on; `None` on the last page.
    pub next_cursor: Option<String>,
}
