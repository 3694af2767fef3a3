//! Error codes: the values that the bodies of error answers may have in `code`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::collect::{Collector, Site};
use super::messages::schema;
use super::{DifferenceKind, Subject};
use crate::contract::Contract;

/// The field of an error's body that says what it is, for programs.
pub(super) const CODE: &str = "code";

/// The codes of both contracts.
#[derive(Debug)]
pub(super) struct Codes {
    before: BTreeSet<String>,
    after: BTreeSet<String>,
}

impl Codes {
    pub(super) fn of(old: &Contract, new: &Contract) -> Self {
        Self { before: codes(old), after: codes(new) }
    }

    /// Whether a value is a code of one of them alone.
    pub(super) fn is_new_or_gone(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|code| self.before.contains(code) != self.after.contains(code))
    }

    /// Notes the codes that came and went.
    pub(super) fn compare(&self, found: &mut Collector) {
        let site = Site { owner: None, subject: Subject::Error };
        for code in self.before.difference(&self.after) {
            found.add(site, DifferenceKind::Removed, code, "", false);
        }
        for code in self.after.difference(&self.before) {
            found.add(site, DifferenceKind::Added, code, "", false);
        }
    }
}

/// Every code that an operation can answer with.
fn codes(contract: &Contract) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for operation in contract.operations() {
        for (_, answer) in operation.responses().filter(|(status, _)| is_error(status)) {
            let Some(pointer) = answer.json().and_then(|content| content.schema()) else { continue };
            let body = contract.flat(schema(contract, pointer));
            let Some(code) = body.get("properties").and_then(|fields| fields.get(CODE)) else { continue };
            let code = contract.flat(code);
            // A `const` says which of the values it is.
            let only = code.get("const").map(std::slice::from_ref);
            let values = only.or_else(|| code.get("enum")?.as_array().map(Vec::as_slice)).unwrap_or_default();
            codes.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }
    codes
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}
