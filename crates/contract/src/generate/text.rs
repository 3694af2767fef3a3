use serde_json::{Map, Value};

use super::{count, pattern};

/// Longer text is not made, whatever `minLength` asks for.
const MAX_LENGTH: usize = 64 * 1024;

/// Text of the format, if it keeps the pattern and the length; else text of the pattern; else plain text.
pub(super) fn sample(schema: &Map<String, Value>, variant: usize) -> String {
    let least = count(schema, "minLength").unwrap_or(0).min(MAX_LENGTH);
    let most = count(schema, "maxLength").unwrap_or(usize::MAX);
    let regex = schema.get("pattern").and_then(Value::as_str);
    let fits = |text: &String| {
        let length = text.chars().count();
        length >= least && length <= most && regex.is_none_or(|regex| pattern::matches(regex, text))
    };
    let of_format = schema.get("format").and_then(Value::as_str).and_then(|format| of_format(format, variant));
    if let Some(text) = of_format.filter(fits) {
        return text;
    }
    if let Some(text) = regex.and_then(|regex| pattern::sample(regex, least, most, variant)) {
        return text;
    }
    plain(least, most, variant)
}

fn plain(least: usize, most: usize, variant: usize) -> String {
    let mut text = if variant == 0 { "string".to_owned() } else { format!("string{variant}") };
    while text.chars().count() < least {
        text.push('x');
    }
    // The end is kept: it tells the variants apart.
    let skip = text.chars().count().saturating_sub(most);
    text.chars().skip(skip).collect()
}

fn of_format(format: &str, variant: usize) -> Option<String> {
    let (minute, day) = (variant % 60, variant % 28 + 1);
    let text = match format {
        "date-time" => format!("2026-03-04T05:{minute:02}:07Z"),
        "date" => format!("2026-03-{day:02}"),
        "time" => format!("05:{minute:02}:07Z"),
        "duration" => format!("PT{}M", variant + 5),
        "email" | "idn-email" => format!("someone{}@example.com", suffix(variant)),
        "hostname" | "idn-hostname" => format!("www{}.example.com", suffix(variant)),
        "ipv4" => format!("192.0.2.{}", variant % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", variant % 0xffff + 1),
        "uri" | "iri" => format!("https://example.com/{}", suffix(variant)),
        "uri-reference" | "iri-reference" => format!("/example{}", suffix(variant)),
        "uri-template" => format!("https://example.com/{{id}}{}", suffix(variant)),
        "uuid" => format!("0b6c2f0e-5c0f-4f0b-9a39-{:012x}", variant + 0x3b7f),
        "json-pointer" => format!("/example{}", suffix(variant)),
        "relative-json-pointer" => format!("{variant}"),
        "regex" => format!("^example{}$", suffix(variant)),
        "byte" => "ZXhhbXBsZQ==".to_owned(),
        _ => return None,
    };
    Some(text)
}

fn suffix(variant: usize) -> String {
    if variant == 0 { String::new() } else { variant.to_string() }
}
