//! Why a contract can't be used.

use std::path::PathBuf;

/// Why a contract can't be used: one variant a cause. Each message says what, where and how to mend it; `pointer` is
/// always a JSON pointer into the document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file can't be read.
    #[error("can't read the contract `{}`: {source}; give the path of an OpenAPI 3.1 document", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is neither YAML nor JSON, or is beyond what is read (depth, size, aliases).
    #[error("the contract is not YAML or JSON{}: {reason}", position(*line, *column))]
    Syntax {
        /// From 1; 0 if the parser doesn't know.
        line: u64,
        /// From 1, in characters; 0 if the parser doesn't know.
        column: u64,
        /// What the parser said.
        reason: String,
    },
    /// The document has no `openapi` field.
    #[error("this is not an OpenAPI document: it has no field `openapi`; begin it with `openapi: 3.1.1`")]
    NotOpenApi,
    /// The document is of another version of OpenAPI.
    #[error("the contract is of version {found}; it must be 3.1.x: convert it, then begin it with `openapi: 3.1.1`")]
    UnsupportedVersion {
        /// The version as written.
        found: String,
    },
    /// A `$ref` doesn't lead anywhere: it dangles, leaves the document, or goes round in a circle.
    #[error("the `$ref` at `{pointer}` to `{target}` {reason}")]
    BadRef {
        /// The object that holds the `$ref`.
        pointer: String,
        /// The value of the `$ref`.
        target: String,
        /// What is wrong with it, and how to mend it.
        reason: &'static str,
    },
    /// A schema breaks JSON Schema 2020-12.
    #[error("the schema at `{pointer}` is not valid JSON Schema 2020-12: {reason}; correct it there")]
    InvalidSchema {
        /// The schema, or the keyword in it.
        pointer: String,
        /// What the validator said.
        reason: String,
    },
    /// An object of the document lacks what OpenAPI demands of it.
    #[error("at `{pointer}`: {expected}")]
    Malformed {
        /// The object.
        pointer: String,
        /// What it must be.
        expected: String,
    },
    /// Two operations have one `operationId`.
    #[error("`operationId: {id}` is at `{first}` and at `{second}`; give one of them another")]
    DuplicateOperationId {
        /// The id.
        id: String,
        /// The operation that had it first.
        first: String,
        /// The operation that has it again.
        second: String,
    },
    /// An operation has no `operationId`.
    #[error("the operation at `{pointer}` has no `operationId`; give it one, such as `listPets`")]
    MissingOperationId {
        /// The operation.
        pointer: String,
    },
    /// Two path templates are the same up to the names of their parameters (OpenAPI 3.1.1, section 4.8.8.2).
    #[error("`{first}` and `{second}` match the same paths; keep one of them")]
    DuplicatePath {
        /// The template that came first.
        first: String,
        /// The template that came second.
        second: String,
    },
    /// A template names a parameter that nothing declares, or a path parameter is declared that no template names.
    #[error(
        "at `{pointer}`: the path parameter `{name}` must stand both in the template and in `parameters` (`in: path`)"
    )]
    UndeclaredPathParameter {
        /// The operation.
        pointer: String,
        /// The parameter.
        name: String,
    },
    /// The document is valid, but uses what this library doesn't judge. It refuses rather than pass over it.
    #[error("at `{pointer}`: {what} is not supported; write it in another way or take it out")]
    Unsupported {
        /// Where it is used.
        pointer: String,
        /// What is used.
        what: String,
    },
}

fn position(line: u64, column: u64) -> String {
    if line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}
