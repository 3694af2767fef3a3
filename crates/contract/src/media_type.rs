//! Media types (RFC 9110, section 8.3.1) and the ranges that a contract documents.

/// The type and subtype in lower case, without parameters. Nothing if it is no media type.
pub(crate) fn essence(text: &str) -> Option<String> {
    let essence = text.split(';').next()?.trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    (is_token(kind) && is_token(subtype)).then_some(essence)
}

fn is_token(text: &str) -> bool {
    let special = "!#$%&'*+-.^_`|~";
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || special.contains(c))
}

/// Whether a body of this type is JSON (RFC 8259; RFC 6839, section 3.1).
pub(crate) fn is_json(text: &str) -> bool {
    essence(text).is_some_and(|essence| essence == "application/json" || essence.ends_with("+json"))
}

/// How closely a range fits an essence: 3 the type itself, 2 `application/*`, 1 `*/*`, 0 not at all. The closest wins
/// (OpenAPI 3.1.1, section 4.8.13.1).
pub(crate) fn fit(range: &str, actual: &str) -> u8 {
    let Some(range) = essence(range) else { return 0 };
    if range == actual {
        return 3;
    }
    match range.strip_suffix("/*") {
        Some("*") => 1,
        Some(kind) if actual.split('/').next() == Some(kind) => 2,
        _ => 0,
    }
}
