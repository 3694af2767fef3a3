//! What the contract says of one operation.

use serde_json::Value;

use crate::media_type;
use crate::types::Shape;

/// One method of one path, or of one event in `webhooks`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// The `operationId`. An event's operation that has none takes the name of the event.
    pub id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path template, such as `/pets/{id}`, relative to the server's URL; for an event, its name.
    pub path: String,
    /// Whether the contract says `deprecated: true`.
    pub deprecated: bool,
    pub(crate) pointer: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<RequestBody>,
    pub(crate) responses: Vec<(String, DocumentedResponse)>,
    pub(crate) security: Vec<Vec<(String, Vec<String>)>>,
}

impl Operation {
    /// The JSON pointer of the operation, such as `/paths/~1pets/get`.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The parameters, those of the path item first. Headers that OpenAPI ignores as parameters (`Accept`,
    /// `Content-Type`, `Authorization`; OpenAPI 3.1.1, section 4.8.12.2) are not among them.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The request body, if one is documented.
    #[must_use]
    pub fn request_body(&self) -> Option<&RequestBody> {
        self.request_body.as_ref()
    }

    /// The responses by status (`200`, `4XX` or `default`), in the order of the document.
    pub fn responses(&self) -> impl Iterator<Item = (&str, &DocumentedResponse)> {
        self.responses.iter().map(|(status, response)| (status.as_str(), response))
    }

    /// The response for a status: the status itself, else its range, else `default` (OpenAPI 3.1.1, section 4.8.16).
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&DocumentedResponse> {
        let range = format!("{}XX", status / 100);
        [status.to_string().as_str(), &range, "default"]
            .into_iter()
            .find_map(|wanted| self.responses().find(|(key, _)| key.eq_ignore_ascii_case(wanted)))
            .map(|(_, response)| response)
    }

    /// The JSON pointer of the schema of the response's JSON body.
    #[must_use]
    pub fn response_schema(&self, status: u16) -> Option<&str> {
        self.response(status)?.json().and_then(MediaType::schema)
    }

    /// The example that the contract gives for a response: `example`, else the first of `examples`, else that of the
    /// schema. Nothing if the status is not documented, or if it has a body without an example;
    /// [`Contract::example_response`](crate::Contract::example_response) makes one then.
    #[must_use]
    pub fn example(&self, status: u16) -> Option<ExampleResponse> {
        let response = self.response(status)?;
        let headers = response
            .headers
            .iter()
            .filter(|header| header.required)
            .filter_map(|header| Some((header.name.clone(), as_text(header.example.as_ref()?))))
            .collect();
        let (media_type, body) = match response.preferred() {
            None => (None, None),
            Some(content) => (Some(content.concrete()), Some(content.example.clone()?)),
        };
        Some(ExampleResponse { status, headers, media_type, body })
    }

    /// What a caller must have: alternatives, each of which is a list of schemes with their scopes, all of them needed.
    /// Empty if the operation needs nothing. From the operation's `security`, else the document's.
    #[must_use]
    pub fn security_scopes(&self) -> &[Vec<(String, Vec<String>)>] {
        &self.security
    }
}

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// Among the headers.
    Header,
}

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name. A header's is not case-sensitive.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether it must be there.
    pub required: bool,
    pub(crate) pointer: String,
    pub(crate) schema: String,
    pub(crate) shape: Shape,
    pub(crate) explode: bool,
    pub(crate) allow_empty: bool,
    pub(crate) example: Option<Value>,
}

impl Parameter {
    /// The JSON pointer of the parameter.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The JSON pointer of its schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// An example of its value, not serialized.
    #[must_use]
    pub fn example(&self) -> Option<&Value> {
        self.example.as_ref()
    }
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// Its name as the contract writes it.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    pub(crate) pointer: String,
    pub(crate) schema: String,
    pub(crate) shape: Shape,
    pub(crate) example: Option<Value>,
}

impl Header {
    /// The JSON pointer of the header.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The JSON pointer of its schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// An example of its value, not serialized.
    #[must_use]
    pub fn example(&self) -> Option<&Value> {
        self.example.as_ref()
    }
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestBody {
    /// Whether it must be there.
    pub required: bool,
    pub(crate) pointer: String,
    pub(crate) content: Vec<MediaType>,
}

impl RequestBody {
    /// The JSON pointer of the request body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What it may be, in the order of the document.
    #[must_use]
    pub fn content(&self) -> &[MediaType] {
        &self.content
    }

    /// The first of its media types that is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&MediaType> {
        self.content.iter().find(|content| content.is_json())
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DocumentedResponse {
    pub(crate) pointer: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) content: Vec<MediaType>,
}

impl DocumentedResponse {
    /// The JSON pointer of the response.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Its headers, in the order of the document, without `Content-Type` (OpenAPI 3.1.1, section 4.8.17.1).
    #[must_use]
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// What its body may be, in the order of the document. Empty if it has no body.
    #[must_use]
    pub fn content(&self) -> &[MediaType] {
        &self.content
    }

    /// The first of its media types that is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&MediaType> {
        self.content.iter().find(|content| content.is_json())
    }

    pub(crate) fn preferred(&self) -> Option<&MediaType> {
        self.json().or_else(|| self.content.first())
    }
}

/// One entry of `content`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MediaType {
    /// The media type or range as the contract writes it.
    pub range: String,
    pub(crate) pointer: String,
    pub(crate) schema: Option<String>,
    pub(crate) example: Option<Value>,
}

impl MediaType {
    /// The JSON pointer of the entry.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The JSON pointer of its schema.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// An example of the body: `example`, else the first of `examples`, else that of the schema.
    #[must_use]
    pub fn example(&self) -> Option<&Value> {
        self.example.as_ref()
    }

    /// Whether a body of it is JSON: a range that JSON falls in, `application/json`, or a type that ends in `+json`.
    #[must_use]
    pub fn is_json(&self) -> bool {
        media_type::is_json(&self.concrete())
    }

    /// A media type in the range.
    pub(crate) fn concrete(&self) -> String {
        match media_type::essence(&self.range) {
            Some(essence) if essence == "*/*" || essence == "application/*" => "application/json".to_owned(),
            Some(essence) if essence.ends_with("/*") => essence.replace("/*", "/plain"),
            _ => self.range.clone(),
        }
    }
}

/// A response to give as an example.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleResponse {
    /// The status.
    pub status: u16,
    /// The headers that the contract requires, without `Content-Type`.
    pub headers: Vec<(String, String)>,
    /// The value for `Content-Type`, if there is a body.
    pub media_type: Option<String>,
    /// The body. One that is not JSON is a string.
    pub body: Option<Value>,
}

/// A value as a header carries it (style `simple`; OpenAPI 3.1.1, section 4.8.12.4).
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

impl ParameterLocation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ParameterLocation::Path => "path",
            ParameterLocation::Query => "query",
            ParameterLocation::Header => "header",
        }
    }
}
