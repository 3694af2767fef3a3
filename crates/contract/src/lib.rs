//! Holds an API to its contract: loads an OpenAPI 3.1 document, tells which operation a request is for, and judges
//! requests, responses and webhook events by it. It knows nothing of any one API.
//!
//! ```
//! # let text = "{openapi: 3.1.1, info: {title: t, version: v}, paths: {/pets: {get: {operationId: listPets,
//! #     parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}}],
//! #     responses: {'200': {description: Pets.}}}}}}";
//! use proofbook_contract::{Contract, Request};
//!
//! let contract = Contract::from_text(text)?;
//! let headers = http::HeaderMap::new();
//! let request = Request { method: "GET", path: "/pets", query: Some("limit=500"), headers: &headers, body: b"" };
//! let violations = contract.check_request(&request);
//! assert_eq!(violations[0].message, "query parameter `limit` is 500; it must be at most 100");
//! # Ok::<(), proofbook_contract::LoadError>(())
//! ```
//!
//! What it does not do:
//!
//! - It judges no credentials: [`Operation::security_scopes`] says what the contract asks for.
//! - It fetches nothing: all references are local. It refuses what it can't judge ([`LoadError::Unsupported`]): cookies,
//!   parameters that are objects or have `content` or an unusual `style`, and `$id`, `$anchor` and `$dynamicRef`.
//! - It judges no body that is not JSON beyond its media type, and it makes no difference of `readOnly` and
//!   `writeOnly`.
//! - It does not know where a server is mounted: paths are relative to the server's URL.
//!
//! Its parts, from the text to the judgement:
//!
//! - `contract`: [`Contract`], the way in; `error`: why one can't be loaded
//! - `parse`: text to JSON, and the version; `document`: the document and its references; `pointer`: JSON pointers;
//!   `walk`: every object of a document with its kind
//! - `load`: operations and events; `operation`: what the contract says of each; `path`: templates, and which one a
//!   path belongs to
//! - `schemas`: the compiled schemas; `types`: the JSON types that a schema allows; `flat`: a schema and all that it is made
//!   of, in one
//! - `check`: [`Request`], [`Response`], events, examples; `query`, `coerce`, `media_type`: reading what was sent
//! - `violation`: what is found; `explain`: schema errors in plain words; `suggest`: what may have been meant
//! - `generate`: examples from schemas
//! - [`diff`]: what differs between two versions, and whether it breaks a client

mod check;
mod coerce;
mod contract;
mod diff;
mod document;
mod error;
mod explain;
mod flat;
mod generate;
mod load;
mod media_type;
mod operation;
mod parse;
mod path;
mod pointer;
mod query;
mod schemas;
mod suggest;
mod types;
mod violation;
mod walk;

pub use check::{Request, Response};
pub use contract::{Contract, Find};
pub use diff::{Difference, DifferenceKind, Subject, diff};
pub use error::LoadError;
pub use operation::{
    DocumentedResponse, ExampleResponse, Header, MediaType, Operation, Parameter, ParameterLocation, RequestBody,
};
pub use violation::{Place, Violation, ViolationKind};
