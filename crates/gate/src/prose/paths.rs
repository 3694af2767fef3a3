//! Looks up operations, paths of the server and commands.

use proofbook_contract::{Find, Operation, ParameterLocation};

use super::judge::{Fault, Judge};
use crate::finding::Code;

impl Judge<'_> {
    pub(super) fn operation(&self, method: &str, path: &str, query: Option<&str>) -> Option<Fault> {
        let name = format!("{method} {path}");
        if let Some(operation) = self.found(method, path) {
            return query.and_then(|query| self.parameters(query, std::slice::from_ref(operation), false));
        }
        if self.surrounds(path) {
            return None;
        }
        let methods: Vec<&str> =
            self.contract.operations().iter().filter(|o| is_of(o, path)).map(|o| &*o.method).collect();
        let message = match self.contract.find(method, path) {
            Find::MethodNotAllowed(methods) => format!("the contract has `{path}` only for {}", methods.join(", ")),
            _ if !methods.is_empty() => format!("the contract has `{path}` only for {}", methods.join(", ")),
            _ => format!("the contract has no operation `{name}`"),
        };
        let known: Vec<String> =
            self.contract.operations().iter().map(|o| format!("{} {}", o.method, o.path)).collect();
        Fault::new(Code::ProseOperation, message, &name, known.iter().map(String::as_str))
    }

    /// The operation of a path that is concrete, or a template of the contract word by word.
    fn found(&self, method: &str, path: &str) -> Option<&Operation> {
        let template = |operation: &&Operation| operation.method == method && operation.path == path;
        self.contract.operations().iter().find(template).or_else(|| match self.contract.find(method, path) {
            Find::Operation(operation, _) if !path.contains('{') => Some(operation),
            _ => None,
        })
    }

    pub(super) fn path(&self, path: &str, query: Option<&str>) -> Option<Fault> {
        let operations: Vec<Operation> =
            self.contract.operations().iter().filter(|o| is_of(o, path)).cloned().collect();
        if let Some(query) = query.filter(|_| !operations.is_empty()) {
            return self.parameters(query, &operations, false);
        }
        if !operations.is_empty() || self.begins(path) || self.surrounds(path) {
            return None;
        }
        let concrete = !path.contains('{') && !matches!(self.contract.find("GET", path), Find::NotFound);
        if concrete || (!self.is_of_the_api(path) && (self.names.has_text(path) || self.is_pointer(path))) {
            return None;
        }
        let known = self.contract.operations().iter().map(|operation| operation.path.as_str());
        let known = known.chain(self.surroundings.paths.iter().copied());
        Fault::new(Code::ProsePath, format!("the server has no path `{path}`"), path, known)
    }

    /// Whether the path is in the contract's own part of the server.
    fn is_of_the_api(&self, path: &str) -> bool {
        let first = |path: &str| path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        self.contract.operations().iter().any(|operation| first(&operation.path) == first(path))
    }

    /// Whether it is a part of longer paths, such as `/api/` and `/api/…`.
    fn begins(&self, path: &str) -> bool {
        let start = path.trim_end_matches(['…', '*']);
        let start = start.strip_suffix("...").unwrap_or(start);
        let known = self.contract.operations().iter().map(|operation| operation.path.as_str());
        start.ends_with('/')
            && start.len() > 1
            && known.chain(self.surroundings.paths.iter().copied()).any(|known| known.starts_with(start))
    }

    /// Whether it is a path of the server outside the contract.
    fn surrounds(&self, path: &str) -> bool {
        self.surroundings.paths.iter().any(|known| matches(known, path)) || path == "/"
    }

    /// Whether it is a JSON pointer into what the contract describes.
    fn is_pointer(&self, path: &str) -> bool {
        path.split('/').skip(1).all(|part| self.words.is_property(part) || part.parse::<u32>().is_ok())
    }

    /// Whether the query's parameters are those of one of the operations, with values that it lists. `others` allows what
    /// is no parameter but a name of the contract or the code.
    pub(super) fn parameters(&self, query: &str, operations: &[Operation], others: bool) -> Option<Fault> {
        for pair in query.split('&').filter(|pair| !matches!(*pair, "" | "…" | "...")) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let parameters = operations.iter().flat_map(Operation::parameters);
            let parameters: Vec<_> =
                parameters.filter(|parameter| parameter.location == ParameterLocation::Query).collect();
            let named: Vec<_> = parameters.iter().filter(|parameter| parameter.name == name).collect();
            if named.is_empty() {
                if others && !name.contains(char::is_lowercase) {
                    return self.variable(name);
                }
                if others && (self.words.names.contains(name) || self.names.has(name)) {
                    continue;
                }
                let of = match operations {
                    [operation] => format!("the operation `{} {}`", operation.method, operation.path),
                    _ => "the contract".to_owned(),
                };
                let known = parameters.iter().map(|parameter| parameter.name.as_str());
                let code = if others { Code::ProseField } else { Code::ProseOperation };
                return Fault::new(code, format!("{of} has no query parameter `{name}`"), name, known);
            }
            let schemas = named.iter().filter_map(|parameter| self.contract.document().pointer(parameter.schema()));
            let lists: Option<Vec<_>> = schemas.map(|schema| self.words.listed(schema)).collect();
            let Some(values) = lists.map(|lists| lists.concat()) else { continue };
            let plain =
                !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
            if plain && !values.contains(&value) {
                let message = format!("the contract lists no value `{value}` for `{name}`");
                return Fault::new(Code::ProseField, message, value, values);
            }
        }
        None
    }

    /// An address: judged only if it is one of the contract's servers.
    pub(super) fn url(&self, url: &str) -> Option<Fault> {
        let rest = self.words.servers.iter().find_map(|server| url.strip_prefix(server.trim_end_matches('/')))?;
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        path.starts_with('/').then(|| self.path(path, query)).flatten()
    }

    pub(super) fn command(&self, words: &[&str]) -> Option<Fault> {
        let refused = |message: String| Fault::new(Code::ProseCommand, message, "", []);
        let own = match words {
            ["proofbook", own @ ..] => own,
            ["cargo", "run", options @ ..] => {
                let end = options.iter().position(|word| *word == "--").unwrap_or(options.len());
                let (cargo, own) = options.split_at(end);
                for pair in cargo.windows(2) {
                    if let ["-p" | "--package" | "--example" | "--bin", name] = pair
                        && !self.names.has_text(name)
                    {
                        return refused(format!("the code has no package, program or example `{name}`"));
                    }
                }
                if cargo.iter().any(|word| matches!(*word, "-p" | "--package" | "--example" | "--bin")) {
                    return None;
                }
                own.get(1..).unwrap_or_default()
            }
            _ => return None,
        };
        let reason = (self.surroundings.commands)(own).err()?;
        refused(format!("the command line refuses `{}`: {}", words.join(" "), reason.trim()))
    }
}

/// Whether a path is the operation's template word by word, or has `…` where the template has a parameter.
fn is_of(operation: &Operation, path: &str) -> bool {
    operation.path == path || (path.contains(['…', '<', '$']) && matches(&operation.path, path))
}

/// Whether a path is a known one, in which `{name}` stands for one segment and a last `*` for any.
fn matches(known: &str, path: &str) -> bool {
    if let Some(start) = known.strip_suffix('*') {
        return path.starts_with(start);
    }
    let (known, path): (Vec<&str>, Vec<&str>) = (known.split('/').collect(), path.split('/').collect());
    let fits = |(known, given): (&&str, &&str)| known == given || (known.starts_with('{') && !given.is_empty());
    known.len() == path.len() && known.iter().zip(&path).all(fits)
}
