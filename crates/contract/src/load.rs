//! Reads the operations and events out of a document, and refuses what can't be judged.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::document::Document;
use crate::error::LoadError;
use crate::operation::{DocumentedResponse, Header, MediaType, Operation, Parameter, ParameterLocation, RequestBody};
use crate::path::{Paths, Template};
use crate::pointer::join;
use crate::types::Shape;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// A parameter of these names "shall be ignored" (OpenAPI 3.1.1, section 4.8.12.2).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// What a document says, ready to be looked up.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) operations: Vec<Operation>,
    pub(crate) paths: Paths,
    /// By the event's name, in the order of the document.
    pub(crate) events: Vec<(String, Operation)>,
}

pub(crate) fn load(document: &Document) -> Result<Loaded, LoadError> {
    let mut loaded = Loaded { operations: Vec::new(), paths: Paths::default(), events: Vec::new() };
    for (path, at) in entries(document, "", "paths")? {
        let template = Template::new(path, &at)?;
        let first = loaded.operations.len();
        for (method, pointer, item) in methods(document, &at) {
            let id = string(document, &pointer, "operationId")
                .ok_or_else(|| LoadError::MissingOperationId { pointer: pointer.clone() })?;
            let reader = Reader { document, item: &item, pointer: &pointer };
            let operation = reader.operation(id, method, path)?;
            check_path_parameters(&operation, &template)?;
            loaded.operations.push(operation);
        }
        if first < loaded.operations.len() {
            loaded.paths.add(template, (first..loaded.operations.len()).collect())?;
        }
    }
    loaded.paths.sort();
    for (event, at) in entries(document, "", "webhooks")? {
        for (method, pointer, item) in methods(document, &at).into_iter().take(1) {
            let id = string(document, &pointer, "operationId").unwrap_or(event);
            let reader = Reader { document, item: &item, pointer: &pointer };
            loaded.events.push((event.to_owned(), reader.operation(id, method, event)?));
        }
    }
    check_ids(&loaded)?;
    Ok(loaded)
}

fn check_ids(loaded: &Loaded) -> Result<(), LoadError> {
    let mut seen = HashMap::new();
    for operation in loaded.operations.iter().chain(loaded.events.iter().map(|(_, operation)| operation)) {
        if let Some(first) = seen.insert(&operation.id, &operation.pointer) {
            return Err(LoadError::DuplicateOperationId {
                id: operation.id.clone(),
                first: first.clone(),
                second: operation.pointer.clone(),
            });
        }
    }
    Ok(())
}

fn check_path_parameters(operation: &Operation, template: &Template) -> Result<(), LoadError> {
    let named: BTreeSet<_> = template.names().collect();
    let in_path = |parameter: &&Parameter| parameter.location == ParameterLocation::Path;
    let declared = operation.parameters.iter().filter(in_path).map(|parameter| parameter.name.as_str()).collect();
    match named.symmetric_difference(&declared).next() {
        None => Ok(()),
        Some(name) => {
            Err(LoadError::UndeclaredPathParameter { pointer: operation.pointer.clone(), name: (*name).to_owned() })
        }
    }
}

/// The entries of a map of the document, with their pointers, without extensions.
fn entries<'a>(document: &'a Document, at: &str, key: &str) -> Result<Vec<(&'a str, String)>, LoadError> {
    let at = join(at, key);
    let Some(node) = document.get(&at) else { return Ok(Vec::new()) };
    let Some(map) = node.as_object() else {
        return Err(LoadError::Malformed { expected: format!("`{key}` is a map"), pointer: at });
    };
    Ok(map.keys().filter(|key| !key.starts_with("x-")).map(|key| (key.as_str(), join(&at, key))).collect())
}

/// The methods of a path item, in the order of the document: name, the operation's pointer, the path item's pointer.
fn methods<'a>(document: &'a Document, at: &str) -> Vec<(&'a str, String, String)> {
    let item = document.follow(at);
    let keys = document.get(&item).and_then(Value::as_object).into_iter().flat_map(|map| map.keys());
    keys.filter(|key| METHODS.contains(&key.as_str()))
        .map(|key| (key.as_str(), join(&item, key), item.clone()))
        .collect()
}

