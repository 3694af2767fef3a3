//! What a check finds.

use std::fmt;

use serde::Serialize;

/// One way in which a message breaks the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The cause.
    pub kind: ViolationKind,
    /// Where in the message.
    pub place: Place,
    /// A sentence without a full stop that names the place, what is there, and what must be.
    pub message: String,
    /// Where in the contract: the JSON pointer of the rule that is broken.
    pub contract: String,
}

impl Violation {
    pub(crate) fn new(
        kind: ViolationKind,
        place: Place,
        contract: impl Into<String>,
        message: impl Into<String>,
    ) -> Violation {
        Violation { kind, place, message: message.into(), contract: contract.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (contract: {})", self.message, self.contract)
    }
}

/// Why a message breaks the contract: one variant a cause that a caller can act on. Serialized in kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ViolationKind {
    /// The path is not percent-encoded UTF-8.
    MalformedPath,
    /// No path template matches.
    UnknownPath,
    /// The path is known, but not with this method.
    MethodNotAllowed,
    /// The operation is not one of this contract.
    UnknownOperation,
    /// A part of the query is not form-encoded UTF-8.
    MalformedQuery,
    /// The operation has no such query parameter.
    UnknownQueryParameter,
    /// A query parameter that takes one value has several.
    RepeatedQueryParameter,
    /// A required parameter is not there.
    MissingParameter,
    /// A parameter breaks its schema, or can't be read.
    InvalidParameter,
    /// A body is required and there is none.
    MissingBody,
    /// There is a body and none is documented.
    UnexpectedBody,
    /// The request's `Content-Type` is missing, malformed or not documented.
    UnsupportedMediaType,
    /// The response's `Content-Type` is missing, malformed or not documented.
    MediaTypeMismatch,
    /// The body is not UTF-8, or not JSON.
    MalformedBody,
    /// The body breaks its schema.
    InvalidBody,
    /// The operation doesn't document this status.
    UndocumentedStatus,
    /// A required response header is not there.
    MissingHeader,
    /// A response header breaks its schema, or can't be read.
    InvalidHeader,
    /// The contract has no such event.
    UnknownEvent,
    /// The contract has no schema there.
    UnknownSchema,
    /// A value breaks the schema that it was held against.
    InvalidValue,
    /// An example in the contract breaks its schema.
    InvalidExample,
}

/// Where in a message. Serialized as an object whose `in` is the variant in snake_case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// The path as a whole.
    Path,
    /// The method.
    Method,
    /// A query parameter.
    Query {
        /// Its name, decoded where that is possible.
        name: String,
    },
    /// A header of the request or the response.
    Header {
        /// Its name as the contract writes it.
        name: String,
    },
    /// A part of the path.
    PathParameter {
        /// Its name.
        name: String,
    },
    /// The `Content-Type`.
    MediaType,
    /// The status of the response.
    Status,
    /// The body, or a value that was checked by itself.
    Body {
        /// The JSON pointer of the value; empty for the whole body. An unknown property is pointed at itself, a
        /// missing one at the object that lacks it.
        pointer: String,
    },
    /// The name of an event.
    Event,
    /// An example in the contract.
    Example {
        /// The JSON pointer of the value in the contract.
        pointer: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Path => f.write_str("path"),
            Place::Method => f.write_str("method"),
            Place::Query { name } => write!(f, "query parameter `{name}`"),
            Place::Header { name } => write!(f, "header `{name}`"),
            Place::PathParameter { name } => write!(f, "path parameter `{name}`"),
            Place::MediaType => f.write_str("media type"),
            Place::Status => f.write_str("status"),
            Place::Body { pointer } if pointer.is_empty() => f.write_str("body"),
            Place::Body { pointer } => write!(f, "body at `{pointer}`"),
            Place::Event => f.write_str("event"),
            Place::Example { pointer } => write!(f, "example at `{pointer}`"),
        }
    }
}
