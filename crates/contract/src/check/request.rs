use std::collections::BTreeMap;

use http::HeaderMap;

use super::body::Side;
use super::{Request, header_items, header_text};
use crate::coerce;
use crate::contract::{Contract, Find};
use crate::explain::{Subject, parameter_place};
use crate::operation::{Operation, Parameter, ParameterLocation};
use crate::path;
use crate::pointer::join;
use crate::query;
use crate::suggest;
use crate::violation::{Place, Violation, ViolationKind};

impl Contract {
    /// Judges a request: path, method, parameters, body. Security is not judged; see
    /// [`Operation::security_scopes`].
    ///
    /// Empty if the request keeps the contract. At most 100 violations of a body are listed.
    #[must_use]
    pub fn check_request(&self, request: &Request<'_>) -> Vec<Violation> {
        match self.find(request.method, request.path) {
            Find::Operation(operation, parameters) => self.check_operation(operation, &parameters, request),
            Find::MethodNotAllowed(allowed) => {
                let allowed = crate::explain::list(allowed.iter().map(|method| (*method).to_owned()), "or");
                let message = format!("`{}` does not take {}; use {allowed}", request.path, request.method);
                let template = path::segments(request.path).and_then(|segments| self.paths().find(&segments));
                let at = template.map_or_else(String::new, |(template, ..)| join("/paths", &template.text));
                vec![Violation::new(ViolationKind::MethodNotAllowed, Place::Method, at, message)]
            }
            Find::NotFound => vec![self.unknown_path(request.path)],
        }
    }

    fn unknown_path(&self, path: &str) -> Violation {
        let (kind, message) = match path::segments(path) {
            None => (
                ViolationKind::MalformedPath,
                format!("the path `{path}` is not percent-encoded UTF-8 that begins with `/`"),
            ),
            Some(segments) => {
                let templates: BTreeMap<_, _> = self
                    .paths()
                    .templates()
                    .map(|template| (template.filled(&segments), template.text.as_str()))
                    .collect();
                let near = suggest::nearest(&format!("/{}", segments.join("/")), templates.keys().map(String::as_str));
                let hint = near.and_then(|near| templates.get(near)).map(|near| format!("; did you mean `{near}`?"));
                let hint = hint.unwrap_or_default();
                (ViolationKind::UnknownPath, format!("the contract has no path that matches `{path}`{hint}"))
            }
        };
        Violation::new(kind, Place::Path, "/paths", message)
    }

    fn check_operation(
        &self,
        operation: &Operation,
        in_path: &BTreeMap<String, String>,
        request: &Request<'_>,
    ) -> Vec<Violation> {
        let mut out = Vec::new();
        for parameter in operation.parameters() {
            if let (ParameterLocation::Path, Some(text)) = (parameter.location, in_path.get(&parameter.name)) {
                self.check_parameter(parameter, &header_items(text.clone(), parameter.shape.list), &mut out);
            }
        }
        self.check_query(operation, request.query.unwrap_or_default(), &mut out);
        self.check_header_parameters(operation, request.headers, &mut out);
        self.check_request_body(operation, request, &mut out);
        out
    }

    fn check_parameter(&self, parameter: &Parameter, texts: &[String], out: &mut Vec<Violation>) {
        let candidates = coerce::candidates(texts, parameter.shape);
        if candidates.iter().any(|value| self.schemas().is_valid(&parameter.schema, value)) {
            return;
        }
        if let Some(first) = candidates.first() {
            self.schemas().check(self.doc(), &parameter.schema, first, &Subject::Parameter(parameter), out);
        }
    }

    fn check_query(&self, operation: &Operation, text: &str, out: &mut Vec<Violation>) {
        // The values stay encoded until a list is split: an encoded comma does not separate.
        let mut given: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, value) in query::pairs(text) {
            match (query::decode_form(name), query::decode_form(value)) {
                (Some(name), Some(_)) => given.entry(name).or_default().push(value),
                (decoded, _) => {
                    let name = decoded.unwrap_or_else(|| name.to_owned());
                    let message = format!("query parameter `{name}` is not form-encoded UTF-8; encode it as `%XX`");
                    let place = Place::Query { name };
                    out.push(Violation::new(ViolationKind::MalformedQuery, place, operation.pointer(), message));
                }
            }
        }
        let known = operation.parameters().iter().filter(|parameter| parameter.location == ParameterLocation::Query);
        let known: Vec<_> = known.collect();
        for parameter in &known {
            match given.remove(&parameter.name) {
                Some(values) => self.check_query_parameter(parameter, &values, out),
                None if parameter.required => out.push(missing(parameter)),
                None => {}
            }
        }
        for name in given.into_keys() {
            let hint = suggest::hint(&name, known.iter().map(|parameter| parameter.name.as_str()));
            let message = format!("query parameter `{name}` is unknown to `{}`{hint}", operation.id);
            let place = Place::Query { name };
            out.push(Violation::new(ViolationKind::UnknownQueryParameter, place, operation.pointer(), message));
        }
    }

    fn check_query_parameter(&self, parameter: &Parameter, values: &[&str], out: &mut Vec<Violation>) {
        let one_value = !(parameter.shape.list && parameter.explode);
        if one_value && values.len() > 1 {
            let place = parameter_place(parameter);
            let message = format!("{place} is there {} times; send it once", values.len());
            out.push(Violation::new(ViolationKind::RepeatedQueryParameter, place, &parameter.pointer, message));
            return;
        }
        if parameter.allow_empty && values == [""] {
            return;
        }
        let split = parameter.shape.list && !parameter.explode;
        let items = values.iter().flat_map(|value| if split { value.split(',').collect() } else { vec![*value] });
        let texts: Vec<_> = items.filter_map(query::decode_form).collect();
        self.check_parameter(parameter, &texts, out);
    }

    fn check_header_parameters(&self, operation: &Operation, headers: &HeaderMap, out: &mut Vec<Violation>) {
        for parameter in operation.parameters() {
            if parameter.location != ParameterLocation::Header {
                continue;
            }
            match header_text(headers, &parameter.name) {
                Some(Ok(text)) => self.check_parameter(parameter, &header_items(text, parameter.shape.list), out),
                Some(Err(())) => {
                    let place = parameter_place(parameter);
                    let message = format!("{place} has a character that is not visible ASCII");
                    out.push(Violation::new(ViolationKind::InvalidParameter, place, &parameter.pointer, message));
                }
                None if parameter.required => out.push(missing(parameter)),
                None => {}
            }
        }
    }

    fn check_request_body(&self, operation: &Operation, request: &Request<'_>, out: &mut Vec<Violation>) {
        let place = Place::Body { pointer: String::new() };
        match (operation.request_body(), request.body) {
            (None, []) => {}
            (None, _) => {
                let message = format!("the request has a body; `{}` takes none", operation.id);
                out.push(Violation::new(ViolationKind::UnexpectedBody, place, operation.pointer(), message));
            }
            (Some(documented), []) if documented.required => {
                let message = format!("the request has no body; `{}` needs one", operation.id);
                out.push(Violation::new(ViolationKind::MissingBody, place, documented.pointer(), message));
            }
            (Some(_), []) => {}
            (Some(documented), body) => {
                let content = (documented.pointer(), documented.content());
                self.check_body(Side::Request, request.headers, body, content, out);
            }
        }
    }
}

fn missing(parameter: &Parameter) -> Violation {
    let place = parameter_place(parameter);
    let message = format!("{place} is missing; it is required");
    Violation::new(ViolationKind::MissingParameter, place, &parameter.pointer, message)
}
