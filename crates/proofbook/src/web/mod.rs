//! What `serve` answers around the sandbox: the book, the explorer, the contract.
//!
//! - [`pages`]: the book's files, with a banner while what was saved last can't be built
//! - [`live`]: tells open pages to reload
//! - [`explorer`]: Swagger UI on the contract, with the sandbox key filled in
//! - [`admin`]: the webhook tester
//! - [`desk`]: what those need to know

mod admin;
pub(crate) mod desk;
pub(crate) mod explorer;
pub(crate) mod live;
mod pages;

use crate::contract::Document;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use desk::Desk;
use proofbook_gate::report::json::SCHEMA;
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// Lets nothing in from outside, and nothing out: no page, script, style, picture, font or call of another origin.
///
/// mdBook, mermaid and Swagger UI write styles and small scripts into the page, hence `unsafe-inline`; Swagger UI keeps its
/// icons in `data:` addresses. A form opens what its reader sends it to, as a link does: the feedback form opens an issue or a mail.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; \
    base-uri 'self'; form-action 'self' http: https: mailto:; frame-ancestors 'self'";

/// All that is not the API or the sandbox's controls.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/openapi.yaml", get(yaml))
        .route("/openapi.json", get(json))
        .route("/report.schema.json", get(report_schema))
        .route(live::PATH, get(live::answer))
        .merge(explorer::routes())
        .merge(admin::routes())
        .fallback(pages::answer)
        .with_state(desk)
        .layer(unless_said(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
        // Two saves in one second have the same modification time: a browser that asks by it would keep the older page.
        .layer(always(header::CACHE_CONTROL, "no-store"))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// For what has none of its own.
fn unless_said(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn yaml(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], desk.contract.yaml.clone())
}

async fn report_schema() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/schema+json")], SCHEMA)
}

async fn json(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    Json(Document::served_here(&desk.contract))
}
