//! Keys and secrets, which can't be printed.

use std::env::VarError;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

const VARIABLE: &str = "POLICY_AGGREGATOR_API_KEY";

/// An API key. It shows only its kind and its last four characters.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Takes a key, `pa_live_…` or `pa_test_…`.
    ///
    /// # Errors
    /// [`Error::Config`], if it does not look like a key.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        let tail = key.strip_prefix("pa_live_").or_else(|| key.strip_prefix("pa_test_"));
        if !tail.is_some_and(|tail| !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_graphic())) {
            let shape = "an API key is `pa_live_…` or `pa_test_…`, without spaces and line breaks; this is none";
            return Err(Error::Config(shape.to_owned()));
        }
        Ok(Self(key.into()))
    }

    /// Takes the key in `POLICY_AGGREGATOR_API_KEY`.
    ///
    /// # Errors
    /// [`Error::Config`], if the variable is not set, or what is in it does not look like a key.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_var(std::env::var(VARIABLE))
    }

    /// Takes the key from what was found in the variable.
    pub(crate) fn from_var(found: Result<String, VarError>) -> Result<Self, Error> {
        let key =
            found.map_err(|_| Error::Config(format!("set {VARIABLE} to your key, `pa_live_…` or `pa_test_…`")))?;
        Self::new(key).map_err(|error| Error::Config(format!("{VARIABLE}: {error}")))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.expose();
        let tail = if key.len() >= 24 { key.get(key.len() - 4..).unwrap_or_default() } else { "" };
        write!(f, "{}…{tail}", key.get(..8).unwrap_or_default())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({self})")
    }
}

/// The signing secret of a webhook, `whsec_…`. It prints as `[redacted]`; [`Secret::expose`] hands it out.
#[derive(Clone, serde::Deserialize)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, to store it or to verify with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl From<&String> for Secret {
    fn from(secret: &String) -> Self {
        Self(secret.as_str().into())
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}
