//! The client, and how it is set up.

use std::env::VarError;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, redirect};
use url::{Host, Url};

use crate::call::Call;
use crate::error::Error;
use crate::model::Me;
use crate::resources::{Changes, Deliveries, Routes, Sources, Subscriptions, Webhooks};
use crate::retry::{RetryPolicy, Sleep, TokioSleep};
use crate::secret::ApiKey;

/// The address of the production API.
pub const PRODUCTION: &str = "https://api.policyaggregator.example";
/// How long one attempt may take, unless you say otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
const NAME: &str = concat!("policy-aggregator-rust/", env!("CARGO_PKG_VERSION"));

/// A client of the API. A clone is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: Url,
    pub(crate) retries: RetryPolicy,
    pub(crate) sleep: Arc<dyn Sleep>,
}

impl Client {
    /// A client with the key in `POLICY_AGGREGATOR_API_KEY`, for the API at `POLICY_AGGREGATOR_BASE_URL` (default:
    /// [`PRODUCTION`]).
    ///
    /// # Errors
    /// [`Error::Config`], if a variable is missing or wrong; it names the variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(|name| std::env::var(name))
    }

    fn from_vars(var: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let builder = Self::builder(ApiKey::from_var(var("POLICY_AGGREGATOR_API_KEY"))?);
        let wrong = |reason: String| Error::Config(format!("POLICY_AGGREGATOR_BASE_URL: {reason}"));
        match var("POLICY_AGGREGATOR_BASE_URL") {
            Ok(url) => builder.base_url(url).map_err(|error| wrong(error.to_string()))?.build(),
            Err(VarError::NotPresent) => builder.build(),
            // Not the default: a test key's calls must not go to production because of a typing error.
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// A client that is set up by hand.
    pub fn builder(key: ApiKey) -> Builder {
        Builder {
            key,
            base_url: Url::parse(PRODUCTION).ok(),
            user_agent: NAME.to_owned(),
            timeout: TIMEOUT,
            retries: RetryPolicy::default(),
            sleep: Arc::new(TokioSleep),
        }
    }

    /// The key that you call with.
    pub fn me(&self) -> Call<Me> {
        Call::new(self, Method::GET, "/api/v1/me", None)
    }

    /// The routes.
    #[must_use]
    pub fn routes(&self) -> Routes<'_> {
        Routes(self)
    }

    /// The sources.
    #[must_use]
    pub fn sources(&self) -> Sources<'_> {
        Sources(self)
    }

    /// The changes.
    #[must_use]
    pub fn changes(&self) -> Changes<'_> {
        Changes(self)
    }

    /// The subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions<'_> {
        Subscriptions(self)
    }

    /// The webhooks.
    #[must_use]
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks(self)
    }

    /// The deliveries.
    #[must_use]
    pub fn deliveries(&self) -> Deliveries<'_> {
        Deliveries(self)
    }
}

/// How a client is set up. Made by [`Client::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until you call `build`"]
pub struct Builder {
    key: ApiKey,
    base_url: Option<Url>,
    user_agent: String,
    timeout: Duration,
    retries: RetryPolicy,
    sleep: Arc<dyn Sleep>,
}

impl Builder {
    /// Calls the API at this address. A path is kept, and put before the API's own.
    ///
    /// # Errors
    /// [`Error::Config`], if it is neither `https` nor `http` on a loopback address, since the key would travel in clear;
    /// or if it has a user, a query or a fragment.
    pub fn base_url(mut self, url: impl AsRef<str>) -> Result<Self, Error> {
        self.base_url = Some(checked(url.as_ref()).map_err(Error::Config)?);
        Ok(self)
    }

    /// Names your integration, such as `acme-sync/1.2`, in front of the client's own name.
    pub fn user_agent(mut self, name: &str) -> Self {
        self.user_agent = format!("{name} {NAME}").trim_start().to_owned();
        self
    }

