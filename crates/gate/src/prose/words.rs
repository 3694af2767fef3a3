//! The words of a contract: what its fields, values, parameters, headers, events and limits are called.

use std::collections::{BTreeMap, BTreeSet};

use proofbook_contract::{Contract, ParameterLocation};
use serde_json::Value;

/// How deep a schema may be nested in others of which it is made.
const DEPTH: usize = 12;

/// The words of a contract.
pub(super) struct Words<'a> {
    contract: &'a Contract,
    /// Properties, parameters, values and limits.
    pub(super) names: BTreeSet<&'a str>,
    /// The schemas of each property.
    properties: BTreeMap<&'a str, Vec<&'a Value>>,
    /// Headers as the contract writes them.
    pub(super) headers: BTreeSet<&'a str>,
    /// Ids of operations and names of schemas, and the words that they are made of.
    pub(super) identifiers: BTreeSet<String>,
    /// Whatever word with a `_` any text of the contract has, for the beginnings of ids and keys.
    samples: BTreeSet<&'a str>,
    /// What stands before the paths where the contract's servers are mounted.
    pub(super) servers: Vec<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        let mut words = Self {
            contract,
            names: BTreeSet::new(),
            properties: BTreeMap::new(),
            headers: BTreeSet::new(),
            identifiers: BTreeSet::new(),
            samples: BTreeSet::new(),
            servers: Vec::new(),
        };
        let document = contract.document();
        words.read(document);
        words.sample(document);
        if let Some(limits) = document["x-limits"].as_object() {
            words.names.extend(limits.keys().map(String::as_str));
        }
        words.servers.extend(document["servers"].as_array().into_iter().flatten().filter_map(|s| s["url"].as_str()));
        let schemes = document["components"]["securitySchemes"].as_object();
        for scheme in schemes.into_iter().flat_map(|schemes| schemes.values()) {
            words.headers.extend(scheme["name"].as_str().filter(|_| scheme["in"] == "header"));
        }
        let schemas = document["components"]["schemas"].as_object();
        let names: Vec<&str> = schemas.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        names.into_iter().for_each(|name| words.identifier(name));
        words.operations();
        words
    }

    fn operations(&mut self) {
        let contract = self.contract;
        let events = contract.events().filter_map(|event| contract.event(event));
        for operation in contract.operations().iter().chain(events) {
            self.identifier(&operation.id);
            for parameter in operation.parameters() {
                match parameter.location {
                    ParameterLocation::Header => self.headers.insert(&parameter.name),
                    _ => self.names.insert(&parameter.name),
                };
            }
            let headers = operation.responses().flat_map(|(_, response)| response.headers());
            self.headers.extend(headers.map(|header| header.name.as_str()));
        }
    }

    fn identifier(&mut self, name: &str) {
        let mut word = String::new();
        for character in name.chars() {
            if character.is_uppercase() && !word.is_empty() {
                self.identifiers.insert(std::mem::take(&mut word));
            }
            word.push(character);
        }
        self.identifiers.extend([word, name.to_owned()]);
    }

    /// Takes the properties and values of every schema. Examples are no schemas.
    fn read(&mut self, value: &'a Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            Value::Object(members) => {
                for (key, member) in members {
                    match (key.as_str(), member) {
                        ("properties", Value::Object(properties)) => {
                            for (name, schema) in properties {
                                self.names.insert(name);
                                self.properties.entry(name).or_default().push(schema);
                                self.read(schema);
                            }
                        }
                        ("example" | "examples" | "default", _) => {}
                        ("enum", Value::Array(values)) => self.names.extend(values.iter().filter_map(Value::as_str)),
                        ("const", Value::String(value)) => {
                            self.names.insert(value);
                        }
                        _ => self.read(member),
                    }
                }
            }
            _ => {}
        }
    }

    fn sample(&mut self, value: &'a Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.sample(item)),
            Value::Object(members) => members.values().for_each(|member| self.sample(member)),
            Value::String(text) => {
                let words = text.split(|c: char| !(c == '_' || c.is_ascii_alphanumeric()));
                self.samples.extend(words.filter(|word| word.contains('_')));
            }
            _ => {}
        }
    }

    /// Whether any text of the contract has a word that begins so.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        let begins = |word: Option<&&str>| word.is_some_and(|word| word.starts_with(prefix));
        begins(self.names.range(prefix..).next()) || begins(self.samples.range(prefix..).next())
    }

    /// Whether it is the name of a property.
    pub(super) fn is_property(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// Whether some schema has a property, in it another, and so on. The first name may be a schema's own.
    pub(super) fn has_path(&self, parts: &[&str]) -> bool {
        let Some((first, rest)) = parts.split_first() else { return false };
        let schemas = &self.contract.document()["components"]["schemas"];
        let named = schemas.as_object().into_iter().flatten().filter(|(name, _)| snake(name) == *first);
        let mut reached: Vec<&Value> = self.properties.get(first).cloned().unwrap_or_default();
        reached.extend(named.map(|(_, schema)| schema));
        for part in rest {
            reached = reached.into_iter().flat_map(|schema| self.children(schema, part, DEPTH)).collect();
        }
        !reached.is_empty()
    }

    /// The schemas of a property of a schema, and of those that it is made of.
    fn children(&self, schema: &'a Value, name: &str, depth: usize) -> Vec<&'a Value> {
        if depth == 0 {
            return Vec::new();
        }
        let schema = self.contract.resolve(schema);
        let made_of = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
        let inner = made_of.chain(schema.get("items")).flat_map(|schema| self.children(schema, name, depth - 1));
        schema["properties"].get(name).into_iter().chain(inner).collect()
    }

    /// The values that a property can have, if the contract lists them wherever it has the property.
    pub(super) fn values(&self, property: &str) -> Option<Vec<&'a str>> {
        let lists = self.properties.get(property)?.iter().map(|schema| self.listed(schema));
        lists.collect::<Option<Vec<_>>>().map(|lists| lists.concat())
    }

    /// The values that a schema lists.
    pub(super) fn listed(&self, schema: &'a Value) -> Option<Vec<&'a str>> {
        let schema = self.contract.resolve(schema);
        let listed = schema["enum"].as_array().map(Vec::as_slice);
        let values = listed.or_else(|| schema.get("const").map(std::slice::from_ref))?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }
}

/// A schema's name as a field would be called.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.chars().enumerate() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
