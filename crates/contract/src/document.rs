//! The document as it was loaded, and its references.

use std::sync::Arc;

use serde_json::Value;

use crate::error::LoadError;
use crate::pointer;
use crate::walk::{self, Kind};

/// A chain of references that is longer than this goes round in a circle: every hop is another object of a document
/// that a person wrote.
const MAX_HOPS: usize = 64;

/// Keywords that a schema may have beside `$ref` without a bearing on what is valid.
const ANNOTATIONS: [&str; 7] = ["$ref", "description", "summary", "title", "deprecated", "$comment", "default"];

/// A document whose references all lead somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Document(Arc<Value>);

impl Document {
    /// Checks all references.
    pub(crate) fn new(value: Value) -> Result<Document, LoadError> {
        let document = Document(Arc::new(value));
        let mut result = Ok(());
        walk::walk(document.value(), &mut |_, at, node| {
            if result.is_ok() {
                result = document.check_reference(at, node);
            }
        });
        result.map(|()| document)
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn shared(&self) -> Arc<Value> {
        self.0.clone()
    }

    pub(crate) fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// The node that a chain of references ends at; the node itself if it is none, or if the chain ends nowhere.
    pub(crate) fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        let mut at = node;
        for _ in 0..MAX_HOPS {
            let Some(target) = reference(at) else { return at };
            let Some(next) = pointer::of_reference(target).and_then(|pointer| self.get(&pointer)) else { return node };
            at = next;
        }
        node
    }

    /// The pointer that a chain of reference objects ends at. What stands beside a `$ref` is passed over.
    pub(crate) fn follow(&self, at: &str) -> String {
        self.follow_while(at, |_| true)
    }

    /// The pointer of the first schema on a chain that is more than a reference.
    pub(crate) fn follow_schema(&self, at: &str) -> String {
        self.follow_while(at, |node| {
            node.as_object().is_some_and(|map| map.keys().all(|key| ANNOTATIONS.contains(&key.as_str())))
        })
    }

    fn follow_while(&self, at: &str, go_on: impl Fn(&Value) -> bool) -> String {
        let mut at = at.to_owned();
        for _ in 0..MAX_HOPS {
            let Some(node) = self.get(&at).filter(|node| go_on(node)) else { break };
            let Some(next) = reference(node).and_then(pointer::of_reference) else { break };
            at = next;
        }
        at
    }

    fn check_reference(&self, at: &str, node: &Value) -> Result<(), LoadError> {
        let Some(target) = reference(node) else { return Ok(()) };
        let bad = |reason| LoadError::BadRef { pointer: at.to_owned(), target: target.to_owned(), reason };
        if !target.starts_with('#') {
            return Err(bad("leaves the document; copy what it names into `components` and refer to it there"));
        }
        let Some(pointer) = pointer::of_reference(target) else {
            return Err(bad("is not a JSON pointer; write it like `#/components/schemas/Pet`"));
        };
        let Some(mut node) = self.get(&pointer) else {
            return Err(bad("names nothing in the document; correct the name or add what it names"));
        };
        for _ in 0..MAX_HOPS {
            let Some(next) = reference(node).and_then(pointer::of_reference).and_then(|pointer| self.get(&pointer))
            else {
                return Ok(());
            };
            node = next;
        }
        Err(bad("goes round in a circle; let one of the references be the thing itself"))
    }

    /// All nodes of a kind with their pointers. Reference objects are not among them: what they name is. A schema that
    /// has a `$ref` is, as it may have more.
    pub(crate) fn nodes(&self, kind: Kind) -> Vec<(String, &Value)> {
        let mut found = Vec::new();
        walk::walk(self.value(), &mut |of, at, node| {
            let is_schema = matches!(of, Kind::Schema | Kind::Subschema);
            if of == kind && (is_schema || reference(node).is_none()) {
                found.push((at.to_owned(), node));
            }
        });
        found
    }
}

/// The target, if the node is a reference.
pub(crate) fn reference(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()
}
