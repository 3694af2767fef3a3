//! What is counted, in the OpenMetrics text format.

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

type Label = [(&'static str, &'static str); 1];

/// The numbers.
pub struct Metrics {
    registry: Registry,
    stored: Family<Label, Counter>,
    duplicates: Family<Label, Counter>,
    refused: Family<Label, Counter>,
    worked: Family<Label, Counter>,
    polls: Family<Label, Counter>,
    alerts: Counter,
    pending: Gauge,
    given_up: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("integration"),
            stored: Family::default(),
            duplicates: Family::default(),
            refused: Family::default(),
            worked: Family::default(),
            polls: Family::default(),
            alerts: Counter::default(),
            pending: Gauge::default(),
            given_up: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("events_stored", "Events that were new, by the way they came", metrics.stored.clone());
        registry.register("events_known", "Webhooks whose event was stored before", metrics.duplicates.clone());
        registry.register("webhooks_refused", "Webhooks that were refused, by reason", metrics.refused.clone());
        registry.register("events_worked", "Attempts to work on an event, by result", metrics.worked.clone());
        registry.register("polls", "Polls, by result", metrics.polls.clone());
        registry.register("alerts", "What only a person can mend, or what has lasted", metrics.alerts.clone());
        registry.register("events_pending", "Events that wait for their work", metrics.pending.clone());
        registry.register("events_given_up", "Events whose work will never go well", metrics.given_up.clone());
        metrics
    }
}

impl Metrics {
    pub fn stored(&self, by: &'static str, events: usize) {
        self.stored.get_or_create(&[("by", by)]).inc_by(events as u64);
    }

    pub fn known(&self, by: &'static str) {
        self.duplicates.get_or_create(&[("by", by)]).inc();
    }

    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    pub fn worked(&self, result: &'static str) {
        self.worked.get_or_create(&[("result", result)]).inc();
    }

    pub fn polled(&self, result: &'static str) {
        self.polls.get_or_create(&[("result", result)]).inc();
    }

    pub fn alerted(&self) {
        self.alerts.inc();
    }

    /// The text for the scraper.
    pub fn text(&self, pending: i64, given_up: i64) -> Result<String, fmt::Error> {
        self.pending.set(pending);
        self.given_up.set(given_up);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
