//! The text of a parameter or header as the JSON value that its schema means.

use serde_json::Value;

use crate::types::{Shape, Types};

/// The values that the texts may stand for, the likeliest first; never empty. Several texts are the items of a list.
pub(crate) fn candidates(texts: &[String], shape: Shape) -> Vec<Value> {
    if shape.list {
        let items = texts.iter().map(|text| readings(text, shape.types).swap_remove(0)).collect();
        return vec![Value::Array(items)];
    }
    readings(texts.first().map_or("", String::as_str), shape.types)
}

fn readings(text: &str, types: Types) -> Vec<Value> {
    let mut readings = Vec::new();
    match text {
        "true" | "false" if types.has(Types::BOOLEAN) => readings.push(Value::Bool(text == "true")),
        "null" if types.has(Types::NULL) && !types.has(Types::STRING) => readings.push(Value::Null),
        _ => readings.extend(number(text, types)),
    }
    // What can't be read as its type stays text, and the schema then says what it should have been.
    if types.has(Types::STRING) || readings.is_empty() {
        readings.push(Value::String(text.to_owned()));
    }
    readings
}

/// A number in JSON's own form (RFC 8259, section 6): no `+5`, no ` 5`, no `05`; and no `1.0` for an integer.
fn number(text: &str, types: Types) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && text != "-0";
    let wanted = if integer { types.has(Types::INTEGER) } else { types.has(Types::FRACTION) };
    // The parser would pass over white space at either end.
    if !wanted || text.contains(|c: char| c.is_whitespace()) {
        return None;
    }
    serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number)
}
