//! The rate limit of a key: a window that starts with the first request.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::reply::Reply;

/// How a key stands against its limit.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Requests a window.
    pub limit: u32,
    /// Requests left in this window.
    pub remaining: u32,
    /// When the window ends, in Unix seconds, rounded up.
    pub reset: i64,
    /// Until the window ends, in whole seconds, rounded up; at least 1.
    pub retry_after: u64,
}

impl Standing {
    /// Adds the `X-RateLimit-` headers.
    #[must_use]
    pub fn mark(&self, reply: Reply) -> Reply {
        let name = http::HeaderName::from_static;
        reply
            .header(name("x-ratelimit-limit"), self.limit.to_string())
            .header(name("x-ratelimit-remaining"), self.remaining.to_string())
            .header(name("x-ratelimit-reset"), self.reset.to_string())
    }
}

/// The window of a key.
#[derive(Debug, Clone)]
pub struct Window {
    limit: u32,
    length: Duration,
    used: u32,
    started: Option<(Instant, Timestamp)>,
}

impl Window {
    /// A window of this many requests and this length.
    #[must_use]
    pub fn new(limit: u32, length: Duration) -> Self {
        Self { limit, length, used: 0, started: None }
    }

    /// Counts a request. An error means that it is over the limit.
    ///
    /// # Errors
    /// How the key stands, if the window has no room.
    pub fn take(&mut self) -> Result<Standing, Standing> {
        if self.started.is_none_or(|(started, _)| started.elapsed() >= self.length) {
            self.started = Some((Instant::now(), Timestamp::now()));
            self.used = 0;
        }
        if self.used >= self.limit {
            return Err(self.standing());
        }
        self.used += 1;
        Ok(self.standing())
    }

    /// Takes back the request that was counted last.
    pub fn refund(&mut self) -> Standing {
        self.used = self.used.saturating_sub(1);
        self.standing()
    }

    /// How the key stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let (started, at) = self.started.unwrap_or_else(|| (Instant::now(), Timestamp::now()));
        let left = self.length.saturating_sub(started.elapsed());
        let end = at.as_millisecond().saturating_add(i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX));
        Standing {
            limit: self.limit,
            remaining: self.limit.saturating_sub(self.used),
            reset: end.div_euclid(1000) + i64::from(end.rem_euclid(1000) > 0),
            retry_after: (left.as_millis().div_ceil(1000) as u64).max(1),
        }
    }
}
