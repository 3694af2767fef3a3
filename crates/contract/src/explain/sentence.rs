use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::types::JsonType;
use serde_json::Value;

use crate::suggest;

/// Longer values are cut: a message stays a sentence.
const MAX_SHOWN: usize = 80;

/// "`/limit` is 500; it must be at most 100".
pub(super) fn sentence(name: &str, shown: &str, error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as K;
    let instance: &Value = error.instance();
    let must = match error.kind() {
        K::Type { kind } => types(kind),
        K::Constant { expected_value } => compact(expected_value),
        K::Enum { options } => options_of(options, instance),
        K::Minimum { limit } => format!("at least {limit}"),
        K::Maximum { limit } => format!("at most {limit}"),
        K::ExclusiveMinimum { limit } => format!("more than {limit}"),
        K::ExclusiveMaximum { limit } => format!("less than {limit}"),
        K::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        K::Format { format } => format_of(format),
        K::Pattern { pattern } => return format!("{name} is {shown}; it must match the pattern `{pattern}`"),
        K::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            return format!("{name} lacks the required property `{property}`");
        }
        K::MinLength { limit } => return counted(name, instance, "character", "at least", *limit),
        K::MaxLength { limit } => return counted(name, instance, "character", "at most", *limit),
        K::MinItems { limit } => return counted(name, instance, "item", "at least", *limit),
        K::MaxItems { limit } => return counted(name, instance, "item", "at most", *limit),
        K::AdditionalItems { limit } => return counted(name, instance, "item", "at most", *limit as u64),
        K::MinProperties { limit } => return counted(name, instance, "property", "at least", *limit),
        K::MaxProperties { limit } => return counted(name, instance, "property", "at most", *limit),
        K::UniqueItems => return format!("{name} has an item twice; its items must differ from each other"),
        K::Contains => return format!("{name} has no item of the kind that it must have"),
        K::OneOfMultipleValid { context } => {
            let fitting = context.iter().filter(|errors| errors.is_empty()).count();
            return format!("{name} has {fitting} of the forms that it may have; it must have exactly one");
        }
        K::Not { .. } => return format!("{name} is {shown}; that is what it must not be"),
        K::FalseSchema => return format!("{name} must not be there"),
        K::UnevaluatedItems { .. } => return format!("{name} has more items than it may have"),
        K::PropertyNames { error } => {
            let name = format!("the name of a property of {name}");
            return sentence(&name, &self::shown(error.instance()), error);
        }
        _ => return format!("{name} breaks its schema: {}", error.masked()),
    };
    format!("{name} is {shown}; it must be {must}")
}

/// A value as JSON, cut if it is long.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "an empty object".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(items) if items.is_empty() => "an empty array".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        other => compact(other),
    }
}

fn compact(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

/// "a, b or c".
pub(crate) fn list(items: impl IntoIterator<Item = String>, last: &str) -> String {
    let mut items: Vec<_> = items.into_iter().collect();
    match items.pop() {
        Some(end) if items.is_empty() => end,
        Some(end) => format!("{} {last} {end}", items.join(", ")),
        None => String::new(),
    }
}

fn options_of(options: &Value, instance: &Value) -> String {
    const MAX_OPTIONS: usize = 12;
    let options = options.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let names = options.iter().filter_map(Value::as_str);
    let meant = instance.as_str().and_then(|given| suggest::nearest(given, names));
    let hint = meant.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
    let rest = options.len().saturating_sub(MAX_OPTIONS);
    let more = (rest > 0).then(|| format!("{rest} others"));
    match options {
        [only] => format!("{}{hint}", compact(only)),
        _ => format!("one of {}{hint}", list(options.iter().take(MAX_OPTIONS).map(compact).chain(more), "or")),
    }
}

pub(super) fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => type_name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => list(kinds.iter().map(|kind| type_name(kind).to_owned()), "or"),
    }
}

fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "an array",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    }
}

fn counted(name: &str, instance: &Value, unit: &str, bound: &str, limit: u64) -> String {
    let count = match instance {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => 0,
    };
    let units = match (count, unit) {
        (1, unit) => unit.to_owned(),
        (_, "property") => "properties".to_owned(),
        (_, unit) => format!("{unit}s"),
    };
    format!("{name} has {count} {units}; it must have {bound} {limit}")
}

fn format_of(format: &str) -> String {
    match format {
        "date-time" => "a date-time (RFC 3339), such as 2026-03-04T05:06:07Z".to_owned(),
        "date" => "a date (RFC 3339), such as 2026-03-04".to_owned(),
        "time" => "a time (RFC 3339), such as 05:06:07Z".to_owned(),
        "duration" => "a duration (ISO 8601), such as PT5M".to_owned(),
        "uri" => "a URI with its scheme, such as https://example.com/".to_owned(),
        "uuid" => "a UUID, such as 0b6c2f0e-5c0f-4f0b-9a39-3b7f0c7a9c11".to_owned(),
        "email" => "an e-mail address, such as someone@example.com".to_owned(),
        "ipv4" => "an IPv4 address, such as 192.0.2.1".to_owned(),
        "ipv6" => "an IPv6 address, such as 2001:db8::1".to_owned(),
        other => format!("of the format `{other}`"),
    }
}
