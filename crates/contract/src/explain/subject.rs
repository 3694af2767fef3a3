use crate::operation::{Header, Parameter, ParameterLocation};
use crate::violation::{Place, ViolationKind};

/// What is judged, and what it is called in a sentence.
pub(crate) enum Subject<'a> {
    Body,
    Parameter(&'a Parameter),
    Header(&'a Header),
    /// A value that stands by itself.
    Value,
    /// A value at a pointer of the contract.
    Example(&'a str),
}

impl Subject<'_> {
    pub(crate) fn kind(&self) -> ViolationKind {
        match self {
            Subject::Body => ViolationKind::InvalidBody,
            Subject::Parameter(_) => ViolationKind::InvalidParameter,
            Subject::Header(_) => ViolationKind::InvalidHeader,
            Subject::Value => ViolationKind::InvalidValue,
            Subject::Example(_) => ViolationKind::InvalidExample,
        }
    }

    pub(crate) fn place(&self, pointer: &str) -> Place {
        match self {
            Subject::Body | Subject::Value => Place::Body { pointer: pointer.to_owned() },
            Subject::Parameter(parameter) => parameter_place(parameter),
            Subject::Header(header) => Place::Header { name: header.name.clone() },
            Subject::Example(at) => Place::Example { pointer: format!("{at}{pointer}") },
        }
    }

    /// The name of the part at the pointer.
    pub(crate) fn name(&self, pointer: &str) -> String {
        match self {
            Subject::Example(at) => return format!("`{at}{pointer}`"),
            Subject::Body | Subject::Value if !pointer.is_empty() => return format!("`{pointer}`"),
            _ => {}
        }
        let whole = match self {
            Subject::Body => "the body".to_owned(),
            Subject::Value | Subject::Example(_) => "the value".to_owned(),
            Subject::Parameter(parameter) => parameter_place(parameter).to_string(),
            Subject::Header(header) => format!("header `{}`", header.name),
        };
        match pointer.strip_prefix('/').and_then(|index| index.parse::<usize>().ok()) {
            Some(index) => format!("item {} of {whole}", index + 1),
            None => whole,
        }
    }
}

pub(crate) fn parameter_place(parameter: &Parameter) -> Place {
    let name = parameter.name.clone();
    match parameter.location {
        ParameterLocation::Path => Place::PathParameter { name },
        ParameterLocation::Query => Place::Query { name },
        ParameterLocation::Header => Place::Header { name },
    }
}
