//! The explorer: Swagger UI's own files with a page and a start script of ours, which fill in the sandbox key and call
//! nothing but this origin.

use super::desk::Desk;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;
use utoipa_swagger_ui::Config;

const PAGE: &str = include_str!("../../explorer/index.html");
const STYLE: &str = include_str!("../../explorer/explorer.css");
const SCRIPT: &str = include_str!("../../explorer/explorer.js");

/// Everything below `/explorer`.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/explorer", get(|| async { Redirect::temporary("/explorer/") }))
        .route("/explorer/", get(|| async { file("text/html; charset=utf-8", PAGE) }))
        .route("/explorer/explorer.css", get(|| async { file("text/css", STYLE) }))
        .route("/explorer/explorer.js", get(|| async { file("text/javascript", SCRIPT) }))
        .route("/explorer/settings.json", get(settings))
        .route("/explorer/{file}", get(swagger_ui))
}

/// What the start script asks for: data of its own, so that nothing has to be written into a page or a script.
async fn settings(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    Json(json!({
        "title": desk.shelf.front().edition.built.title,
        "scheme": desk.contract.bearer_scheme(),
        "key": desk.key.get(),
    }))
}

async fn swagger_ui(Path(name): Path<String>) -> Response {
    match utoipa_swagger_ui::serve(&name, Arc::new(Config::default())) {
        Ok(Some(found)) => file(&found.content_type, found.bytes.into_owned()),
        Ok(None) => (StatusCode::NOT_FOUND, "the explorer has no such file").into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn file(kind: &str, content: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind.to_owned())], content).into_response()
}
