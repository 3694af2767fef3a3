//! The first answers to requests that carried an `Idempotency-Key`.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::problem::{Code, Problem};
use crate::reply::Reply;

/// How many keys a world keeps. The oldest makes room for the newest.
const KEPT: usize = 500;

/// What is known of a key.
#[derive(Debug)]
struct Entry {
    fingerprint: [u8; 32],
    since: Instant,
    reply: Option<Reply>,
}

/// The keys of a world.
#[derive(Debug, Default)]
pub struct Idempotency {
    entries: HashMap<String, Entry>,
    order: VecDeque<String>,
}

/// What to do with a request that carries a key.
#[derive(Debug)]
pub enum Seen {
    /// It is new: do it, then call [`Idempotency::finish`].
    New,
    /// It was done: this was the answer.
    Before(Reply),
}

impl Idempotency {
    /// Looks a key up, and takes it if it is new.
    ///
    /// # Errors
    /// If the key was used with another request, or the first request has no answer yet.
    pub fn start(&mut self, key: &str, request: &[&[u8]], lifetime: Duration) -> Result<Seen, Problem> {
        let mut hash = Sha256::new();
        for part in request {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let fingerprint: [u8; 32] = hash.finalize().into();
        if let Some(entry) = self.entries.get(key).filter(|entry| entry.since.elapsed() < lifetime) {
            if entry.fingerprint != fingerprint {
                return Err(Problem::new(
                    Code::IdempotencyKeyReused,
                    "This `Idempotency-Key` was used with another request; use a new key for a new request.",
                ));
            }
            return entry.reply.clone().map(Seen::Before).ok_or_else(|| {
                Problem::new(Code::Conflict, "The first request with this `Idempotency-Key` has no answer yet.")
            });
        }
        self.forget(key);
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(key.to_owned());
        self.entries.insert(key.to_owned(), Entry { fingerprint, since: Instant::now(), reply: None });
        Ok(Seen::New)
    }

    /// Keeps the answer. One that says that the service failed is not kept, so that the request can be tried again.
    pub fn finish(&mut self, key: &str, reply: &Reply) {
        if reply.status >= 500 {
            self.forget(key);
        } else if let Some(entry) = self.entries.get_mut(key) {
            entry.reply = Some(reply.clone());
        }
    }

    fn forget(&mut self, key: &str) {
        if self.entries.remove(key).is_some() {
            self.order.retain(|kept| kept != key);
        }
    }
}
