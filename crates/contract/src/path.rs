//! Path templates, and which one a path belongs to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use regex::Regex;

use crate::error::LoadError;
use crate::query::decode;

/// A path template, such as `/pets/{id}` (OpenAPI 3.1.1, section 4.8.8).
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    Parameter(String),
    /// Parameters with text around them.
    Pattern {
        regex: Regex,
        names: Vec<String>,
    },
}

impl Template {
    pub(crate) fn new(text: &str, pointer: &str) -> Result<Template, LoadError> {
        let malformed =
            |expected: &str| LoadError::Malformed { pointer: pointer.to_owned(), expected: expected.into() };
        let Some(rest) = text.strip_prefix('/') else {
            return Err(malformed("a path begins with `/`"));
        };
        let segments =
            rest.split('/').map(|segment| Segment::new(segment).map_err(malformed)).collect::<Result<_, _>>()?;
        let template = Template { text: text.to_owned(), segments };
        let mut names: Vec<_> = template.names().collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(malformed("a path names each parameter once"));
        }
        Ok(template)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments
            .iter()
            .flat_map(|segment| match segment {
                Segment::Literal(_) => &[] as &[String],
                Segment::Parameter(name) => std::slice::from_ref(name),
                Segment::Pattern { names, .. } => names,
            })
            .map(String::as_str)
    }

    /// The template with its parameters nameless: two templates with one form match the same paths.
    pub(crate) fn form(&self) -> Vec<String> {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("={text}"),
                Segment::Parameter(_) => "~".to_owned(),
                Segment::Pattern { regex, .. } => format!("~{regex}"),
            })
            .collect()
    }

    /// Concrete segments beat patterns, and patterns with text in them beat bare parameters, from the left.
    pub(crate) fn rank(&self) -> Vec<u8> {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Pattern { .. } => 1,
                Segment::Parameter(_) => 2,
            })
            .collect()
    }

    /// The decoded parameters, if the path's decoded segments match.
    pub(crate) fn matches(&self, path: &[String]) -> Option<BTreeMap<String, String>> {
        if path.len() != self.segments.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (segment, actual) in self.segments.iter().zip(path) {
            match segment {
                Segment::Literal(text) if text == actual => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) if actual.is_empty() => return None,
                Segment::Parameter(name) => {
                    parameters.insert(name.clone(), actual.clone());
                }
                Segment::Pattern { regex, names } => {
                    let captures = regex.captures(actual)?;
                    let values = captures.iter().skip(1).flatten().map(|value| value.as_str().to_owned());
                    parameters.extend(names.iter().cloned().zip(values));
                }
            }
        }
        Some(parameters)
    }

    /// The template with the path's own values for its parameters, to tell how far the path is from it.
    pub(crate) fn filled(&self, path: &[String]) -> String {
        let filled = self.segments.iter().enumerate().map(|(index, segment)| match (segment, path.get(index)) {
            (Segment::Literal(text), _) => text.as_str(),
            (_, Some(actual)) => actual.as_str(),
            (_, None) => "",
        });
        format!("/{}", filled.collect::<Vec<_>>().join("/"))
    }
}

impl Segment {
    fn new(text: &str) -> Result<Segment, &'static str> {
        const BRACES: &str = "a path writes a parameter as `{name}`, with no brace or `/` inside it";
        let mut pattern = String::from("(?s)^");
        let mut names = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').ok_or(BRACES)?;
            if name.is_empty() || name.contains('{') || before.contains('}') {
                return Err(BRACES);
            }
            let literal = decode(before).ok_or("a path is percent-encoded UTF-8")?;
            pattern.push_str(&regex::escape(&literal));
            pattern.push_str("(.+)");
            names.push(name.to_owned());
            rest = tail;
        }
        if rest.contains('}') {
            return Err(BRACES);
        }
        let literal = decode(rest).ok_or("a path is percent-encoded UTF-8")?;
        if names.is_empty() {
            return Ok(Segment::Literal(literal));
        }
        pattern.push_str(&regex::escape(&literal));
        pattern.push('$');
        if let [name] = names.as_slice()
            && text.len() == name.len() + 2
        {
            return Ok(Segment::Parameter(name.clone()));
        }
        let regex = Regex::new(&pattern).map_err(|_| "a path is shorter than this")?;
        Ok(Segment::Pattern { regex, names })
    }
}

/// The decoded segments of a path; a `%2F` stays within its segment. Nothing if the path is not percent-encoded UTF-8
/// that begins with `/`.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(decode).collect()
}

/// All templates, the most concrete first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paths {
    sorted: Vec<(Template, Vec<usize>)>,
    forms: HashMap<Vec<String>, String>,
}

impl Paths {
    /// Adds a template with the indices of its operations.
    pub(crate) fn add(&mut self, template: Template, operations: Vec<usize>) -> Result<(), LoadError> {
        if let Some(first) = self.forms.insert(template.form(), template.text.clone()) {
            return Err(LoadError::DuplicatePath { first, second: template.text });
        }
        self.sorted.push((template, operations));
        Ok(())
    }

    pub(crate) fn sort(&mut self) {
        self.sorted.sort_by_key(|(template, _)| (template.rank(), Reverse(template.text.len())));
    }

    /// The most concrete template that matches, its operations, and the parameters.
    pub(crate) fn find(&self, path: &[String]) -> Option<(&Template, &[usize], BTreeMap<String, String>)> {
        self.sorted
            .iter()
            .find_map(|(template, operations)| Some((template, operations.as_slice(), template.matches(path)?)))
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.sorted.iter().map(|(template, _)| template)
    }
}
