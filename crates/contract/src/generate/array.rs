use serde_json::{Map, Value, json};

use super::{Sampler, Trail, count};

/// No more items or properties than this are made, whatever the schema asks for.
pub(super) const MAX_ITEMS: usize = 100;

/// As few items as the schema allows, and one where it may be none.
pub(super) fn sample(sampler: &Sampler<'_>, schema: &Map<String, Value>, trail: &Trail<'_>) -> Value {
    let prefix = schema.get("prefixItems").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let any = json!(true);
    let (items, contains) = (schema.get("items"), schema.get("contains"));
    let closed = items == Some(&json!(false));
    let wanted = usize::from(contains.or(items).is_some_and(|item| sampler.is_worthwhile(item, trail)));
    let wanted = if closed { prefix.len() } else { wanted.max(prefix.len()) };
    let least = count(schema, "minItems").unwrap_or(0);
    let most = count(schema, "maxItems").unwrap_or(usize::MAX).min(MAX_ITEMS);
    let unique = schema.get("uniqueItems") == Some(&json!(true));
    let contained = if contains.is_some() { count(schema, "minContains").unwrap_or(1) } else { 0 };
    let length = wanted.max(least).max(contained).min(most);
    let mut values: Vec<Value> = Vec::with_capacity(length);
    for index in 0..length {
        let of_contains = contains.filter(|_| index < contained && prefix.is_empty());
        let item = prefix.get(index).or(of_contains).or(items).unwrap_or(&any);
        let variants = if unique { 0..2 * MAX_ITEMS } else { 0..1 };
        let mut made = variants.map(|variant| sampler.value(item, trail, variant));
        match made.find(|value| !unique || !values.contains(value)) {
            Some(value) => values.push(value),
            None => break,
        }
    }
    Value::Array(values)
}
