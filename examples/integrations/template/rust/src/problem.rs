//! What to do about something that went wrong.

use std::fmt;
use std::time::Duration;

// ANCHOR: problem
/// What went wrong, sorted by what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It passes: try again, after this long if the API says.
    Retry { reason: String, wait: Option<Duration> },
    /// It will never go well. Leave this one, and go on with the others.
    GiveUp { reason: String },
    /// Nothing helps until a person does something.
    Alert { reason: String },
}

impl Problem {
    /// Sorts an answer of the API by its status.
    pub fn of_status(status: u16, wait: Option<Duration>, reason: String) -> Self {
        match status {
            // Too fast, or the service has a problem of its own.
            408 | 429 | 500.. => Self::Retry { reason, wait },
            // The key: revoked, expired, or without the scope.
            401 | 403 => Self::Alert { reason },
            // The same request would be refused again.
            _ => Self::GiveUp { reason },
        }
    }

    /// Something that passes and does not say when.
    pub fn retry(reason: impl fmt::Display) -> Self {
        Self::Retry { reason: reason.to_string(), wait: None }
    }

    /// Something that will never go well.
    pub fn give_up(reason: impl fmt::Display) -> Self {
        Self::GiveUp { reason: reason.to_string() }
    }
}
// ANCHOR_END: problem

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Retry { reason, .. } | Self::GiveUp { reason } | Self::Alert { reason }) = self;
        formatter.write_str(reason)
    }
}

/// The store is busy, or the disk is full: it passes.
impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::retry(error)
    }
}

// ANCHOR: backoff
/// The longest wait before another attempt.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// When something that failed is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The wait after the first failure; it doubles each time, up to [`LONGEST`].
    pub first: Duration,
    /// After so many failures in a row a person is told. Trying goes on.
    pub alert_after: u32,
}

impl Backoff {
    /// The wait after so many failures in a row, give or take a fifth: many instances must not come back at once.
    pub fn wait(&self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST);
        doubled.mul_f64(0.8 + 0.4 * fastrand::f64())
    }
}
// ANCHOR_END: backoff
