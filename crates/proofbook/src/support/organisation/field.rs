//! What a field of `support.toml` may be. Each refuses the rest with a sentence that says what it wants.

use reqwest::Url;
use serde::{Deserialize, Deserializer, de};

/// A text that must be right by a rule; the message of the rule says what it wants.
fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    wanted: &str,
    right: impl Fn(&str) -> bool,
) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if right(&text) { Ok(text) } else { Err(de::Error::custom(format!("{text:?} is not {wanted}"))) }
}

/// Words for a cell of a table.
pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    // A cell of a table ends at a bar, and a directive is one line.
    checked(deserializer, "a line of text without |", |text| {
        !text.trim().is_empty() && !text.contains(['|', '\n', '\r', '{', '}'])
    })
}

/// A name that others refer to.
pub(super) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, "one word in small letters", |text| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_lowercase())
    })
}

/// Where a page is.
pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, "an https address without a slash at its end", |text| {
        let plain = !text.ends_with('/') && !text.contains(['|', ' ', '(', ')', '{', '}']);
        plain && Url::parse(text).is_ok_and(|url| url.scheme() == "https")
    })
}

/// Whom to write to.
pub(super) fn email<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, "an e-mail address, such as help@example.com", |text| {
        let plain = |part: &str| {
            !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter))
        };
        text.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
    })
}

/// When the day begins or ends, `HH:MM`.
pub(super) fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, "a time of the day, such as 09:00", |text| {
        text.len() == 5 && text.parse::<jiff::civil::Time>().is_ok()
    })
}

/// A name of the IANA time zone database.
pub(super) fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, "a time zone of the IANA database, such as Europe/Berlin or UTC", |text| {
        // A machine without the database knows none: then any name will do.
        jiff::tz::db().available().next().is_none() || jiff::tz::TimeZone::get(text).is_ok()
    })
}

/// A number and a unit.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const UNITS: [&str; 5] = ["minute", "hour", "day", "business hour", "business day"];
    checked(deserializer, "a time such as `30 minutes`, `4 business hours` or `1 day`", |text| {
        let Some((number, unit)) = text.split_once(' ') else { return false };
        number.parse::<u16>().is_ok_and(|number| number > 0)
            && UNITS.contains(&unit.strip_suffix('s').unwrap_or(unit))
            && (number == "1") != unit.ends_with('s')
    })
}
