//! The operations, resource by resource, with the same verbs in the same order: `list`, `get`, `create`, `update`, `delete`, then
//! what only this resource has. An id is sent as it is given; one that is empty or has spaces ends the call with
//! [`Error::Config`](crate::Error::Config). What else can go wrong stands at [`Call`].

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::list::List;
use crate::model::{
    Change, ChangeDetail, Delivery, DeliveryDetail, Route, Source, Subscription, Webhook, WebhookCreate,
    WebhookRotated, WebhookTest, WebhookTestResult, WebhookUpdate, WebhookWithSecret,
};

/// The routes that are watched.
#[derive(Debug, Clone, Copy)]
pub struct Routes<'a>(pub(crate) &'a Client);

impl Routes<'_> {
    /// Lists routes, newest first.
    pub fn list(&self) -> List<Route> {
        List::new(self.0, "/api/v1/routes", None)
    }

    /// Gets a route.
    pub fn get(&self, id: impl AsRef<str>) -> Call<Route> {
        Call::new(self.0, Method::GET, "/api/v1/routes/{id}", Some(id.as_ref()))
    }
}

/// The official sources behind the routes.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a>(pub(crate) &'a Client);

impl Sources<'_> {
    /// Lists sources, newest first.
    pub fn list(&self) -> List<Source> {
        List::new(self.0, "/api/v1/sources", None)
    }

    /// Gets a source.
    pub fn get(&self, id: impl AsRef<str>) -> Call<Source> {
        Call::new(self.0, Method::GET, "/api/v1/sources/{id}", Some(id.as_ref()))
    }
}

/// The changes found in sources.
#[derive(Debug, Clone, Copy)]
pub struct Changes<'a>(pub(crate) &'a Client);

impl Changes<'_> {
    /// Lists changes, newest first unless you say otherwise, and without their diffs.
    pub fn list(&self) -> List<Change> {
        List::new(self.0, "/api/v1/changes", None)
    }

    /// Gets a change with its diff.
    pub fn get(&self, id: impl AsRef<str>) -> Call<ChangeDetail> {
        Call::new(self.0, Method::GET, "/api/v1/changes/{id}", Some(id.as_ref()))
    }
}

/// The routes that your organisation follows.
#[derive(Debug, Clone, Copy)]
pub struct Subscriptions<'a>(pub(crate) &'a Client);

impl Subscriptions<'_> {
    /// Lists subscriptions.
    pub fn list(&self) -> List<Subscription> {
        List::new(self.0, "/api/v1/subscriptions", None)
    }
}

/// Your webhook endpoints.
#[derive(Debug, Clone, Copy)]
pub struct Webhooks<'a>(pub(crate) &'a Client);

impl Webhooks<'_> {
    /// Lists webhooks, newest first, without their secrets.
    pub fn list(&self) -> List<Webhook> {
        List::new(self.0, "/api/v1/webhooks", None)
    }

    /// Gets a webhook.
    pub fn get(&self, id: impl AsRef<str>) -> Call<Webhook> {
        Call::new(self.0, Method::GET, "/api/v1/webhooks/{id}", Some(id.as_ref()))
    }

    /// Creates a webhook. Store the secret in the answer: it is not shown again.
    pub fn create(&self, webhook: WebhookCreate) -> Call<WebhookWithSecret> {
        Call::new(self.0, Method::POST, "/api/v1/webhooks", None).body(&webhook)
    }

    /// Changes the fields that are `Some`. `enabled: Some(false)` pauses it.
    pub fn update(&self, id: impl AsRef<str>, update: WebhookUpdate) -> Call<Webhook> {
        Call::new(self.0, Method::PATCH, "/api/v1/webhooks/{id}", Some(id.as_ref())).body(&update)
    }

    /// Deletes a webhook and its delivery log. If an attempt got no answer and the next one finds the webhook gone, the
    /// call ends with `not_found`.
    pub fn delete(&self, id: impl AsRef<str>) -> Call<()> {
        Call::new(self.0, Method::DELETE, "/api/v1/webhooks/{id}", Some(id.as_ref()))
    }

    /// Makes a new secret. The previous one goes on signing beside it for a day.
    pub fn rotate_secret(&self, id: impl AsRef<str>) -> Call<WebhookRotated> {
        Call::new(self.0, Method::POST, "/api/v1/webhooks/{id}/rotate-secret", Some(id.as_ref()))
    }

    /// Lists what was sent to a webhook, newest first.
    pub fn deliveries(&self, id: impl AsRef<str>) -> List<Delivery> {
        List::new(self.0, "/api/v1/webhooks/{id}/deliveries", Some(id.as_ref()))
    }

    /// Sends a test event now, and answers with what came back. Give the client a timeout of over 15 s for a slow endpoint.
    pub fn test(&self, test: WebhookTest) -> Call<WebhookTestResult> {
        let mut body = json!({});
        let secret = test.secret.as_ref().map(|secret| secret.expose().to_owned());
        let event_type = test.event_type.as_ref().map(|event_type| event_type.as_str().to_owned());
        let fields =
            [("url", test.url), ("webhook_id", test.webhook_id), ("event_type", event_type), ("secret", secret)];
        for (name, value) in fields {
            if let Some(value) = value {
                body[name] = value.into();
            }
        }
        if let Some(data) = test.data {
            body["data"] = data.into();
        }
        Call::new(self.0, Method::POST, "/api/webhooks/test", None).body(&body)
    }
}

impl Call<WebhookRotated> {
    /// For how long the previous secret goes on signing, in whole seconds, at most 7 days. Zero if the old
    /// secret has leaked.
    pub fn overlap(self, overlap: Duration) -> Self {
        self.body(&json!({ "overlap_seconds": overlap.as_secs() }))
    }
}

/// What was sent to webhooks.
#[derive(Debug, Clone, Copy)]
pub struct Deliveries<'a>(pub(crate) &'a Client);

impl Deliveries<'_> {
    /// Gets a delivery with each attempt.
    pub fn get(&self, id: impl AsRef<str>) -> Call<DeliveryDetail> {
        Call::new(self.0, Method::GET, "/api/v1/deliveries/{id}", Some(id.as_ref()))
    }

    /// Sends the event of a delivery again, as a new delivery with the same `webhook-id`. One that is still pending is refused
    /// with `conflict`.
    pub fn redeliver(&self, id: impl AsRef<str>) -> Call<Delivery> {
        Call::new(self.0, Method::POST, "/api/v1/deliveries/{id}/redeliver", Some(id.as_ref()))
    }
}
