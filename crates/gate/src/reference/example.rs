//! The example call of an operation, from the contract's examples, in no language yet.
//!
//! Two extensions of an operation say what the examples alone can't:
//!
//! - `x-example-query`: the optional query parameters to show, with their values
//! - `x-example-after`: the calls that must be made before. Each is `operation: ID`, with that operation's own example, or
//!   `request: METHOD /path`, for one that the contract does not have; `body` takes the place of the example's body. `set`
//!   gives path parameters of the example values of its answer (`id: /data/0/id`), by JSON pointers; with `while`
//!   (`/status: pending`) the call is repeated as long as the answer has these values.

use proofbook_contract::{Contract, Operation, Parameter, ParameterLocation};
use serde_json::Value;

use super::auth::{self, Auth};
use super::names::variable;
use super::url::{Piece, encoded, pieces, spread, text};

/// The media type of a body, if the contract does not say another.
pub(super) const JSON: &str = "application/json";

/// An operation's example call, and the calls before it.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) before: Vec<Before>,
    pub(super) call: Call,
}

/// A call that is made before the example.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) call: Call,
    /// Path parameters, the variables for them in `snake_case`, and the pointers of their values in the answer.
    pub(super) set: Vec<(String, String, String)>,
    /// The pointers and values for which the call is repeated.
    pub(super) repeat: Vec<(String, Value)>,
}

/// A request.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: Vec<Piece>,
    /// Names with values that are no lists; a name may come again.
    pub(super) query: Vec<(String, Value)>,
    /// Headers that must be there, without that of the key.
    pub(super) headers: Vec<(String, String)>,
    pub(super) auth: Option<Auth>,
    /// The body, and what `Content-Type` says of it.
    pub(super) body: Option<(String, Value)>,
    /// The status of a good answer.
    pub(super) status: u16,
    /// Whether that answer has JSON.
    pub(super) answers_json: bool,
}

impl Example {
    /// The example of an operation.
    ///
    /// # Errors
    /// If an extension says what can't be done: a sentence.
    pub(super) fn of(contract: &Contract, operation: &Operation) -> Result<Self, String> {
        let node = contract.document().pointer(operation.pointer());
        let extension = |name: &str| node.and_then(|node| node.get(name));
        let wrong = |why: String| format!("`x-example-after` of `{}`: {why}", operation.id);
        let known = |name: &str, location| {
            operation.parameters().iter().any(|one| one.name == name && one.location == location)
        };
        let mut before = Vec::new();
        let mut variables: Vec<(String, String)> = Vec::new();
        for step in extension("x-example-after").and_then(Value::as_array).into_iter().flatten() {
            let set = pairs(step.get("set")).map(|(parameter, pointer)| {
                if !known(parameter, ParameterLocation::Path) {
                    return Err(wrong(format!("its path has no parameter `{parameter}`")));
                }
                let pointer = pointer.as_str().filter(|pointer| pointer.starts_with('/'));
                let pointer = pointer.ok_or_else(|| wrong(format!("`set` of `{parameter}` is no JSON pointer")))?;
                Ok((parameter.clone(), variable(&operation.path, parameter), pointer.to_owned()))
            });
            let set = set.collect::<Result<Vec<_>, String>>()?;
            let repeat = pairs(step.get("while")).map(|(pointer, value)| (pointer.clone(), value.clone())).collect();
            let call = step_call(contract, operation, step, &variables).map_err(wrong)?;
            for (parameter, variable, _) in &set {
                variables.retain(|(known, _)| known != parameter);
                variables.push((parameter.clone(), variable.clone()));
            }
            before.push(Before { call, set, repeat });
        }
        let mut call = Call::of(contract, operation, &variables);
        for (name, value) in pairs(extension("x-example-query")) {
            if !known(name, ParameterLocation::Query) {
                return Err(format!("`x-example-query` of `{}`: it has no query parameter `{name}`", operation.id));
            }
            call.query.retain(|(known, _)| known != name);
            let parameter = operation.parameters().iter().find(|parameter| parameter.name == *name);
            call.query.extend(spread(contract, name, parameter, value.clone()));
        }
        Ok(Self { before, call })
    }
}

fn pairs(node: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten()
}

fn step_call(
    contract: &Contract,
    operation: &Operation,
    step: &Value,
    variables: &[(String, String)],
) -> Result<Call, String> {
    let mut call = match (step["operation"].as_str(), step["request"].as_str()) {
        (Some(id), None) => {
            let prior = contract.operation(id).ok_or_else(|| format!("the contract has no operation `{id}`"))?;
            Call::of(contract, prior, variables)
        }
        (None, Some(request)) => {
            let (method, path) = request.split_once(' ').ok_or_else(|| format!("`{request}` is no method and path"))?;
            Call {
                method: method.to_owned(),
                path: vec![Piece::Text(path.to_owned())],
                query: Vec::new(),
                headers: Vec::new(),
                auth: auth::of(contract, operation),
                body: None,
                status: 200,
                answers_json: true,
            }
        }
        _ => return Err("a call has either an `operation` or a `request`".to_owned()),
    };
    if let Some(body) = step.get("body") {
        let content_type = call.body.map_or_else(|| JSON.to_owned(), |(content_type, _)| content_type);
        call.body = Some((content_type, body.clone()));
    }
    Ok(call)
}

impl Call {
    /// Whether a variable stands in its path.
    pub(super) fn uses(&self, variable: &str) -> bool {
        self.path.iter().any(|piece| matches!(piece, Piece::Variable(name) if name == variable))
    }

    /// The request of an operation, with variables for the path parameters that have one.
    fn of(contract: &Contract, operation: &Operation, variables: &[(String, String)]) -> Self {
        let sample = |parameter: &Parameter| {
            let schema = || contract.document().pointer(parameter.schema());
            parameter.example().cloned().or_else(|| schema().map(|schema| contract.sample(schema))).unwrap_or_default()
        };
        let named = |location: ParameterLocation| {
            operation.parameters().iter().filter(move |parameter| parameter.location == location)
        };
        let path = pieces(&operation.path, |name| {
            if let Some((_, variable)) = variables.iter().find(|(known, _)| known == name) {
                return Piece::Variable(variable.clone());
            }
            let parameter = named(ParameterLocation::Path).find(|parameter| parameter.name == name);
            Piece::Text(parameter.map_or_else(String::new, |parameter| encoded(&text(&sample(parameter)))))
        });
        let required = |parameter: &&Parameter| parameter.required;
        let query = named(ParameterLocation::Query).filter(required);
        let query = query.flat_map(|one| spread(contract, &one.name, Some(one), sample(one)));
        let headers =
            named(ParameterLocation::Header).filter(required).map(|one| (one.name.clone(), text(&sample(one))));
        let body = operation.request_body().and_then(|body| body.json()).map(|content| {
            let schema = || content.schema().and_then(|at| contract.document().pointer(at));
            let body = content.example().cloned().or_else(|| schema().map(|schema| contract.sample(schema)));
            let content_type = if content.range.contains('*') { JSON } else { &content.range };
            (content_type.to_owned(), body.unwrap_or_default())
        });
        let status = contract.default_status(operation);
        let answers_json = operation.response(status).is_some_and(|response| response.json().is_some());
        Self {
            method: operation.method.clone(),
            path,
            query: query.collect(),
            headers: headers.collect(),
            auth: auth::of(contract, operation),
            body,
            status,
            answers_json,
        }
    }
}
