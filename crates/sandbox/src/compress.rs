//! Compresses an answer with gzip, for a client that accepts it (RFC 9110, section 12.5.3).
//!
//! It comes last: what is recorded, and held against the contract, is the plain body.

use std::convert::Infallible;

use axum::body::Body;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{ServiceExt, service_fn};
use tower_http::compression::Compression;
use tower_http::compression::predicate::SizeAbove;

/// Below this size, in bytes, an answer fits into one packet, and gzip saves nothing.
const LEAST: u64 = 1024;

/// This answer, as a client with these headers takes it.
pub(crate) async fn compress(headers: &HeaderMap, response: Response<Body>) -> Response<Body> {
    let status = response.status();
    let mut request = Request::new(());
    for value in headers.get_all(ACCEPT_ENCODING) {
        request.headers_mut().append(ACCEPT_ENCODING, value.clone());
    }
    let mut ready = Some(response);
    let answer =
        service_fn(move |_: Request<()>| std::future::ready(Ok::<_, Infallible>(ready.take().unwrap_or_default())));
    let compression = Compression::new(answer).compress_when(SizeAbove::new(LEAST));
    let mut response = match compression.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    // The layer says 406 to a client that refuses every coding. No contract has that here, and a server may send it plain.
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if headers.contains_key(CONTENT_ENCODING)
        && let Some(own) = headers.get(ETAG).and_then(|plain| HeaderValue::try_from(tag(plain.to_str().ok()?)).ok())
    {
        headers.insert(ETAG, own);
    }
    response
}

/// The tag of an answer when it comes compressed: other bytes have another strong tag (RFC 9110, section 8.8.3.3).
pub(crate) fn tag(plain: &str) -> String {
    format!("{}-gzip\"", plain.trim_end_matches('"'))
}
