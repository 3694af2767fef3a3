//! The OpenAPI document that belongs to a book: the one beside it, or the embedded one.

use crate::exit;
use crate::failure::Failure;
use proofbook_contract::Contract;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Where a book keeps its contract, from the book's root.
pub(crate) const PLACE: &str = "contract/openapi.yaml";

/// A contract as text and as data.
#[derive(Debug)]
pub(crate) struct Document {
    /// The file it was read from; `None` for the embedded one.
    pub(crate) path: Option<PathBuf>,
    /// The text as it was written.
    pub(crate) yaml: String,
    /// The same as JSON.
    pub(crate) json: Value,
    /// The `data` of each event's example, by the event.
    pub(crate) events: Map<String, Value>,
}

impl Document {
    /// Reads the contract of the book at `root`; a book without one gets the embedded one.
    pub(crate) fn of(root: &Path) -> anyhow::Result<Self> {
        let path = root.join(PLACE);
        if !path.is_file() {
            let yaml = proofbook_sandbox::policy_aggregator::CONTRACT.to_owned();
            return Self::parse(yaml, None);
        }
        let yaml = std::fs::read_to_string(&path).map_err(|error| {
            Failure::new(exit::LACKING, "the contract can't be read")
                .at(path.display().to_string())
                .fix("allow this user to read the file")
                .because(error)
        })?;
        Self::parse(yaml, Some(path))
    }

    fn parse(yaml: String, path: Option<PathBuf>) -> anyhow::Result<Self> {
        let contract = Contract::from_text(&yaml).map_err(|error| {
            let place = path.as_deref().map_or("the embedded contract".into(), Path::to_string_lossy);
            Failure::new(exit::FOUND, "the contract is broken")
                .at(place)
                .fix("mend it; the service, the sandbox and the pages all follow it")
                .because(error)
        })?;
        let json = contract.document().clone();
        let data = |event: &str| contract.event_example(event).map(|example| example["data"].clone());
        let events = contract.events().filter_map(|event| Some((event.to_owned(), data(event)?))).collect();
        Ok(Self { path, yaml, json, events })
    }

    /// The document for a page that calls the API: the origin it is served from is the first server, so that a call made
    /// from the page reaches the sandbox.
    pub(crate) fn served_here(&self) -> Value {
        let mut document = self.json.clone();
        let here = json!({"url": "/", "description": "The sandbox on this address"});
        if let Some(object) = document.as_object_mut() {
            let servers = object.entry("servers").or_insert_with(|| json!([]));
            if let Some(list) = servers.as_array_mut() {
                list.insert(0, here);
            } else {
                *servers = json!([here]);
            }
        }
        document
    }

    /// The name of the first security scheme that takes a bearer token.
    pub(crate) fn bearer_scheme(&self) -> Option<&str> {
        let schemes = self.json.pointer("/components/securitySchemes")?.as_object()?;
        let is_bearer = |scheme: &Value| {
            let says =
                |key: &str, wanted: &str| scheme[key].as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted));
            says("type", "http") && says("scheme", "bearer")
        };
        schemes.iter().find(|(_, scheme)| is_bearer(scheme)).map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: Value) -> Document {
        Document { path: None, yaml: String::new(), json, events: Map::new() }
    }

    #[test]
    fn the_own_origin_is_the_first_server() {
        let with = document(json!({"servers": [{"url": "https://api.example"}]})).served_here();
        assert_eq!(with["servers"][0]["url"], "/");
        assert_eq!(with["servers"][1]["url"], "https://api.example");
        let without = document(json!({})).served_here();
        assert_eq!(without["servers"][0]["url"], "/");
    }

    #[test]
    fn the_bearer_scheme_is_found_by_what_it_is_not_by_its_name() {
        let schemes = json!({"components": {"securitySchemes": {
            "legacy": {"type": "apiKey", "in": "query", "name": "key"},
            "token": {"type": "http", "scheme": "Bearer"},
        }}});
        assert_eq!(document(schemes).bearer_scheme(), Some("token"));
        assert_eq!(document(json!({})).bearer_scheme(), None);
    }
}
