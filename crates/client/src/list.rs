//! Lists: a page at a time, or all items as a stream.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;
use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::answer::{Conditional, ETag, Response};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Change, Delivery, Page, Route, Source};
use crate::words::{DeliveryStatus, EventType, SourceHealth, VisaType};

/// The order of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Newest first, as it is if you do not say.
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

/// A list. `.await` answers with one page; [`List::stream`] with all items.
///
/// # Errors
/// As for any [`Call`].
#[derive(Debug)]
#[must_use = "a list does nothing until you `.await` or stream it"]
pub struct List<T> {
    call: Call<Page<T>>,
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    pub(crate) fn new(client: &Client, template: &'static str, id: Option<&str>) -> Self {
        Self { call: Call::new(client, Method::GET, template, id) }
    }

    fn set(mut self, name: &'static str, value: impl ToString) -> Self {
        self.call.query.retain(|(known, _)| *known != name);
        self.call.query.push((name, value.to_string()));
        self
    }

    /// How many items a page has at most, 1 to 100. The default is 20.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Goes on where a page ended, by its `next_cursor`.
    pub fn cursor(self, cursor: impl Into<String>) -> Self {
        self.set("cursor", cursor.into())
    }

    /// One page, with what is known of the answer.
    ///
    /// # Errors
    /// As any call.
    pub async fn with_meta(self) -> Result<Response<Page<T>>, Error> {
        self.call.with_meta().await
    }

    /// One page, unless nothing has changed since the answer with this version.
    ///
    /// # Errors
    /// As any call.
    pub async fn if_changed(self, etag: &ETag) -> Result<Conditional<Page<T>>, Error> {
        self.call.if_changed(etag).await
    }

    /// All items from here on. A page is fetched when its first item is asked for. After an error the stream ends.
    pub fn stream(self) -> BoxStream<'static, Result<T, Error>> {
        let pages = stream::try_unfold(Some(self), |list| async move {
            let Some(list) = list else { return Ok(None) };
            let Response { data: page, meta } = list.clone().with_meta().await?;
            let next = page.next_cursor.map(|cursor| list.clone().cursor(cursor));
            if next.as_ref().is_some_and(|next| next.call.query == list.call.query) {
                let reason = "`next_cursor` leads to the same page again".to_owned();
                return Err(Error::Decode { request_id: meta.request_id, reason });
            }
            Ok(Some((stream::iter(page.data.into_iter().map(Ok)), next)))
        });
        futures::TryStreamExt::try_flatten(pages).boxed()
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { call: self.call.clone() }
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for List<T> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.call.into_future()
    }
}

impl List<Route> {
    /// Only routes from this country, ISO 3166-1 alpha-2.
    pub fn origin_country(self, country: &str) -> Self {
        self.set("origin_country", country)
    }

    /// Only routes to this country, ISO 3166-1 alpha-2.
    pub fn destination_country(self, country: &str) -> Self {
        self.set("destination_country", country)
    }

    /// Only this type of visa.
    pub fn visa_type(self, visa_type: VisaType) -> Self {
        self.set("visa_type", visa_type)
    }
}

impl List<Source> {
    /// Only sources of this country, ISO 3166-1 alpha-2.
    pub fn country(self, country: &str) -> Self {
        self.set("country", country)
    }

    /// Only sources in this state.
    pub fn health(self, health: SourceHealth) -> Self {
        self.set("health", health)
    }
}

impl List<Change> {
    /// Only changes of this route.
    pub fn route_id(self, id: &str) -> Self {
        self.set("route_id", id)
    }

    /// Only changes of this source.
    pub fn source_id(self, id: &str) -> Self {
        self.set("source_id", id)
    }

    /// Only this type of visa.
    pub fn visa_type(self, visa_type: VisaType) -> Self {
        self.set("visa_type", visa_type)
    }

    /// Only changes detected later than this moment.
    pub fn detected_after(self, moment: Timestamp) -> Self {
        self.set("detected_after", moment)
    }

    /// Only changes detected earlier than this moment.
    pub fn detected_before(self, moment: Timestamp) -> Self {
        self.set("detected_before", moment)
    }

    /// The order.
    pub fn sort(self, sort: Sort) -> Self {
        self.set("sort", if sort == Sort::OldestFirst { "detected_at" } else { "-detected_at" })
    }
}

impl List<Delivery> {
    /// Only deliveries in this state.
    pub fn status(self, status: DeliveryStatus) -> Self {
        self.set("status", status)
    }

    /// Only deliveries of this event.
    pub fn event_type(self, event_type: EventType) -> Self {
        self.set("event_type", event_type)
    }
}
