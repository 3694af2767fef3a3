//! What an operation takes and answers with, and what an event carries.

use serde_json::Value;

use super::collect::{Collector, Site};
use super::errors::Codes;
use super::schemas;
use super::{DifferenceKind, Subject, operations};
use crate::contract::Contract;
use crate::operation::{DocumentedResponse, MediaType, Operation, Parameter, ParameterLocation};

/// The contracts that are compared, and the operation or event in them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) old: &'a Contract,
    pub(super) new: &'a Contract,
    pub(super) owner: &'a str,
    pub(super) codes: &'a Codes,
}

impl<'a> Sides<'a> {
    fn site(self, subject: Subject) -> Site<'a> {
        Site::of(self.owner, subject)
    }
}

/// Compares parameters and the request's body.
pub(super) fn requests(sides: Sides<'_>, before: &Operation, after: &Operation, found: &mut Collector) {
    parameters(sides, Subject::Parameter, before, after, found);
    let site = sides.site(Subject::RequestBody);
    match (before.request_body(), after.request_body()) {
        (None, Some(body)) => {
            let detail = if body.required { "must be given" } else { "" };
            found.add(site, DifferenceKind::Added, "body", detail, body.required);
        }
        (Some(_), None) => found.add(site, DifferenceKind::Removed, "body", "", true),
        (Some(before), Some(after)) => {
            match (before.required, after.required) {
                (false, true) => found.add(site, DifferenceKind::Changed, "body", "must be given now", true),
                (true, false) => found.add(site, DifferenceKind::Changed, "body", "may be left out now", false),
                _ => {}
            }
            bodies(sides, [Subject::RequestBody, Subject::RequestField], "", before.content(), after.content(), found);
        }
        (None, None) => {}
    }
}

/// Compares the statuses with their headers and bodies.
pub(super) fn answers(sides: Sides<'_>, before: &Operation, after: &Operation, found: &mut Collector) {
    let site = sides.site(Subject::Answer);
    for (status, answer) in before.responses() {
        match after.responses().find(|(known, _)| known.eq_ignore_ascii_case(status)) {
            Some((_, now)) => {
                headers(sides, answer, now, found);
                let subjects = [Subject::Answer, Subject::AnswerField];
                bodies(sides, subjects, status, answer.content(), now.content(), found);
            }
            // An error that does not come any more is missed by nobody.
            None => found.add(site, DifferenceKind::Removed, status, "", status.starts_with('2')),
        }
    }
    for (status, _) in after.responses() {
        if !before.responses().any(|(known, _)| known.eq_ignore_ascii_case(status)) {
            found.add(site, DifferenceKind::Added, status, "", false);
        }
    }
}

/// Compares an event's headers and body.
pub(super) fn event(sides: Sides<'_>, before: &Operation, after: &Operation, found: &mut Collector) {
    parameters(sides, Subject::EventHeader, before, after, found);
    let content = |event: &Operation| event.request_body().map(|body| body.content().to_vec()).unwrap_or_default();
    bodies(sides, [Subject::Event, Subject::EventField], sides.owner, &content(before), &content(after), found);
}

fn headers(sides: Sides<'_>, before: &DocumentedResponse, after: &DocumentedResponse, found: &mut Collector) {
    let site = sides.site(Subject::AnswerHeader);
    for header in before.headers() {
        let now = after.headers().iter().find(|now| now.name.eq_ignore_ascii_case(&header.name));
        let Some(now) = now else {
            found.add(site, DifferenceKind::Removed, &header.name, "", true);
            continue;
        };
        match (header.required, now.required) {
            (true, false) => found.add(site, DifferenceKind::Changed, &now.name, "may be missing now", true),
            (false, true) => found.add(site, DifferenceKind::Changed, &now.name, "is always there now", false),
            _ => {}
        }
        schemas::compare(sides, site, &now.name, [header.schema(), now.schema()], found);
    }
    for header in after.headers() {
        if !before.headers().iter().any(|known| known.name.eq_ignore_ascii_case(&header.name)) {
            found.add(site, DifferenceKind::Added, &header.name, "", false);
        }
    }
}

/// Compares parameters, or the headers of an event.
fn parameters(sides: Sides<'_>, subject: Subject, before: &Operation, after: &Operation, found: &mut Collector) {
    let site = sides.site(subject);
    let by_client = site.is_sent_by_client();
    let find = |operation: &Operation, wanted: &Parameter| -> Option<Parameter> {
        let is_it = |one: &&Parameter| {
            one.location == wanted.location
                && match one.location {
                    ParameterLocation::Header => one.name.eq_ignore_ascii_case(&wanted.name),
                    _ => one.name == wanted.name,
                }
        };
        operation.parameters().iter().find(is_it).cloned()
    };
    for parameter in before.parameters() {
        let Some(now) = find(after, parameter) else {
            found.add(site, DifferenceKind::Removed, &parameter.name, "", true);
            continue;
        };
        match (parameter.required, now.required) {
            (false, true) if by_client => {
                found.add(site, DifferenceKind::Changed, &now.name, "must be given now", true);
            }
            (true, false) if by_client => {
                found.add(site, DifferenceKind::Changed, &now.name, "may be left out now", false);
            }
            (true, false) => found.add(site, DifferenceKind::Changed, &now.name, "may be missing now", true),
            (false, true) => found.add(site, DifferenceKind::Changed, &now.name, "is always there now", false),
            _ => {}
        }
        let is_deprecated = |contract: &Contract, parameter: &Parameter| {
            contract.document().pointer(parameter.pointer()).is_some_and(|node| node["deprecated"] == true)
        };
        let flags = (is_deprecated(sides.old, parameter), is_deprecated(sides.new, &now));
        operations::deprecation(found, site, &now.name, flags.0, flags.1);
        schemas::compare(sides, site, &now.name, [parameter.schema(), now.schema()], found);
    }
    for parameter in after.parameters().iter().filter(|parameter| find(before, parameter).is_none()) {
        let must = parameter.required && by_client;
        found.add(site, DifferenceKind::Added, &parameter.name, if must { "must be given" } else { "" }, must);
    }
}

/// Compares the media types of a body, and the fields of those that both have. `name` is what the body as a whole is called.
fn bodies(
    sides: Sides<'_>,
    [whole, field]: [Subject; 2],
    name: &str,
    before: &[MediaType],
    after: &[MediaType],
    found: &mut Collector,
) {
    let (site, name) = (sides.site(whole), if name.is_empty() { "body" } else { name });
    for content in before {
        let Some(now) = after.iter().find(|now| now.range.eq_ignore_ascii_case(&content.range)) else {
            let detail = format!("can't be {} any more", content.range);
            found.add(site, DifferenceKind::Changed, name, &detail, true);
            continue;
        };
        if let (Some(old), Some(new)) = (content.schema(), now.schema()) {
            schemas::compare(sides, sides.site(field), "", [old, new], found);
        }
    }
    for content in after {
        if !before.iter().any(|known| known.range.eq_ignore_ascii_case(&content.range)) {
            let by_client = site.is_sent_by_client();
            found.add(site, DifferenceKind::Changed, name, &format!("can be {} too", content.range), !by_client);
        }
    }
}

/// A schema of a contract by its pointer; one that allows everything if there is none.
pub(super) fn schema<'a>(contract: &'a Contract, pointer: &str) -> &'a Value {
    contract.document().pointer(pointer).unwrap_or(&Value::Null)
}
