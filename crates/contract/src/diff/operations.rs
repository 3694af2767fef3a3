//! Operations and events: which there are, who may call them, and whether they are to stay.

use std::collections::BTreeSet;

use super::collect::{Collector, Site};
use super::errors::Codes;
use super::messages::{self, Sides};
use super::{DifferenceKind, Subject};
use crate::contract::Contract;
use crate::operation::Operation;

/// Compares what is under `paths`.
pub(super) fn compare(old: &Contract, new: &Contract, codes: &Codes, found: &mut Collector) {
    let is_same = |one: &Operation, other: &Operation| one.method == other.method && one.path == other.path;
    for before in old.operations() {
        let site = |owner| Site::of(owner, Subject::Operation);
        let Some(after) = new.operations().iter().find(|after| is_same(before, after)) else {
            found.add(site(&before.id), DifferenceKind::Removed, &request(before), "", true);
            continue;
        };
        let (site, name) = (site(after.id.as_str()), request(after));
        deprecation(found, site, &name, before.deprecated, after.deprecated);
        credentials(found, site, &name, before, after);
        let sides = Sides { old, new, owner: &after.id, codes };
        messages::requests(sides, before, after, found);
        messages::answers(sides, before, after, found);
    }
    for after in new.operations() {
        if !old.operations().iter().any(|before| is_same(before, after)) {
            found.add(Site::of(&after.id, Subject::Operation), DifferenceKind::Added, &request(after), "", false);
        }
    }
}

/// Compares what is under `webhooks`.
pub(super) fn compare_events(old: &Contract, new: &Contract, codes: &Codes, found: &mut Collector) {
    for name in old.events() {
        let site = Site::of(name, Subject::Event);
        let (Some(before), Some(after)) = (old.event(name), new.event(name)) else {
            found.add(site, DifferenceKind::Removed, name, "", true);
            continue;
        };
        deprecation(found, site, name, before.deprecated, after.deprecated);
        messages::event(Sides { old, new, owner: name, codes }, before, after, found);
    }
    for name in new.events().filter(|name| old.event(name).is_none()) {
        found.add(Site::of(name, Subject::Event), DifferenceKind::Added, name, "", false);
    }
}

/// Notes that something is to go, or is to stay after all.
pub(super) fn deprecation(found: &mut Collector, site: Site<'_>, name: &str, before: bool, after: bool) {
    match (before, after) {
        (false, true) => found.add(site, DifferenceKind::Deprecated, name, "", false),
        (true, false) => found.add(site, DifferenceKind::Changed, name, "is not deprecated any more", false),
        _ => {}
    }
}

/// `GET /pets/{id}`.
fn request(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// Compares what a caller must have. That another alternative is new breaks nothing; that one is gone does.
fn credentials(found: &mut Collector, site: Site<'_>, name: &str, before: &Operation, after: &Operation) {
    let alternatives = |operation: &Operation| -> BTreeSet<String> {
        let scheme = |(scheme, scopes): &(String, Vec<String>)| match scopes.join(" ") {
            scopes if scopes.is_empty() => scheme.clone(),
            scopes => format!("{scheme} with {scopes}"),
        };
        let all = operation.security_scopes().iter();
        all.map(|schemes| schemes.iter().map(scheme).collect::<Vec<_>>().join(" and ")).collect()
    };
    let (before, after) = (alternatives(before), alternatives(after));
    if before != after {
        let words = if after.is_empty() {
            "needs no credentials any more".to_owned()
        } else {
            format!("needs {}", after.iter().cloned().collect::<Vec<_>>().join(", or "))
        };
        let goes_on = after.is_empty() || (!before.is_empty() && before.is_subset(&after));
        found.add(site, DifferenceKind::Changed, name, &words, !goes_on);
    }
}
