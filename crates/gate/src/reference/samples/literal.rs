//! Values as a language writes them.

use serde_json::Value;

use super::WIDTH;

/// How a language writes values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Json,
    Python,
    JavaScript,
}

impl Style {
    fn indent(self) -> &'static str {
        if self == Self::Python { "    " } else { "  " }
    }

    fn key(self, key: &str) -> String {
        let plain = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if self == Self::JavaScript && plain { key.to_owned() } else { string(key) }
    }
}

/// Text between double quotation marks, as all of these languages read it.
pub(super) fn string(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// A value that begins in this column: on one line if it ends before the page does, else divided.
pub(super) fn literal(value: &Value, style: Style, column: usize) -> String {
    let line = inline(value, style);
    if column + line.chars().count() <= WIDTH {
        return line;
    }
    let inner = style.indent().len() + column;
    let items: Vec<String> = match value {
        Value::Array(items) => items.iter().map(|item| literal(item, style, inner)).collect(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let key = style.key(key);
                let value = literal(value, style, inner + key.chars().count() + 2);
                format!("{key}: {value}")
            };
            members.iter().map(member).collect()
        }
        _ => return line,
    };
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    let comma = if style == Style::Json { "" } else { "," };
    let items: Vec<String> = items.iter().map(|item| indent(item, style.indent())).collect();
    format!("{open}\n{}{comma}\n{close}", items.join(",\n"))
}

/// A value on one line.
pub(super) fn inline(value: &Value, style: Style) -> String {
    match (value, style) {
        (Value::Null, Style::Python) => "None".to_owned(),
        (Value::Bool(true), Style::Python) => "True".to_owned(),
        (Value::Bool(false), Style::Python) => "False".to_owned(),
        (Value::Array(items), _) => {
            format!("[{}]", items.iter().map(|item| inline(item, style)).collect::<Vec<_>>().join(", "))
        }
        (Value::Object(members), _) if members.is_empty() => "{}".to_owned(),
        (Value::Object(members), _) => {
            let member = |(key, value): (&String, &Value)| format!("{}: {}", style.key(key), inline(value, style));
            let members = members.iter().map(member).collect::<Vec<_>>().join(", ");
            if style == Style::JavaScript { format!("{{ {members} }}") } else { format!("{{{members}}}") }
        }
        (value, _) => value.to_string(),
    }
}

/// Text with this before each line.
pub(super) fn indent(text: &str, before: &str) -> String {
    text.lines().map(|line| format!("{before}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Style, literal};

    #[test]
    fn each_language_writes_a_value_in_its_way() {
        let value = json!({ "a": null, "b-c": [true, "x\"y"], "d": {} });
        assert_eq!(literal(&value, Style::Json, 0), r#"{"a": null, "b-c": [true, "x\"y"], "d": {}}"#);
        assert_eq!(literal(&value, Style::Python, 0), r#"{"a": None, "b-c": [True, "x\"y"], "d": {}}"#);
        assert_eq!(literal(&value, Style::JavaScript, 0), r#"{ a: null, "b-c": [true, "x\"y"], d: {} }"#);
    }

    #[test]
    fn what_is_too_long_for_a_line_is_divided() {
        let value = json!({ "short": 1, "long": "x".repeat(90) });
        let long = "x".repeat(90);
        assert_eq!(literal(&value, Style::Json, 0), format!("{{\n  \"short\": 1,\n  \"long\": \"{long}\"\n}}"));
        assert_eq!(literal(&value, Style::Python, 0), format!("{{\n    \"short\": 1,\n    \"long\": \"{long}\",\n}}"));
    }
}
