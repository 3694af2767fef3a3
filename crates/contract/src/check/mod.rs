//! The checks: what breaks the contract, and where.
//!
//! - [`request`]: path, method, parameters and body of a request
//! - [`response`]: status, headers and body of a response
//! - [`event`]: the body of a webhook event
//! - [`examples`]: the contract's own examples
//! - [`body`]: what requests, responses and events share

mod body;
mod event;
mod examples;
mod request;
mod response;

use http::HeaderMap;

/// A request to judge.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method. Methods are case-sensitive (RFC 9110, section 9.1).
    pub method: &'a str,
    /// The path, percent-encoded as it was sent, without the query, relative to the server's URL.
    pub path: &'a str,
    /// What follows the `?`, as it was sent.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

/// A response to judge.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

/// The text of a header; several of one name are one list (RFC 9110, section 5.3). Nothing if it is not there, an
/// error if it is not visible ASCII.
fn header_text(headers: &HeaderMap, name: &str) -> Option<Result<String, ()>> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let texts: Result<Vec<_>, _> = values.map(|value| value.to_str()).collect();
    Some(texts.map(|texts| texts.join(", ")).map_err(|_| ()))
}

/// The items of a header that is a list, or the one value.
fn header_items(text: String, list: bool) -> Vec<String> {
    if list { text.split(',').map(|item| item.trim().to_owned()).collect() } else { vec![text] }
}
