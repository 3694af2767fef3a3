//! A number of the contract's `x-limits`, plain or for a person.

use proofbook_contract::Contract;
use serde_json::Value;

use crate::nearest;

/// Units of time, the longest first, in seconds.
const UNITS: [(u64, &str, &str); 4] =
    [(86400, "day", "d"), (3600, "hour", "h"), (60, "minute", "min"), (1, "second", "s")];

/// The text of a limit: the number itself, or `as duration`, `as bytes`.
///
/// # Errors
/// If the contract has no such limit, or it can't have that form.
pub(super) fn text(contract: &Contract, name: &str, form: Option<&str>) -> Result<String, String> {
    let limits = contract.document().get("x-limits").and_then(Value::as_object);
    let Some(value) = limits.and_then(|limits| limits.get(name)) else {
        let known = limits.into_iter().flat_map(|limits| limits.keys().map(String::as_str));
        return Err(nearest::help(&format!("the contract has no limit `{name}`"), name, known));
    };
    if let Some(list) = value.as_array() {
        let scale = scale(name).unwrap_or(1);
        let item = |value: &Value| match value.as_u64() {
            Some(number) if scale_of(name) => short(number * scale),
            _ => value.to_string(),
        };
        return Ok(list.iter().map(item).collect::<Vec<_>>().join(", "));
    }
    let number = value.as_u64().ok_or_else(|| format!("the limit `{name}` is no whole number"))?;
    match form {
        None => Ok(number.to_string()),
        Some("duration") => match scale(name) {
            Some(scale) => Ok(long(number * scale)),
            None => Err(format!("the limit `{name}` is no time: its name ends in no unit of time")),
        },
        Some("bytes") => Ok(bytes(number)),
        Some(other) => Err(format!("`as {other}` is not known; write `as duration` or `as bytes`")),
    }
}

fn scale_of(name: &str) -> bool {
    scale(name).is_some()
}

/// How many seconds one is, by the end of the name.
fn scale(name: &str) -> Option<u64> {
    let unit = name.rsplit('_').next()?.trim_end_matches('s');
    UNITS.iter().find(|(_, long, _)| *long == unit).map(|(seconds, ..)| *seconds)
}

/// `24 hours`: in the longest unit that leaves no rest, but a day or two in hours.
fn long(seconds: u64) -> String {
    let unit = UNITS.iter().find(|(unit, ..)| seconds.is_multiple_of(*unit) && (*unit != 86400 || seconds > 2 * 86400));
    let (unit, name, _) = unit.unwrap_or(&UNITS[3]);
    let amount = seconds / unit;
    if amount == 1 { format!("1 {name}") } else { format!("{amount} {name}s") }
}

/// `5 min`: as [`long`], for a list.
fn short(seconds: u64) -> String {
    let unit = UNITS.iter().find(|(unit, ..)| seconds.is_multiple_of(*unit) && (*unit != 86400 || seconds > 2 * 86400));
    let (unit, _, name) = unit.unwrap_or(&UNITS[3]);
    format!("{} {name}", seconds / unit)
}

/// `64 KiB`: in the largest binary unit that leaves no rest.
fn bytes(number: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| number >= *unit && number.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", number / unit),
        None => format!("{number} bytes"),
    }
}
