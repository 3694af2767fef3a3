//! What can only be read: the key, routes, sources, changes and subscriptions.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::data::DATASET;
use super::keys::{Key, Scope};
use super::limits::Limits;
use super::lists::{Order, Place, Query, page};
use super::problem::Problem;
use super::rate::Standing;
use super::world::World;
use crate::reply::Reply;

/// `GET /api/v1/me`
pub fn me(key: &Key, standing: Standing) -> Result<Reply, Problem> {
    let scopes: Vec<_> = key.scopes().iter().map(|scope: &Scope| scope.as_str()).collect();
    Ok(Reply::json(
        200,
        &json!({
            "key": key.shown(),
            "mode": "test",
            "scopes": scopes,
            "rate_limit": { "limit": standing.limit, "remaining": standing.remaining, "reset": standing.reset },
        }),
    ))
}

fn list(
    items: impl Iterator<Item = Value>,
    filters: &[&str],
    query: &Query,
    limits: &Limits,
) -> Result<Reply, Problem> {
    let wanted = items.enumerate().filter_map(|(index, item)| {
        let admitted = filters.iter().all(|name| query.admits(name, &item[*name]));
        admitted.then(|| (Place::fixed(index), item))
    });
    Ok(Reply::json(200, &page(wanted, Order::Descending, query, limits)?))
}

/// `GET /api/v1/routes`
pub fn routes(query: &Query, limits: &Limits) -> Result<Reply, Problem> {
    let filters = ["origin_country", "destination_country", "visa_type"];
    list(DATASET.routes.iter().cloned(), &filters, query, limits)
}

/// `GET /api/v1/routes/{id}`
pub fn route(id: &str) -> Result<Reply, Problem> {
    let route = DATASET.route(id).ok_or_else(|| Problem::no_such("route", id))?;
    Ok(Reply::json(200, route))
}

/// `GET /api/v1/sources`
pub fn sources(world: &World, query: &Query, limits: &Limits) -> Result<Reply, Problem> {
    list(world.sources(), &["country", "health"], query, limits)
}

/// `GET /api/v1/sources/{id}`
pub fn source(world: &World, id: &str) -> Result<Reply, Problem> {
    let source = world.sources().find(|source| source["id"] == id).ok_or_else(|| Problem::no_such("source", id))?;
    Ok(Reply::json(200, &source))
}

/// `GET /api/v1/subscriptions`
pub fn subscriptions(query: &Query, limits: &Limits) -> Result<Reply, Problem> {
    list(DATASET.subscriptions.iter().cloned(), &[], query, limits)
}

/// `GET /api/v1/changes`
pub fn changes(world: &World, query: &Query, limits: &Limits) -> Result<Reply, Problem> {
    let moment = |name| query.get(name).and_then(|text| text.parse::<Timestamp>().ok());
    let (after, before) = (moment("detected_after"), moment("detected_before"));
    let is = |name, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
    let items = world
        .changes()
        .filter(|change| {
            is("route_id", &change.route_id)
                && is("source_id", &change.source_id)
                && is("visa_type", &change.visa_type)
                && after.is_none_or(|after| change.detected_at > after)
                && before.is_none_or(|before| change.detected_at < before)
        })
        .map(|change| (change.place, change.summary.clone()));
    let order = if query.get("sort") == Some("detected_at") { Order::Ascending } else { Order::Descending };
    Ok(Reply::json(200, &page(items, order, query, limits)?))
}

/// `GET /api/v1/changes/{id}`
pub fn change(world: &World, id: &str) -> Result<Reply, Problem> {
    let change = world.changes().find(|change| change.id == id).ok_or_else(|| Problem::no_such("change", id))?;
    Ok(Reply::json(200, &change.detail))
}
