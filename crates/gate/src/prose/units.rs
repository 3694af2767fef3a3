//! What a limit's name says of its number: the units in which prose may write it.

use serde_json::Value;

/// A limit of the contract: a name with a unit at its end, and a number or several.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) name: String,
    pub(super) values: Vec<u64>,
    pub(super) unit: Unit,
    /// The words of the name that say what is limited.
    pub(super) subject: Vec<String>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Time; how many milliseconds one is.
    Time(u64),
    Bytes,
    Characters,
    /// So many in a stretch of time, such as `minute`.
    Rate(&'static str),
    /// Things: those that the subject names.
    Things,
}

/// The ends of names that say a unit.
const ENDS: [(&str, Unit); 18] = [
    ("milliseconds", Unit::Time(1)),
    ("ms", Unit::Time(1)),
    ("seconds", Unit::Time(1_000)),
    ("secs", Unit::Time(1_000)),
    ("minutes", Unit::Time(60_000)),
    ("hours", Unit::Time(3_600_000)),
    ("days", Unit::Time(86_400_000)),
    ("bytes", Unit::Bytes),
    ("characters", Unit::Characters),
    ("chars", Unit::Characters),
    ("length", Unit::Characters),
    ("per_second", Unit::Rate("second")),
    ("per_minute", Unit::Rate("minute")),
    ("per_hour", Unit::Rate("hour")),
    ("per_day", Unit::Rate("day")),
    ("a_minute", Unit::Rate("minute")),
    ("an_hour", Unit::Rate("hour")),
    ("a_day", Unit::Rate("day")),
];

/// Words of names that say nothing of what is limited.
const EMPTY: [&str; 10] = ["default", "max", "min", "maximum", "minimum", "limit", "per", "count", "start", "of"];

/// The limits of a contract's `x-limits`.
pub(super) fn limits(contract: &Value) -> Vec<Limit> {
    let limit = |(name, value): (&String, &Value)| {
        let values: Vec<u64> = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_u64).collect(),
            value => value.as_u64().into_iter().collect(),
        };
        let ended = ENDS.iter().find_map(|(end, unit)| Some((name.strip_suffix(end)?.strip_suffix('_')?, *unit)));
        let (subject, unit) = ended.unwrap_or((name, Unit::Things));
        let words = subject.split('_').filter(|word| !EMPTY.contains(word));
        Limit { name: name.clone(), values, unit, subject: words.map(str::to_owned).collect() }
    };
    contract["x-limits"].as_object().into_iter().flatten().map(limit).collect()
}

/// A number as prose has it, with the word after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantity<'a> {
    pub(super) number: u64,
    pub(super) unit: &'a str,
}

impl Quantity<'_> {
    /// As milliseconds, if it is a time.
    pub(super) fn time(self) -> Option<u64> {
        let factor = match self.unit {
            "ms" | "millisecond" | "milliseconds" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
            "min" | "mins" | "minute" | "minutes" => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            _ => return None,
        };
        self.number.checked_mul(factor)
    }

    /// As bytes, if it is an amount of data. A kilobyte is taken for either.
    pub(super) fn bytes(self) -> Vec<u64> {
        let factors: &[u64] = match self.unit.to_lowercase().as_str() {
            "b" | "byte" | "bytes" => &[1],
            "kb" | "kilobyte" | "kilobytes" => &[1_000, 1_024],
            "kib" => &[1_024],
            "mb" | "megabyte" | "megabytes" => &[1_000_000, 1_048_576],
            "mib" => &[1_048_576],
            _ => &[],
        };
        factors.iter().filter_map(|factor| self.number.checked_mul(*factor)).collect()
    }

    /// Whether it counts characters.
    pub(super) fn is_characters(self) -> bool {
        matches!(self.unit, "character" | "characters" | "char" | "chars" | "letters")
    }
}
