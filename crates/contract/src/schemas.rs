//! The schemas of a document, compiled once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::{Value, json};

use crate::document::Document;
use crate::error::LoadError;
use crate::explain::{Explain, Subject};
use crate::pointer;
use crate::violation::Violation;
use crate::walk::Kind;

/// The name under which the document's own references find it. Nothing is ever fetched.
const BASE: &str = "urn:proofbook:contract";
/// Keywords that would make a pointer mean something else than where it points, or that mean nothing in 3.1 and so
/// would quietly be passed over.
const UNSUPPORTED: [(&str, &str); 5] = [
    ("$id", "`$id` in a schema (all references are relative to the document)"),
    ("$anchor", "`$anchor` (refer by a JSON pointer)"),
    ("$dynamicRef", "`$dynamicRef` (refer by `$ref`)"),
    ("$dynamicAnchor", "`$dynamicAnchor` (refer by a JSON pointer)"),
    ("nullable", "`nullable` (of OpenAPI 3.0; in 3.1 it is `type: [string, \"null\"]`)"),
];
const DIALECTS: [&str; 2] =
    ["https://json-schema.org/draft/2020-12/schema", "https://spec.openapis.org/oas/3.1/dialect/base"];

/// Compiled schemas, by the JSON pointer of the schema.
pub(crate) struct Schemas {
    registry: Registry<'static>,
    compiled: RwLock<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    /// The schemas of a document, none of them compiled yet.
    pub(crate) fn new(document: &Document) -> Result<Schemas, LoadError> {
        check_dialect(document.value(), "jsonSchemaDialect", "")?;
        let all = document.nodes(Kind::Schema).into_iter().chain(document.nodes(Kind::Subschema));
        for (at, schema) in all {
            check_dialect(schema, "$schema", &at)?;
            if let Some((_, what)) = UNSUPPORTED.iter().find(|(keyword, _)| schema.get(keyword).is_some()) {
                return Err(LoadError::Unsupported { pointer: at, what: (*what).to_owned() });
            }
        }
        let invalid = |error: jsonschema::ReferencingError| LoadError::InvalidSchema {
            pointer: String::new(),
            reason: error.to_string(),
        };
        let registry = Registry::new().add(BASE, document.shared()).map_err(invalid)?;
        let registry = registry.draft(Draft::Draft202012).prepare().map_err(invalid)?;
        Ok(Schemas { registry, compiled: RwLock::default() })
    }

    /// Compiles all schemas that are not part of another.
    pub(crate) fn compile(&self, document: &Document) -> Result<(), LoadError> {
        for (at, schema) in document.nodes(Kind::Schema) {
            if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
                let pointer = format!("{at}{}", error.instance_path());
                return Err(LoadError::InvalidSchema { pointer, reason: error.to_string() });
            }
            let at = document.follow_schema(&at);
            self.validator(&at).map_err(|error| {
                let keyword = error.schema_path().as_str();
                let known = !keyword.is_empty() && document.get(keyword).is_some();
                let pointer = if known { keyword.to_owned() } else { at.clone() };
                LoadError::InvalidSchema { pointer, reason: error.to_string() }
            })?;
        }
        Ok(())
    }

    fn validator(&self, at: &str) -> Result<Arc<Validator>, Box<ValidationError<'static>>> {
        let known = self.compiled.read().unwrap_or_else(PoisonError::into_inner).get(at).cloned();
        if let Some(validator) = known {
            return Ok(validator);
        }
        let reference = json!({ "$ref": format!("{BASE}#{}", pointer::to_fragment(at)) });
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .offline()
            .should_validate_formats(true)
            .build(&reference)
            .map_err(Box::new)?;
        let validator = Arc::new(validator);
        self.compiled.write().unwrap_or_else(PoisonError::into_inner).insert(at.to_owned(), validator.clone());
        Ok(validator)
    }

    /// Whether there is something at the pointer that can be held against a value.
    pub(crate) fn has(&self, document: &Document, at: &str) -> bool {
        document.get(at).is_some_and(|node| node.is_object() || node.is_boolean()) && self.validator(at).is_ok()
    }

    pub(crate) fn is_valid(&self, at: &str, value: &Value) -> bool {
        self.validator(at).is_ok_and(|validator| validator.is_valid(value))
    }

    /// Holds the value against the schema and adds what is wrong with it.
    pub(crate) fn check(
        &self,
        document: &Document,
        at: &str,
        value: &Value,
        subject: &Subject<'_>,
        out: &mut Vec<Violation>,
    ) {
        // All that the document uses was compiled when it was loaded, and `has` was asked for anything else.
        let Ok(validator) = self.validator(at) else { return };
        let mut explain = Explain { document, schema: at, value, subject, out };
        for error in validator.iter_errors(value) {
            if explain.is_full() {
                break;
            }
            explain.error(&error);
        }
    }
}

fn check_dialect(node: &Value, key: &str, at: &str) -> Result<(), LoadError> {
    match node.get(key).and_then(Value::as_str) {
        Some(dialect) if !DIALECTS.contains(&dialect.trim_end_matches('#')) => {
            Err(LoadError::Unsupported { pointer: at.to_owned(), what: format!("`{key}: {dialect}`") })
        }
        _ => Ok(()),
    }
}
