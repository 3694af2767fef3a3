//! Text to a JSON value, and the version of OpenAPI that it is written in.

use serde_json::Value;

use crate::error::LoadError;

/// Nesting of the document. Twice what people write, and half of what overflows the stack of a test thread.
const MAX_DEPTH: usize = 64;
/// Values in the document. The largest public contracts have under a million.
const MAX_NODES: usize = 3_000_000;
/// Values that aliases may add. A bomb of aliases stops here.
const MAX_ALIASED: usize = 200_000;

/// Reads YAML 1.2, of which JSON is a part.
pub(crate) fn parse(text: &str) -> Result<Value, LoadError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 2 * MAX_NODES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_ALIASED },
        // In YAML 1.1 the country code `NO` is a boolean.
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    let value = serde_saphyr::from_str_with_options::<Value>(text, options).map_err(|error| syntax(&error))?;
    check_version(&value)?;
    Ok(value)
}

fn syntax(error: &serde_saphyr::Error) -> LoadError {
    let (line, column) = error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let reason = error.without_snippet().to_string();
    let reason = reason.trim_end_matches(&format!(" at line {line}, column {column}")).to_owned();
    LoadError::Syntax { line, column, reason }
}

fn check_version(value: &Value) -> Result<(), LoadError> {
    let Some(found) = value.get("openapi").or_else(|| value.get("swagger")) else {
        return Err(LoadError::NotOpenApi);
    };
    match found.as_str() {
        Some(version) if value.get("openapi").is_some() && version.starts_with("3.1.") => Ok(()),
        Some(version) => Err(LoadError::UnsupportedVersion { found: version.to_owned() }),
        None => Err(LoadError::UnsupportedVersion { found: found.to_string() }),
    }
}
