//! The explorer: Swagger UI's own files with a page and a start script of ours, which fill in the sandbox key and call
//! nothing but this origin.

use super::desk::Desk;
use crate::contract::Document;
use anyhow::anyhow;
use axum::extract::{self, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use utoipa_swagger_ui::Config;

const PAGE: &str = include_str!("../../explorer/index.html");
const STYLE: &str = include_str!("../../explorer/explorer.css");
/// What the page needs of Swagger UI.
const SWAGGER_UI: [&str; 3] = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];
const SCRIPT: &str = include_str!("../../explorer/explorer.js");
/// The webhook tester has it too.
const THEME: &str = include_str!("../../explorer/theme.js");

/// Everything below `/explorer`.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/explorer", get(|| async { Redirect::temporary("/explorer/") }))
        .route("/explorer/", get(|| async { file("text/html; charset=utf-8", PAGE) }))
        .route("/explorer/explorer.css", get(|| async { file("text/css", STYLE) }))
        .route("/explorer/explorer.js", get(|| async { file("text/javascript", SCRIPT) }))
        .route("/explorer/theme.js", get(|| async { file("text/javascript", THEME) }))
        .route("/explorer/settings.json", get(settings))
        .route("/explorer/{file}", get(swagger_ui))
}

/// What the start script asks for: data of its own, so that nothing has to be written into a page or a script.
async fn settings(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    let front = desk.shelf.front();
    let (title, reference) = (&front.edition.built.title, has_reference(front.edition.folder()));
    Json(data(title, &desk.contract, desk.key.get().map(String::as_str), reference))
}

fn data(title: &str, contract: &Document, key: Option<&str>, reference: bool) -> Value {
    json!({ "title": title, "scheme": contract.bearer_scheme(), "key": key, "reference": reference })
}

/// Whether the book has the page with all operations.
fn has_reference(book: &Path) -> bool {
    book.join("reference/operations.html").is_file()
}

/// Writes the explorer into a folder, for a site that has no sandbox: it shows the contract, and its calls go nowhere.
pub(crate) fn write(folder: &Path, title: &str, contract: &Document) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let settings = data(title, contract, None, folder.parent().is_some_and(has_reference)).to_string();
    let own = [
        ("index.html", PAGE),
        ("explorer.css", STYLE),
        ("explorer.js", SCRIPT),
        ("theme.js", THEME),
        ("settings.json", &settings),
    ];
    for (name, text) in own {
        fs::write(folder.join(name), text)?;
    }
    for name in SWAGGER_UI {
        let found = utoipa_swagger_ui::serve(name, Arc::new(Config::default()));
        let found = found.map_err(|error| anyhow!("{error}"))?.ok_or_else(|| anyhow!("Swagger UI has no {name}"))?;
        fs::write(folder.join(name), found.bytes)?;
    }
    Ok(())
}

async fn swagger_ui(extract::Path(name): extract::Path<String>) -> Response {
    match utoipa_swagger_ui::serve(&name, Arc::new(Config::default())) {
        Ok(Some(found)) => file(&found.content_type, found.bytes.into_owned()),
        Ok(None) => (StatusCode::NOT_FOUND, "the explorer has no such file").into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn file(kind: &str, content: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind.to_owned())], content).into_response()
}
