use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::sentence::{list, types};

/// Which branch of a `oneOf` or `anyOf` a value was meant to be.
pub(super) enum Meant<'a, 'e> {
    /// This one: its errors are the ones to report.
    Branch(&'a [ValidationError<'e>]),
    /// None: the value is of a type that no branch takes. The types that they take.
    Types(String),
    /// Any: the branches differ in the properties that they ask for, and it has none of these. What to add.
    Lacking(String),
    /// Can't be told. The first error of the branch with the fewest.
    Unclear { nearest: Option<&'a ValidationError<'e>> },
}

/// A branch is ruled out if it takes another type, or if a property that tells the branches apart (its schema has
/// `const` or `enum`) has another value. If that leaves one, it was meant.
pub(super) fn meant<'a, 'e>(at: &str, context: &'a [Vec<ValidationError<'e>>]) -> Meant<'a, 'e> {
    let of_type: Vec<&Vec<_>> =
        context.iter().filter(|errors| !errors.iter().any(|error| is_type(at, error))).collect();
    if of_type.is_empty() {
        let wanted =
            context.iter().flatten().filter(|error| is_type(at, error)).filter_map(|error| match error.kind() {
                ValidationErrorKind::Type { kind } => Some(types(kind)),
                _ => None,
            });
        let wanted: BTreeSet<_> = wanted.collect();
        return Meant::Types(list(wanted, "or"));
    }
    if let Some(lacking) = context.iter().map(|errors| lacking(at, errors)).collect::<Option<Vec<_>>>() {
        return Meant::Lacking(list(lacking, "or"));
    }
    let is_kind = |errors: &&&Vec<_>| !errors.iter().any(|error| is_discriminator(at, error));
    let of_kind: Vec<&Vec<_>> = of_type.iter().filter(is_kind).copied().collect();
    match (of_type.as_slice(), of_kind.as_slice()) {
        ([only], _) | (_, [only]) => Meant::Branch(only),
        _ => {
            let candidates = if of_kind.is_empty() { of_type } else { of_kind };
            let nearest = candidates.into_iter().min_by_key(|errors| errors.len()).and_then(|errors| errors.first());
            Meant::Unclear { nearest }
        }
    }
}

/// The properties that a branch asks for, if it asks for nothing else.
pub(super) fn required(branch: &Value) -> Option<String> {
    let map = branch.as_object().filter(|map| map.keys().all(|key| key == "required" || key == "description"))?;
    let names = map.get("required")?.as_array()?.iter().filter_map(Value::as_str).map(|name| format!("`{name}`"));
    Some(list(names, "with"))
}

/// The properties that are missing, if nothing else is wrong.
fn lacking(at: &str, errors: &[ValidationError<'_>]) -> Option<String> {
    let names = errors.iter().map(|error| match error.kind() {
        ValidationErrorKind::Required { property } if error.instance_path().as_str() == at => {
            property.as_str().map(|name| format!("`{name}`"))
        }
        _ => None,
    });
    Some(list(names.collect::<Option<Vec<_>>>()?, "with"))
}

fn is_type(at: &str, error: &ValidationError<'_>) -> bool {
    error.instance_path().as_str() == at && matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn is_discriminator(at: &str, error: &ValidationError<'_>) -> bool {
    let path = error.instance_path().as_str();
    let depth = path.strip_prefix(at).map_or(0, |below| below.matches('/').count());
    depth <= 1 && matches!(error.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. })
}
