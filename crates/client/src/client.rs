//! The client, and how it is set up.

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
        const NAME: &str = "POLICY_AGGREGATOR_BASE_URL";
        let builder = Self::builder(ApiKey::from_env()?);
        match std::env::var(NAME) {
            Ok(url) => builder.base_url(url).map_err(|error| Error::Config(format!("{NAME}: {error}")))?.build(),
            Err(_) => builder.build(),
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
        Call::new(self, Method::GET, "/api/v1/me", &[])
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
    /// Calls the API at this address.
    ///
    /// # Errors
    /// [`Error::Config`], if it is neither `https` nor a loopback address: the key would travel in clear.
    pub fn base_url(mut self, url: impl AsRef<str>) -> Result<Self, Error> {
        let url = url.as_ref();
        let url = Url::parse(url).map_err(|error| Error::Config(format!("`{url}` is no URL: {error}")))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            let message =
                format!("`{url}` must be https, or http on a loopback address: the key would travel in clear");
            return Err(Error::Config(message));
        }
        self.base_url = Some(url);
        Ok(self)
    }

    /// Names your integration, such as `acme-sync/1.2`, in front of the client's own name.
    pub fn user_agent(mut self, name: &str) -> Self {
        self.user_agent = format!("{name} {NAME}");
        self
    }

    /// How long one attempt may take. The default is 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// When to try again.
    pub fn retries(mut self, retries: RetryPolicy) -> Self {
        self.retries = retries;
        self
    }

    /// How to wait between attempts.
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
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(self.timeout)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| config(format!("the HTTP client can't be set up: {error}")))?;
        let base_url = self.base_url.ok_or_else(|| config("there is no base URL".to_owned()))?;
        Ok(Client { inner: Arc::new(Inner { http, base_url, retries: self.retries, sleep: self.sleep }) })
    }
}
