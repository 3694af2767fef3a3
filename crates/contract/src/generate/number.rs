use serde_json::{Map, Number, Value};

/// The number nearest to zero that the bounds allow; `variant` steps above it, or below it where they end.
pub(super) fn sample(schema: &Map<String, Value>, integer: bool, variant: usize) -> Value {
    let get = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let multiple = get("multipleOf").filter(|multiple| *multiple > 0.0);
    let step = match multiple {
        Some(multiple) if integer && multiple.fract() != 0.0 => whole_multiple(multiple),
        Some(multiple) => multiple,
        None => 1.0,
    };
    let least = bound(get("minimum"), get("exclusiveMinimum"), f64::max);
    let most = bound(get("maximum"), get("exclusiveMaximum"), f64::min);
    let on_grid = integer || multiple.is_some();
    let mut value = 0.0;
    if let Some((limit, exclusive)) = least.filter(|(limit, exclusive)| *limit > 0.0 || (*limit == 0.0 && *exclusive)) {
        value = if on_grid { (limit / step).ceil() * step } else { limit };
        if exclusive && value <= limit {
            value += narrow_step(step, on_grid, limit, most);
        }
    } else if let Some((limit, exclusive)) =
        most.filter(|(limit, exclusive)| *limit < 0.0 || (*limit == 0.0 && *exclusive))
    {
        value = if on_grid { (limit / step).floor() * step } else { limit };
        if exclusive && value >= limit {
            value -= step;
        }
    }
    let offset = variant as f64 * step;
    let above = value + offset;
    let fits = most.is_none_or(|(limit, exclusive)| above < limit || (above == limit && !exclusive));
    let value = if fits { above } else { value - offset };
    // Integers up to 2^53 are exact.
    if integer || (value.fract() == 0.0 && value.abs() < 9e15) {
        Value::from(value as i64)
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// The tighter of an inclusive and an exclusive bound, and whether it is exclusive.
fn bound(inclusive: Option<f64>, exclusive: Option<f64>, tighter: fn(f64, f64) -> f64) -> Option<(f64, bool)> {
    match (inclusive, exclusive) {
        (Some(inclusive), Some(exclusive)) if tighter(inclusive, exclusive) == exclusive => Some((exclusive, true)),
        (Some(inclusive), _) => Some((inclusive, false)),
        (None, exclusive) => exclusive.map(|limit| (limit, true)),
    }
}

/// Half of what is left below the upper bound, where a whole step would pass it.
fn narrow_step(step: f64, on_grid: bool, limit: f64, most: Option<(f64, bool)>) -> f64 {
    match most {
        Some((most, _)) if !on_grid && limit + step >= most => (most - limit) / 2.0,
        _ => step,
    }
}

/// The smallest whole number that is a multiple.
fn whole_multiple(multiple: f64) -> f64 {
    (1..=1000u16).map(|times| f64::from(times) * multiple).find(|value| value.fract() == 0.0).unwrap_or(1.0)
}
