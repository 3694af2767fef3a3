use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::header_text;
use crate::contract::Contract;
use crate::explain::Subject;
use crate::media_type;
use crate::operation::MediaType;
use crate::violation::{Place, Violation, ViolationKind};

/// Whose body it is.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Request,
    Response,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Request => "the request",
            Side::Response => "the response",
        }
    }

    fn media_type(self) -> ViolationKind {
        match self {
            Side::Request => ViolationKind::UnsupportedMediaType,
            Side::Response => ViolationKind::MediaTypeMismatch,
        }
    }
}

impl Contract {
    /// Judges a body that is there by the documented content. `owner` is the pointer of what has the content.
    pub(super) fn check_body(
        &self,
        side: Side,
        headers: &HeaderMap,
        body: &[u8],
        (owner, content): (&str, &[MediaType]),
        out: &mut Vec<Violation>,
    ) {
        let ranges = content.iter().map(|content| format!("`{}`", content.range));
        let wanted = crate::explain::list(ranges, "or");
        let mut mismatch = |message: String| {
            out.push(Violation::new(side.media_type(), Place::MediaType, owner, message));
        };
        let name = side.name();
        let text = match header_text(headers, CONTENT_TYPE.as_str()) {
            None => return mismatch(format!("{name} has a body but no `Content-Type`; it must be {wanted}")),
            Some(Err(())) => return mismatch(format!("the `Content-Type` of {name} is not visible ASCII")),
            Some(Ok(text)) => text,
        };
        let Some(essence) = media_type::essence(&text) else {
            return mismatch(format!("the `Content-Type` of {name} is `{text}`, no media type; it must be {wanted}"));
        };
        let fits = content.iter().map(|content| (media_type::fit(&content.range, &essence), content));
        // The first of those that fit best.
        let best = fits.filter(|(fit, _)| *fit > 0).rev().max_by_key(|(fit, _)| *fit);
        let Some((_, documented)) = best else {
            return mismatch(format!("the `Content-Type` of {name} is `{essence}`; it must be {wanted}"));
        };
        if media_type::is_json(&essence) {
            self.check_json(body, documented, out);
        }
    }

    /// Judges a body that is to be JSON.
    pub(super) fn check_json(&self, body: &[u8], documented: &MediaType, out: &mut Vec<Violation>) {
        let malformed = |message: String| {
            let place = Place::Body { pointer: String::new() };
            Violation::new(ViolationKind::MalformedBody, place, &documented.pointer, message)
        };
        if let Err(error) = std::str::from_utf8(body) {
            let at = error.valid_up_to();
            return out.push(malformed(format!("the body is not UTF-8: the byte at offset {at} is wrong")));
        }
        match serde_json::from_slice::<Value>(body) {
            Err(error) => out.push(malformed(format!("the body is not JSON: {error}"))),
            Ok(value) => {
                if let Some(schema) = documented.schema() {
                    self.schemas().check(self.doc(), schema, &value, &Subject::Body, out);
                }
            }
        }
    }
}
