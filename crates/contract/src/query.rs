//! The text of a URL: percent-encoding (RFC 3986, section 2.1) and form-encoded queries (WHATWG URL, section 5.1).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Decodes strictly: nothing if a `%` is not followed by two hexadecimal digits, or if the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    for (at, _) in escapes {
        let digits = bytes.get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
    }
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

/// Decodes a name or value of a query: as [`decode`], with `+` for a space.
pub(crate) fn decode_form(text: &str) -> Option<String> {
    decode(&text.replace('+', " "))
}

/// The pairs of a query, still encoded, in their order.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
