//! What differs between two versions of a contract, as a client sees it: operations, parameters, bodies, answers, headers,
//! events, error codes and limits.
//!
//! Texts and examples are not compared, nor are servers and the definitions of security schemes. Operations are told apart by
//! method and path: a new `operationId` is no difference to a client. What can't be judged, such as another `pattern`, is
//! taken to break.
//!
//! What breaks is decided by who writes. Of what the client sends, less is allowed than before; of what the API answers,
//! more can come than before. There are two exceptions: a field and a value that are new in an answer do not break, since a
//! client passes over what it does not know.
//!
//! - `operations`: operations and events; `messages`: their parameters, bodies, answers and headers
//! - `schemas`: schemas, field by field; `rules`: the rules of one schema
//! - `errors`: error codes; `limits`: the numbers of `x-limits`
//! - `collect`: one [`Difference`] for what is the same in several places

mod collect;
mod errors;
mod limits;
mod messages;
mod operations;
mod rules;
mod schemas;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::contract::Contract;
use collect::Collector;
use errors::Codes;

/// One thing that differs, with everything that it is true of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Whether it came, went, or is another.
    pub kind: DifferenceKind,
    /// What it is.
    pub subject: Subject,
    /// Its name: an `operationId`, a parameter, a header, a status, a code, or a field as `data[].route.id`.
    pub name: String,
    /// What is to be said beyond that, without a full stop: `must be given`, `can be null too`.
    pub detail: String,
    /// Whether a client that was right before may now fail.
    pub breaking: bool,
    /// The operations, by `operationId`, or the events that it is true of. Empty for error codes and limits.
    pub owners: BTreeSet<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// It was not there before.
    Added,
    /// It is there as before, and other rules hold for it.
    Changed,
    /// It works, and will not forever.
    Deprecated,
    /// It is not there any more.
    Removed,
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Subject {
    /// An operation.
    Operation,
    /// An event that is sent to webhooks.
    Event,
    /// An error code.
    Error,
    /// A number of `x-limits`.
    Limit,
    /// A parameter in a path or a query, or a header of a request.
    Parameter,
    /// A request body as a whole.
    RequestBody,
    /// A field of a request body.
    RequestField,
    /// A status that an operation answers with.
    Answer,
    /// A field of an answer.
    AnswerField,
    /// A header of an answer.
    AnswerHeader,
    /// A field of an event.
    EventField,
    /// A header of an event.
    EventHeader,
}

impl fmt::Display for Subject {
    /// In words, such as `field of the answer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Subject::Operation => "operation",
            Subject::Event => "event",
            Subject::Error => "error code",
            Subject::Limit => "limit",
            Subject::Parameter => "parameter",
            Subject::RequestBody => "request",
            Subject::RequestField => "field of the request",
            Subject::Answer => "answer",
            Subject::AnswerField => "field of the answer",
            Subject::AnswerHeader => "header of the answer",
            Subject::EventField => "field of the event",
            Subject::EventHeader => "header of the event",
        })
    }
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DifferenceKind::Added => "added",
            DifferenceKind::Changed => "changed",
            DifferenceKind::Deprecated => "deprecated",
            DifferenceKind::Removed => "removed",
        })
    }
}

impl fmt::Display for Difference {
    /// One line: `added, field of the request, data: must be given (testWebhook); breaks`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.kind, self.subject, self.name)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        if !self.owners.is_empty() {
            write!(f, " ({})", self.owners.iter().map(String::as_str).collect::<Vec<_>>().join(", "))?;
        }
        if self.breaking { f.write_str("; breaks") } else { Ok(()) }
    }
}

/// All that differs: first what breaks, then by subject, in the order of the contracts.
#[must_use]
pub fn diff(old: &Contract, new: &Contract) -> Vec<Difference> {
    let mut found = Collector::default();
    let codes = Codes::of(old, new);
    operations::compare(old, new, &codes, &mut found);
    operations::compare_events(old, new, &codes, &mut found);
    codes.compare(&mut found);
    limits::compare(old, new, &mut found);
    found.into_differences()
}
