//! When to try again, and when to give up.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;

/// When to try again.
///
/// The client tries again on 429, 500, 502, 503 and 504, on connections that fail or break off, on answers that are cut off, and on
/// timeouts; with every method. A `POST` is safe to repeat since it keeps its idempotency key; a `PATCH` or `DELETE` does the same when it is done
/// twice, except that a `DELETE` can end with `not_found` if the answer to an earlier attempt was lost.
///
/// The wait doubles from try to try, and a random part of it is waited ("full jitter"), so that many clients do not come back
/// at once. `Retry-After`, in seconds or as a date, is waited for first, with that random part on top. If it is beyond the
/// budget, the call ends at once with the error, which has it.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// How often a call is made at most. The default is 4.
    pub max_attempts: u32,
    /// The longest first wait. The default is 250 ms.
    pub base_delay: Duration,
    /// The longest wait of all. The default is 20 s.
    pub max_delay: Duration,
    /// How long one call may wait in all. A wait that would go beyond it is not begun. The default is 60 s.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(20),
            budget: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Never tries again.
    #[must_use]
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// The wait before the next attempt, or `None` to give up.
    pub(crate) fn wait(&self, attempts: u32, waited: Duration, retry_after: Option<Duration>) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let asked = retry_after.unwrap_or_default();
        let left = self.budget.checked_sub(waited)?.checked_sub(asked)?;
        let doubled = self.base_delay.saturating_mul(1 << (attempts - 1).min(20));
        let jittered = doubled.min(self.max_delay).mul_f64(fastrand::f64());
        match retry_after {
            // On top, so that those who were refused together do not come back together.
            Some(asked) => Some(asked + jittered.min(left)),
            None => (jittered <= left).then_some(jittered),
        }
    }
}

/// The `Retry-After` of an answer: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(Timestamp::now())).unwrap_or_default())
}

/// A wait.
pub type Sleeping = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How the client waits. Give it another one in tests, to see the waits instead of waiting.
pub trait Sleep: Send + Sync {
    /// Waits this long.
    fn sleep(&self, wait: Duration) -> Sleeping;
}

impl fmt::Debug for dyn Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sleep")
    }
}

/// Waits on Tokio's clock.
#[derive(Debug)]
pub(crate) struct TokioSleep;

impl Sleep for TokioSleep {
    fn sleep(&self, wait: Duration) -> Sleeping {
        Box::pin(tokio::time::sleep(wait))
    }
}
