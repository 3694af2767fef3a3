//! The key that you call with, and its limit.

use serde::{Deserialize, Serialize};

use crate::words::{Mode, Scope};

/// The key that you call with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Me {
    /// The key, shortened so that it can't be used.
    pub key: String,
    /// Whether it is for production or for the sandbox.
    pub mode: Mode,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Its limit, and what is left of it.
    pub rate_limit: RateLimit,
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct RateLimit {
    /// Requests a minute.
    pub limit: u32,
    /// Requests left in this minute.
    pub remaining: u32,
    /// When the limit starts afresh, in Unix seconds.
    pub reset: i64,
}
