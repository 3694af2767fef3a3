use serde_json::{Map, Value, json};

use super::array::MAX_ITEMS;
use super::merge::OMIT;
use super::{Sampler, Trail, count, pattern};

/// All properties that the schema names, but for those that lead back to it and need not be there.
pub(super) fn sample(sampler: &Sampler<'_>, schema: &Map<String, Value>, trail: &Trail<'_>) -> Value {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let names = |keyword: &str| -> Vec<&str> {
        schema.get(keyword).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let (required, omit) = (names("required"), names(OMIT));
    let most = count(schema, "maxProperties").unwrap_or(usize::MAX);
    let mut spare = most.saturating_sub(required.len());
    let mut value = Map::new();
    for (name, property) in properties {
        let is_required = required.contains(&name.as_str());
        let may_add = || spare > 0 && !omit.contains(&name.as_str()) && sampler.is_worthwhile(property, trail);
        if is_required || may_add() {
            spare -= usize::from(!is_required);
            value.insert(name.clone(), sampler.value(property, trail, 0));
        }
    }
    for name in required.into_iter().filter(|name| !properties.contains_key(*name)) {
        value.insert(name.to_owned(), sampler.value(&other(schema, name), trail, 0));
    }
    let least = count(schema, "minProperties").unwrap_or(0).min(most).min(MAX_ITEMS);
    for index in 1.. {
        if value.len() >= least || index > 2 * MAX_ITEMS {
            break;
        }
        let name = match schema.get("propertyNames") {
            Some(names) => sampler.value(names, trail, index).as_str().unwrap_or_default().to_owned(),
            None => format!("property{index}"),
        };
        value.insert(name.clone(), sampler.value(&other(schema, &name), trail, 0));
    }
    Value::Object(value)
}

/// The schema of a property that `properties` does not name.
fn other(schema: &Map<String, Value>, name: &str) -> Value {
    let patterns = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    let by_pattern = patterns.filter(|(regex, _)| pattern::matches(regex, name)).map(|(_, schema)| schema.clone());
    by_pattern.into_iter().next().or_else(|| schema.get("additionalProperties").cloned()).unwrap_or(json!(true))
}
