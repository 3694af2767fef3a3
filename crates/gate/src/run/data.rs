//! Holds JSON blocks against the schema that their fence names.

use serde_json::Value;

use super::Ran;
use super::lab::Lab;
use crate::blocks::Block;
use crate::error::Place;
use crate::plan::Unit;
use crate::{Code, Finding};

/// Judges every block of a unit.
pub(super) fn run(lab: &Lab, unit: &Unit) -> Ran {
    Ran::Judged(unit.steps.iter().flat_map(|step| judge(lab, &step.block)).collect())
}

/// Parses JSON, or says on which line of the page it is none.
pub(super) fn parse(block: &Block) -> Result<Value, Box<Finding>> {
    serde_json::from_str(&block.shown()).map_err(|error| {
        let line = block.lines.iter().filter(|line| !line.hidden).nth(error.line().saturating_sub(1));
        let place = Place { page: block.place.page.clone(), line: line.map_or(block.place.line, |line| line.number) };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Box::new(Finding::new(Code::InvalidSyntax, place, format!("this is no JSON: {message}"), "mend the JSON"))
    })
}

fn judge(lab: &Lab, block: &Block) -> Vec<Finding> {
    let value = match parse(block) {
        Ok(value) => value,
        Err(finding) => return vec![*finding],
    };
    let contract = &lab.contract;
    let find = |code, message: String, help: &str| Finding::new(code, block.place.clone(), message, help.to_owned());
    let unknown = |what: &str, name: &str, known: Vec<&str>| {
        let near = crate::nearest::nearest(name, known.iter().copied());
        let help = near.map_or_else(
            || format!("the contract has: {}", known.join(", ")),
            |near| format!("the nearest is `{near}`"),
        );
        vec![find(Code::UnknownSchema, format!("the contract has no {what} `{name}`"), &help)]
    };
    let violations = if let Some(name) = block.value("event") {
        if contract.event(name).is_none() {
            return unknown("event", name, contract.events().collect());
        }
        contract.check_event(name, value.to_string().as_bytes())
    } else {
        let operations = || contract.operations().iter().map(|operation| operation.id.as_str()).collect();
        let pointer = if let Some(name) = block.value("schema") {
            let schemas = contract.document().pointer("/components/schemas").and_then(Value::as_object);
            let known: Vec<&str> = schemas.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
            if !known.contains(&name) {
                return unknown("schema", name, known);
            }
            Some(format!("/components/schemas/{name}"))
        } else if let Some(id) = block.value("request") {
            let Some(operation) = contract.operation(id) else { return unknown("operation", id, operations()) };
            operation.request_body().and_then(|body| body.json()?.schema().map(str::to_owned))
        } else {
            let named = block.value("response").unwrap_or_default();
            let (id, status) = named.rsplit_once('.').unwrap_or((named, ""));
            let Some(operation) = contract.operation(id) else { return unknown("operation", id, operations()) };
            status.parse().ok().and_then(|status| operation.response_schema(status)).map(str::to_owned)
        };
        let Some(pointer) = pointer else {
            let message = "the contract documents no JSON there".to_owned();
            return vec![find(
                Code::UnknownSchema,
                message,
                "name a request with a body, or a response as `operation.200`",
            )];
        };
        contract.check_schema(&pointer, &value)
    };
    let judged = violations.iter().map(|violation| {
        find(
            Code::SchemaMismatch,
            violation.message.clone(),
            &format!("mend the sample; the rule is {}", violation.contract),
        )
    });
    judged.collect()
}
