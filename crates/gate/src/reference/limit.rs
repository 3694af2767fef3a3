//! A number of the contract's `x-limits`, plain or for a person. What it counts is said by the end of its name.

use proofbook_contract::Contract;
use serde_json::Value;

use crate::nearest;

/// Units of time, the longest first, in seconds.
const UNITS: [(u64, &str, &str); 4] =
    [(86400, "day", "d"), (3600, "hour", "h"), (60, "minute", "min"), (1, "second", "s")];

/// Binary units of data, the largest first.
const BYTES: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];

/// The text of a limit: the number itself, or `as duration`, `as bytes`. A list of times is always written as times.
///
/// # Errors
/// If the contract has no such limit, or it can't have that form.
pub(super) fn text(contract: &Contract, name: &str, form: Option<&str>) -> Result<String, String> {
    let limits = contract.document().get("x-limits").and_then(Value::as_object);
    let Some(value) = limits.and_then(|limits| limits.get(name)) else {
        let known = limits.into_iter().flat_map(|limits| limits.keys().map(String::as_str));
        return Err(nearest::help(&format!("the contract has no limit `{name}`"), name, known));
    };
    if let Some(other) = form.filter(|form| !["duration", "bytes"].contains(form)) {
        return Err(format!("`as {other}` is not known; write `as duration` or `as bytes`"));
    }
    if form == Some("duration") && scale(name).is_none() {
        return Err(format!("the limit `{name}` is no time: its name ends in no unit of time"));
    }
    if value.is_array() {
        return Ok(readable(name, value));
    }
    match (value.as_u64(), form) {
        (None, _) => Err(format!("the limit `{name}` is no whole number")),
        (Some(number), None) => Ok(number.to_string()),
        (Some(number), Some("bytes")) => Ok(bytes(number)),
        (Some(number), Some(_)) => Ok(long(number.saturating_mul(scale(name).unwrap_or(1)))),
    }
}

/// A limit as a person reads it: with its unit, if its name ends in one.
pub(super) fn readable(name: &str, value: &Value) -> String {
    match (value, value.as_u64(), scale(name)) {
        (Value::Array(values), ..) => values.iter().map(|value| item(name, value)).collect::<Vec<_>>().join(", "),
        (_, Some(number), Some(scale)) => long(number.saturating_mul(scale)),
        (_, Some(number), None) if name.ends_with("_bytes") => bytes(number),
        (_, Some(number), None) if name.ends_with("_characters") => format!("{number} characters"),
        (value, ..) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}

/// A value of a list: a time is short.
fn item(name: &str, value: &Value) -> String {
    match (value.as_u64(), scale(name)) {
        (Some(number), Some(scale)) => {
            let (amount, unit) = divided(number.saturating_mul(scale));
            format!("{amount} {}", unit.2)
        }
        _ => readable(name, value),
    }
}

/// How many seconds one is, by the end of the name.
fn scale(name: &str) -> Option<u64> {
    let (_, end) = name.rsplit_once('_')?;
    UNITS.iter().find(|(_, unit, _)| end.strip_suffix('s') == Some(unit)).map(|(seconds, ..)| *seconds)
}

/// `24 hours`, `1 minute`.
fn long(seconds: u64) -> String {
    let (amount, (_, unit, _)) = divided(seconds);
    if amount == 1 { format!("1 {unit}") } else { format!("{amount} {unit}s") }
}

/// A time in the longest unit that leaves no rest; a day or two in hours.
fn divided(seconds: u64) -> (u64, (u64, &'static str, &'static str)) {
    let days = |unit: u64| unit != 86400 || seconds > 2 * 86400;
    let fits = |unit: u64| seconds >= unit && seconds.is_multiple_of(unit) && days(unit);
    let unit = UNITS.into_iter().find(|(unit, ..)| fits(*unit)).unwrap_or(UNITS[3]);
    (seconds / unit.0, unit)
}

/// `64 KiB`: in the largest binary unit that leaves no rest.
fn bytes(number: u64) -> String {
    match BYTES.iter().find(|(unit, _)| number >= *unit && number.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", number / unit),
        None => format!("{number} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::readable;

    #[test]
    fn a_name_ends_in_the_unit() {
        let cases = [
            ("overlap_seconds", json!(86400), "24 hours"),
            ("overlap_seconds", json!(604_800), "7 days"),
            ("tolerance_seconds", json!(300), "5 minutes"),
            ("timeout_seconds", json!(0), "0 seconds"),
            ("wait_minutes", json!(1), "1 minute"),
            ("keep_hours", json!(24), "24 hours"),
            ("body_bytes", json!(65536), "64 KiB"),
            ("body_bytes", json!(1000), "1000 bytes"),
            ("key_characters", json!(255), "255 characters"),
            ("webhooks_per_key", json!(50), "50"),
            ("requests_per_minute", json!(120), "120"),
            ("retry_seconds", json!([5, 300, 86400]), "5 s, 5 min, 24 h"),
            ("page_sizes", json!([10, 50]), "10, 50"),
        ];
        for (name, value, text) in cases {
            assert_eq!(readable(name, &value), text, "{name}");
        }
    }
}
