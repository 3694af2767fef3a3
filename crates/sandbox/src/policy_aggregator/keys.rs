//! Keys: who may do what.

use http::HeaderMap;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use super::problem::{Code, Problem};

/// A scope of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every `GET`.
    Read,
    /// Everything that changes or tests a webhook.
    WebhooksWrite,
}

impl Scope {
    /// The scope as it stands in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::WebhooksWrite => "webhooks:write",
        }
    }
}

/// A key that is good here.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.shown()).finish()
    }
}

impl Key {
    /// The key in the `Authorization` header.
    ///
    /// # Errors
    /// If there is none, it is malformed, or it is for production.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let refuse = |detail: &str| {
            Err(Problem::new(Code::Unauthenticated, detail)
                .header(WWW_AUTHENTICATE, "Bearer realm=\"policy-aggregator\""))
        };
        let Some(value) = headers.get(AUTHORIZATION) else {
            return refuse("Send your key as `Authorization: Bearer pa_test_…`.");
        };
        let Some((scheme, key)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
            return refuse("The `Authorization` header must be `Bearer`, a space, and your key.");
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return refuse("The scheme in the `Authorization` header must be `Bearer`.");
        }
        if key.starts_with("pa_live_") {
            return refuse("This is a key for production; the sandbox takes only `pa_test_…` keys.");
        }
        let well_formed = key.strip_prefix("pa_test_").is_some_and(|tail| {
            (4..=64).contains(&tail.len()) && tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        if !well_formed {
            return refuse("The key is malformed: it is `pa_test_` and 4 to 64 letters, digits or underscores.");
        }
        Ok(Self(key.to_owned()))
    }

    /// The name of the key's world.
    #[must_use]
    pub fn world(&self) -> &str {
        &self.0
    }

    /// What the key may do. `pa_test_readonly_…` may only read, `pa_test_noscopes_…` may do nothing, every other key
    /// may do everything.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        if self.0.starts_with("pa_test_readonly_") {
            &[Scope::Read]
        } else if self.0.starts_with("pa_test_noscopes_") {
            &[]
        } else {
            &[Scope::Read, Scope::WebhooksWrite]
        }
    }

    /// The key, shortened so that it can't be used.
    #[must_use]
    pub fn shown(&self) -> String {
        let tail = self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default();
        format!("pa_test_…{tail}")
    }
}