fn string<'a>(document: &'a Document, at: &str, key: &str) -> Option<&'a str> {
    document.get(at)?.get(key)?.as_str()
}

fn flag(node: &Value, key: &str, default: bool) -> bool {
    node.get(key).and_then(Value::as_bool).unwrap_or(default)
}

/// Reads one operation.
struct Reader<'a> {
    document: &'a Document,
    item: &'a str,
    pointer: &'a str,
}

impl Reader<'_> {
    fn operation(&self, id: &str, method: &str, path: &str) -> Result<Operation, LoadError> {
        let node = self.node(self.pointer);
        let request_body = match node.get("requestBody") {
            None => None,
            Some(_) => {
                let pointer = self.document.follow(&join(self.pointer, "requestBody"));
                let content = self.content(&pointer)?;
                let required = flag(self.node(&pointer), "required", false);
                Some(RequestBody { required, pointer, content })
            }
        };
        let responses = entries(self.document, self.pointer, "responses")?
            .into_iter()
            .map(|(status, at)| self.response(status, &at))
            .collect::<Result<_, _>>()?;
        Ok(Operation {
            id: id.to_owned(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            deprecated: flag(node, "deprecated", false),
            pointer: self.pointer.to_owned(),
            parameters: self.parameters()?,
            request_body,
            responses,
            security: self.security(),
        })
    }

    fn node(&self, at: &str) -> &Value {
        self.document.get(at).unwrap_or(&Value::Null)
    }

    fn security(&self) -> Vec<Vec<(String, Vec<String>)>> {
        let security = self.node(self.pointer).get("security").or_else(|| self.document.value().get("security"));
        let alternatives = security.and_then(Value::as_array).into_iter().flatten();
        alternatives
            .map(|alternative| {
                let schemes = alternative.as_object().into_iter().flatten();
                let scopes = |scopes: &Value| {
                    scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
                };
                schemes.map(|(scheme, value)| (scheme.clone(), scopes(value))).collect()
            })
            .collect()
    }

    /// Those of the path item, each replaced by the operation's own of the same name and place, then the others.
    fn parameters(&self) -> Result<Vec<Parameter>, LoadError> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for owner in [self.item, self.pointer] {
            let at = join(owner, "parameters");
            let mut own: Vec<Parameter> = Vec::new();
            for index in 0..self.node(&at).as_array().map_or(0, Vec::len) {
                let listed = format!("{at}/{index}");
                let Some(parameter) = self.parameter(&self.document.follow(&listed))? else { continue };
                if own.iter().any(|other| is_same(other, &parameter)) {
                    let expected = format!("the parameter `{}` is listed twice; take one out", parameter.name);
                    return Err(LoadError::Malformed { pointer: listed, expected });
                }
                own.push(parameter);
            }
            for parameter in own {
                match parameters.iter_mut().find(|other| is_same(other, &parameter)) {
                    Some(other) => *other = parameter,
                    None => parameters.push(parameter),
                }
            }
        }
        Ok(parameters)
    }

    fn parameter(&self, pointer: &str) -> Result<Option<Parameter>, LoadError> {
        let node = self.node(pointer);
        let unsupported = |what: String| LoadError::Unsupported { pointer: pointer.to_owned(), what };
        let text = |key: &str| {
            let expected = || format!("a parameter has a `{key}`");
            let found = node.get(key).and_then(Value::as_str);
            found.ok_or_else(|| LoadError::Malformed { pointer: pointer.to_owned(), expected: expected() })
        };
        let name = text("name")?;
        let (location, default_style) = match text("in")? {
            "path" => (ParameterLocation::Path, "simple"),
            "query" => (ParameterLocation::Query, "form"),
            "header" => (ParameterLocation::Header, "simple"),
            "cookie" => return Err(unsupported(format!("the cookie parameter `{name}`"))),
            other => {
                let expected = format!("`in` is `path`, `query` or `header`, not `{other}`");
                return Err(LoadError::Malformed { pointer: pointer.to_owned(), expected });
            }
        };
        if location == ParameterLocation::Header && IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(None);
        }
        let style = node.get("style").and_then(Value::as_str).unwrap_or(default_style);
        if style != default_style {
            return Err(unsupported(format!("`style: {style}` in a {} parameter", location.as_str())));
        }
        let (schema, shape) = self.text_schema(pointer)?;
        Ok(Some(Parameter {
            name: name.to_owned(),
            location,
            required: flag(node, "required", false) || location == ParameterLocation::Path,
            explode: flag(node, "explode", style == "form"),
            allow_empty: flag(node, "allowEmptyValue", false),
            example: self.example(pointer, &schema),
            pointer: pointer.to_owned(),
            schema,
            shape,
        }))
    }

    /// The schema of a parameter or header.
    fn text_schema(&self, pointer: &str) -> Result<(String, Shape), LoadError> {
        let unsupported = |what: &str| LoadError::Unsupported { pointer: pointer.to_owned(), what: what.to_owned() };
        if self.node(pointer).get("content").is_some() {
            return Err(unsupported("`content` in a parameter or header (instead of `schema`)"));
        }
        if self.node(pointer).get("schema").is_none() {
            return Err(unsupported("a parameter or header without `schema`"));
        }
        let schema = self.document.follow_schema(&join(pointer, "schema"));
        let shape = Shape::of(self.document, self.node(&schema))
            .ok_or_else(|| unsupported("an object as a parameter or header"))?;
        Ok((schema, shape))
    }

    fn response(&self, status: &str, at: &str) -> Result<(String, DocumentedResponse), LoadError> {
        let digits = status.as_bytes();
        let is_range = matches!(digits, [b'1'..=b'5', b'X' | b'x', b'X' | b'x']);
        let is_status = matches!(digits, [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9']);
        if !is_range && !is_status && status != "default" {
            let expected = format!("a response is under a status, a range such as `4XX` or `default`, not `{status}`");
            return Err(LoadError::Malformed { pointer: at.to_owned(), expected });
        }
        let pointer = self.document.follow(at);
        let mut headers = Vec::new();
        for (name, at) in entries(self.document, &pointer, "headers")? {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let pointer = self.document.follow(&at);
            let (schema, shape) = self.text_schema(&pointer)?;
            headers.push(Header {
                name: name.to_owned(),
                required: flag(self.node(&pointer), "required", false),
                example: self.example(&pointer, &schema),
                pointer,
                schema,
                shape,
            });
        }
        let content = self.content(&pointer)?;
        Ok((status.to_owned(), DocumentedResponse { pointer, headers, content }))
    }

    fn content(&self, owner: &str) -> Result<Vec<MediaType>, LoadError> {
        let read = |(range, pointer): (&str, String)| {
            let schema = self.node(&pointer).get("schema").map(|_| join(&pointer, "schema"));
            let schema = schema.map(|at| self.document.follow_schema(&at));
            let example = self.example(&pointer, schema.as_deref().unwrap_or_default());
            MediaType { range: range.to_owned(), pointer, schema, example }
        };
        Ok(entries(self.document, owner, "content")?.into_iter().map(read).collect())
    }

    /// `example`, else the first of `examples`, else that of the schema.
    fn example(&self, owner: &str, schema: &str) -> Option<Value> {
        let node = self.node(owner);
        let named = || {
            let examples = node.get("examples")?.as_object()?;
            examples.values().find_map(|example| self.document.resolve(example).get("value"))
        };
        let of_schema = || {
            let schema = self.document.get(schema).filter(|_| !schema.is_empty())?;
            schema.get("example").or_else(|| schema.get("examples")?.as_array()?.first())
        };
        node.get("example").or_else(named).or_else(of_schema).cloned()
    }
}

fn is_same(one: &Parameter, other: &Parameter) -> bool {
    let same_name = match one.location {
        ParameterLocation::Header => one.name.eq_ignore_ascii_case(&other.name),
        _ => one.name == other.name,
    };
    one.location == other.location && same_name
}
