use serde_json::Value;

use crate::contract::Contract;
use crate::explain::Subject;
use crate::suggest;
use crate::violation::{Place, Violation, ViolationKind};

impl Contract {
    /// Judges the body of a webhook event, by the event's name in `webhooks`.
    ///
    /// Empty if the body keeps the contract. At most 100 violations are listed.
    #[must_use]
    pub fn check_event(&self, event: &str, body: &[u8]) -> Vec<Violation> {
        let Some(operation) = self.event(event) else {
            let known = crate::explain::list(self.events().map(|name| format!("`{name}`")), "and");
            let hint = match suggest::hint(event, self.events()) {
                hint if hint.is_empty() && !known.is_empty() => format!("; it has {known}"),
                hint => hint,
            };
            let message = format!("the contract has no event `{event}`{hint}");
            return vec![Violation::new(ViolationKind::UnknownEvent, Place::Event, "/webhooks", message)];
        };
        let mut out = Vec::new();
        let place = Place::Body { pointer: String::new() };
        let Some(documented) = operation.request_body() else {
            if !body.is_empty() {
                let message = format!("the event `{event}` has a body; the contract documents none");
                out.push(Violation::new(ViolationKind::UnexpectedBody, place, operation.pointer(), message));
            }
            return out;
        };
        if body.is_empty() {
            if documented.required {
                let message = format!("the event `{event}` has no body; it needs one");
                out.push(Violation::new(ViolationKind::MissingBody, place, documented.pointer(), message));
            }
        } else if let Some(json) = documented.json() {
            self.check_json(body, json, &mut out);
        }
        out
    }

    /// Judges a value by the schema at a JSON pointer of the contract, such as `/components/schemas/Pet`. The places of
    /// what it finds are [`Place::Body`].
    #[must_use]
    pub fn check_schema(&self, pointer: &str, value: &Value) -> Vec<Violation> {
        let mut out = Vec::new();
        if self.schemas().has(self.doc(), pointer) {
            self.schemas().check(self.doc(), pointer, value, &Subject::Value, &mut out);
        } else {
            let message = format!("the contract has no schema at `{pointer}`");
            let place = Place::Body { pointer: String::new() };
            out.push(Violation::new(ViolationKind::UnknownSchema, place, pointer, message));
        }
        out
    }
}