    /// How long one attempt may take. The default is 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// When to try again. The default is [`RetryPolicy::default`]; [`RetryPolicy::none`] never does.
    pub fn retries(mut self, retries: RetryPolicy) -> Self {
        self.retries = retries;
        self
    }

    /// How to wait between attempts. The default is Tokio's clock.
    pub fn sleeper(mut self, sleep: Arc<dyn Sleep>) -> Self {
        self.sleep = sleep;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::Config`], if the name is no header value, or TLS can't be set up.
    pub fn build(self) -> Result<Client, Error> {
        // An error only says that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = |reason: String| Error::Config(reason);
        let mut headers = HeaderMap::new();
        let mut key = HeaderValue::from_str(&format!("Bearer {}", self.key.expose()))
            .map_err(|_| config("the API key has a character that can't be sent".to_owned()))?;
        key.set_sensitive(true);
        headers.insert(AUTHORIZATION, key);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/problem+json"));
        let name = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| config(format!("`{}` can't be sent as a User-Agent", self.user_agent)))?;
        headers.insert(USER_AGENT, name);
        let base_url = self.base_url.ok_or_else(|| config("there is no base URL".to_owned()))?;
        let mut http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(self.timeout)
            .redirect(redirect::Policy::none());
        if base_url.scheme() == "http" {
            // A proxy that the environment names would see the key in clear, and finds another loopback.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| config(format!("the HTTP client can't be set up: {error}")))?;
        Ok(Client { inner: Arc::new(Inner { http, base_url, retries: self.retries, sleep: self.sleep }) })
    }
}

/// The address, if the key is safe on its way there. A reason does not repeat it: it may hold a password, or be the key.
fn checked(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("the base URL is no URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a base URL has no user and no password; the key goes into its own variable".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base URL ends with its path; this one has a query or a fragment".to_owned());
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err(
            "a base URL is https, or http on a loopback address, since the key would travel in clear".to_owned()
        );
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::env::VarError;

    use super::{Client, PRODUCTION};

    /// What [`Client::from_env`] makes of these variables: the base URL, or the message.
    fn with(key: Option<&str>, url: Result<&str, VarError>) -> Result<String, String> {
        let client = Client::from_vars(|name| match name {
            "POLICY_AGGREGATOR_API_KEY" => key.map(str::to_owned).ok_or(VarError::NotPresent),
            "POLICY_AGGREGATOR_BASE_URL" => url.clone().map(str::to_owned),
            _ => Err(VarError::NotPresent),
        });
        client.map(|client| client.inner.base_url.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_sets_the_key_and_the_address() {
        assert_eq!(with(Some("pa_test_1"), Err(VarError::NotPresent)).unwrap(), format!("{PRODUCTION}/"));
        assert_eq!(with(Some("pa_test_1"), Ok("http://127.0.0.1:3000")).unwrap(), "http://127.0.0.1:3000/");
    }

    #[test]
    fn what_is_wrong_in_the_environment_is_named_and_not_printed() {
        for (key, url, variable) in [
            (None, Err(VarError::NotPresent), "POLICY_AGGREGATOR_API_KEY"),
            (Some("hunter2"), Err(VarError::NotPresent), "POLICY_AGGREGATOR_API_KEY"),
            (Some("pa_test_1"), Ok(""), "POLICY_AGGREGATOR_BASE_URL"),
            (Some("pa_test_1"), Ok("pa_test_hunter2"), "POLICY_AGGREGATOR_BASE_URL"),
            (Some("pa_test_1"), Ok("http://api.example.com"), "POLICY_AGGREGATOR_BASE_URL"),
            (Some("pa_test_1"), Ok("https://me:hunter2@api.example.com"), "POLICY_AGGREGATOR_BASE_URL"),
            (Some("pa_test_1"), Err(VarError::NotUnicode("x".into())), "POLICY_AGGREGATOR_BASE_URL"),
        ] {
            let message = with(key, url).unwrap_err();
            assert!(message.contains(variable) && !message.contains("hunter2"), "{message}");
        }
    }
}
