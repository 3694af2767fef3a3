//! The contract: loading it, and looking things up in it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::Document;
use crate::error::LoadError;
use crate::flat;
use crate::load::{self, Loaded};
use crate::operation::Operation;
use crate::parse;
use crate::path::{self, Paths};
use crate::schemas::Schemas;

/// An OpenAPI 3.1 document that was found to be whole. A clone is cheap and shares it.
#[derive(Clone)]
pub struct Contract(Arc<Inner>);

struct Inner {
    document: Document,
    loaded: Loaded,
    schemas: Schemas,
}

/// What [`Contract::find`] finds.
#[derive(Debug, Clone, PartialEq)]
pub enum Find<'a> {
    /// The operation, and the decoded path parameters by name.
    Operation(&'a Operation, BTreeMap<String, String>),
    /// The path is known, but not with this method. The methods it has, in upper case, in the document's order.
    MethodNotAllowed(Vec<&'a str>),
    /// No path template matches, or the path is not percent-encoded UTF-8.
    NotFound,
}

impl Contract {
    /// Reads a file. See [`from_text`](Contract::from_text).
    ///
    /// # Errors
    /// [`LoadError::Io`] if it can't be read, else those of [`from_text`](Contract::from_text).
    pub fn from_path(path: impl AsRef<Path>) -> Result<Contract, LoadError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
        Contract::from_text(&text)
    }

    /// Loads YAML 1.2 or JSON and compiles all its schemas. Nothing is ever fetched.
    ///
    /// # Errors
    /// Any [`LoadError`] but `Io`: what can't be judged is refused rather than passed over.
    pub fn from_text(text: &str) -> Result<Contract, LoadError> {
        let document = Document::new(parse::parse(text)?)?;
        let loaded = load::load(&document)?;
        let schemas = Schemas::new(&document)?;
        schemas.compile(&document)?;
        Ok(Contract(Arc::new(Inner { document, loaded, schemas })))
    }

    /// Loads a document that [`from_text`](Contract::from_text) has accepted before, such as one that is built into a
    /// program. A schema is compiled when it is first needed, so that a program that needs few of them starts at once.
    ///
    /// # Errors
    /// As [`from_text`](Contract::from_text). A schema that can't be compiled is not noticed here; everything is valid by it.
    pub fn from_accepted(document: Value) -> Result<Contract, LoadError> {
        let document = Document::new(document)?;
        let loaded = load::load(&document)?;
        let schemas = Schemas::new(&document)?;
        Ok(Contract(Arc::new(Inner { document, loaded, schemas })))
    }

    /// As [`from_accepted`](Contract::from_accepted), from its text, such as that of a version that was released.
    ///
    /// # Errors
    /// As [`from_accepted`](Contract::from_accepted), and if it is no YAML 1.2.
    pub fn from_accepted_text(text: &str) -> Result<Contract, LoadError> {
        Contract::from_accepted(parse::parse(text)?)
    }

    /// The document as it was loaded: references unexpanded, keys in their order.
    #[must_use]
    pub fn document(&self) -> &Value {
        self.0.document.value()
    }

    /// Follows a chain of local references. The node itself if it is none, or if the chain leads nowhere (which none in
    /// the document does). What stands beside a `$ref` is passed over.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        self.0.document.resolve(node)
    }

    /// A schema with what it refers to and what it is `allOf` in one. What stands beside a reference goes before what it
    /// names, and a property that several parts have is all of theirs.
    #[must_use]
    pub fn flat(&self, schema: &Value) -> Map<String, Value> {
        flat::flat(&self.0.document, schema)
    }

    /// The API's version: `info.version`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.document().pointer("/info/version").and_then(Value::as_str).unwrap_or_default()
    }

    /// The operations under `paths`, in the order of the document.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.0.loaded.operations
    }

    /// An operation under `paths`, by its `operationId`.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations().iter().find(|operation| operation.id == id)
    }

    /// The operation that a request is for.
    ///
    /// `method` is case-sensitive (RFC 9110, section 9.1). `path` is as it was sent, percent-encoded, without the query,
    /// relative to the server's URL. Of several templates the most concrete matches (OpenAPI 3.1.1, section 4.8.8.2);
    /// an empty segment is no parameter, and a `%2F` does not end a segment.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Find<'_> {
        let found = path::segments(path).and_then(|segments| self.paths().find(&segments));
        let Some((_, indices, parameters)) = found else { return Find::NotFound };
        let mut operations = indices.iter().filter_map(|index| self.operations().get(*index));
        match operations.clone().find(|operation| operation.method == method) {
            Some(operation) => Find::Operation(operation, parameters),
            None => Find::MethodNotAllowed(operations.by_ref().map(|operation| operation.method.as_str()).collect()),
        }
    }

    /// The names of the events in `webhooks`, in the order of the document.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.0.loaded.events.iter().map(|(name, _)| name.as_str())
    }

    /// The request that carries an event: its headers are [`Operation::parameters`], its body
    /// [`Operation::request_body`]. Its path is the event's name.
    #[must_use]
    pub fn event(&self, event: &str) -> Option<&Operation> {
        self.0.loaded.events.iter().find(|(name, _)| name == event).map(|(_, operation)| operation)
    }

    /// The example of an event's body: `example`, else the first of `examples`, else that of the schema.
    #[must_use]
    pub fn event_example(&self, event: &str) -> Option<&Value> {
        self.event(event)?.request_body()?.json()?.example()
    }

    /// The schema of an event's body.
    #[must_use]
    pub fn event_schema(&self, event: &str) -> Option<&Value> {
        self.0.document.get(self.event(event)?.request_body()?.json()?.schema()?)
    }

    pub(crate) fn doc(&self) -> &Document {
        &self.0.document
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.0.loaded.paths
    }

    pub(crate) fn schemas(&self) -> &Schemas {
        &self.0.schemas
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations = self.operations().len();
        f.debug_struct("Contract").field("operations", &operations).finish_non_exhaustive()
    }
}
