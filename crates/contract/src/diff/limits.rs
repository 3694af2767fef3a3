//! The numbers of `x-limits`.

use serde_json::Value;

use super::collect::{Collector, Site};
use super::{DifferenceKind, Subject};
use crate::contract::Contract;

/// Compares them. A lower number breaks; another list does not.
pub(super) fn compare(old: &Contract, new: &Contract, found: &mut Collector) {
    let limits = |contract: &Contract| {
        contract.document().get("x-limits").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let (before, after) = (limits(old), limits(new));
    let site = Site { owner: None, subject: Subject::Limit };
    for (name, value) in &before {
        match after.get(name) {
            None => found.add(site, DifferenceKind::Removed, name, "", false),
            Some(now) if now != value => {
                let lower = now.as_f64().zip(value.as_f64()).is_some_and(|(now, before)| now < before);
                found.add(site, DifferenceKind::Changed, name, &format!("is {now}, was {value}"), lower);
            }
            Some(_) => {}
        }
    }
    for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        found.add(site, DifferenceKind::Added, name, &format!("is {value}"), false);
    }
}
