//! The book's files.

use super::desk::Desk;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

/// Where a page's text begins; the banner goes there.
const MAIN: &[u8] = b"<main>";
/// Larger pages than this are not rewritten; the largest, all pages on one for print, stays far below.
const PAGE_LIMIT: usize = 64 << 20;

/// Answers with a file of the last good edition, or with the book's own 404 page.
pub(super) async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let front = desk.shelf.front();
    let folder = front.edition.folder();
    let not_found = ServeFile::new(folder.join("404.html"));
    let pages = ServeDir::new(folder);
    let answered = match front.previous.filter(|_| is_asset(request.uri().path())) {
        // A page of the last edition may still be loading: its styles have other names than this edition's.
        Some(previous) => {
            let older = ServeDir::new(previous.folder()).not_found_service(not_found);
            pages.fallback(older).oneshot(request).await.into_response()
        }
        None => pages.not_found_service(not_found).oneshot(request).await.into_response(),
    };
    match front.fault {
        Some(fault) if is_page(answered.headers()) => with_banner(answered, &fault).await,
        _ => answered,
    }
}

fn is_asset(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.contains('.') && !name.ends_with(".html")
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The page with what went wrong at its top.
async fn with_banner(page: Response, fault: &str) -> Response {
    let (mut parts, body) = page.into_parts();
    let Ok(html) = to_bytes(body, PAGE_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(insert_banner(html, fault)))
}

fn insert_banner(html: Bytes, fault: &str) -> Bytes {
    let Some(start) = html.windows(MAIN.len()).position(|window| window == MAIN) else {
        return html;
    };
    let text = fault.replace('&', "&amp;").replace('<', "&lt;");
    let banner = format!(
        "\n<section class=\"warning\" role=\"alert\"><p><strong>You are reading the last good build: what was saved since \
         can't be built.</strong></p><pre><code class=\"language-text\">{text}</code></pre></section>\n"
    );
    let (before, after) = html.split_at(start + MAIN.len());
    [before, banner.as_bytes(), after].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_stands_at_the_top_of_the_text_and_is_escaped() {
        let page = insert_banner(Bytes::from("<body><main><h1>One</h1></main>"), "expected <a> & b");
        let page = String::from_utf8_lossy(&page);
        let banner = page.find("expected &lt;a> &amp; b").expect("the fault is told");
        assert!(page.find("<main>") < Some(banner) && Some(banner) < page.find("<h1>"), "{page}");
    }

    #[test]
    fn only_what_a_page_loads_comes_from_the_edition_before() {
        assert!(is_asset("/css/general-1a2b.css"));
        assert!(!is_asset("/integrations/api.html"));
        assert!(!is_asset("/integrations/"));
    }
}
