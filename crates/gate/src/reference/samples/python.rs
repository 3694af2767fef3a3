//! The example with Python's `requests`.

use serde_json::{Map, Value};

use super::super::auth::Auth;
use super::super::example::{Before, Call, Example, JSON};
use super::super::url::text;
use super::literal::{Style, indent, inline, literal, string};
use super::{Env, WIDTH, hidden, path, steps};

/// How long a sample waits for an answer, in seconds.
const PATIENCE: u32 = 30;

/// The block's code.
pub(super) fn sample(example: &Example, env: &Env) -> String {
    let call = &example.call;
    let mut out = String::from("import os\n\nimport requests\n\n");
    if example.before.iter().any(|before| !before.repeat.is_empty()) {
        out.push_str(&hidden("import time"));
    }
    out.push_str(&format!("base_url = os.environ[{}]\n", string(&env.url)));
    if let Some(Auth::Header { name, before }) = &call.auth {
        out.push_str(&format!("headers = {{{}: {}}}\n", string(name), key(before, env)));
    }
    for before in &example.before {
        out.push_str(&hidden(&prior(before, call, env)));
    }
    out.push_str(&format!("response = {}\nresponse.raise_for_status()\n", request(call, call, env)));
    out.push_str(&hidden(&format!("assert response.status_code == {}, response.status_code", call.status)));
    out.push_str(if call.answers_json { "print(response.json())\n" } else { "print(response.status_code)\n" });
    out
}

/// A call of a function: on one line if that is short enough behind what stands before it, else with an argument on each.
fn arguments(before: &str, arguments: &[String], after: &str) -> String {
    let line = format!("{before}{}{after}", arguments.join(", "));
    if "response = ".len() + line.chars().count() <= WIDTH && !line.contains('\n') {
        return line;
    }
    let arguments: Vec<String> = arguments.iter().map(|one| indent(one, "    ")).collect();
    format!("{before}\n{},\n{after}", arguments.join(",\n"))
}

/// The key, after a word.
fn key(before: &str, env: &Env) -> String {
    match before {
        "" => format!("os.environ[{}]", string(&env.key)),
        before => format!("f\"{before}{{os.environ['{}']}}\"", env.key),
    }
}

/// The expression for a call. `main` is the one whose key is in `headers`.
fn request(call: &Call, main: &Call, env: &Env) -> String {
    let method = call.method.to_ascii_lowercase();
    let known = ["get", "post", "put", "patch", "delete", "head", "options"].contains(&method.as_str());
    let open =
        if known { format!("requests.{method}(") } else { format!("requests.request({}, ", string(&call.method)) };
    let place = |text: String| text.replace('{', "{{").replace('}', "}}");
    let url = format!("f\"{{base_url}}{}\"", path_of(call, place));
    let mut parts = vec![url];
    parts.extend(params(call, env));
    parts.extend(headers(call, main, env));
    if let Some((_, body)) = &call.body {
        parts.push(format!("json={}", literal(body, Style::Python, "    json=".len())));
    }
    parts.push(format!("timeout={PATIENCE}"));
    arguments(&open, &parts, ")")
}

fn path_of(call: &Call, place: impl Fn(String) -> String) -> String {
    // Marks that no URL has, so that only the variables have braces in the end.
    let marked = path(call, |name| format!("\u{1}{name}\u{2}"));
    place(marked).replace('\u{1}', "{").replace('\u{2}', "}")
}

fn params(call: &Call, env: &Env) -> Option<String> {
    // Python would write a boolean with a capital letter.
    let plain = |value: &Value| if value.is_boolean() { Value::String(text(value)) } else { value.clone() };
    let key = match &call.auth {
        Some(Auth::Query(name)) => Some((name, key("", env))),
        _ => None,
    };
    if call.query.is_empty() && key.is_none() {
        return None;
    }
    let twice =
        call.query.iter().enumerate().any(|(at, (name, _))| call.query.iter().skip(at + 1).any(|one| one.0 == *name));
    let written = call.query.iter().map(|(name, value)| (name, inline(&plain(value), Style::Python))).chain(key);
    let pair = |(name, value): (&String, String)| match twice {
        true => format!("({}, {value})", string(name)),
        false => format!("{}: {value}", string(name)),
    };
    let pairs = written.map(pair).collect::<Vec<_>>();
    let (open, close) = if twice { ("params=[", "]") } else { ("params={", "}") };
    Some(arguments(open, &pairs, close))
}

fn headers(call: &Call, main: &Call, env: &Env) -> Option<String> {
    let mut more: Map<String, Value> =
        call.headers.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    if let Some((content_type, _)) = call.body.as_ref().filter(|(content_type, _)| content_type != JSON) {
        more.insert("Content-Type".to_owned(), Value::String(content_type.clone()));
    }
    let more: Vec<String> = more.iter().map(|(name, value)| format!("{}: {value}", string(name))).collect();
    let own = match &call.auth {
        Some(Auth::Header { .. }) if call.auth == main.auth && more.is_empty() => {
            return Some("headers=headers".to_owned());
        }
        Some(Auth::Header { .. }) if call.auth == main.auth => Some("**headers".to_owned()),
        Some(Auth::Header { name, before }) => Some(format!("{}: {}", string(name), key(before, env))),
        _ => None,
    };
    let all: Vec<String> = own.into_iter().chain(more).collect();
    (!all.is_empty()).then(|| arguments("headers={", &all, "}"))
}

/// A call that is made before, with what is kept of its answer.
fn prior(before: &Before, main: &Call, env: &Env) -> String {
    let request = request(&before.call, main, env);
    if before.set.is_empty() && before.repeat.is_empty() {
        return format!("{request}.raise_for_status()\n");
    }
    let mut out = format!("answer = {request}.json()\n");
    if !before.repeat.is_empty() {
        let same = |(pointer, value): &(String, Value)| {
            format!("answer{} == {}", subscripts(pointer), inline(value, Style::Python))
        };
        let same = before.repeat.iter().map(same).collect::<Vec<_>>().join(" and ");
        let again = indent(&format!("answer = {request}.json()"), "    ");
        out.push_str(&format!("while {same}:\n    time.sleep(0.02)\n{again}\n"));
    }
    for (_, variable, pointer) in &before.set {
        out.push_str(&format!("{variable} = answer{}\n", subscripts(pointer)));
    }
    out
}

fn subscripts(pointer: &str) -> String {
    steps(pointer).iter().map(|step| subscript(step)).collect()
}

/// One step into a value.
pub(super) fn subscript(step: &str) -> String {
    if step.parse::<u32>().is_ok() { format!("[{step}]") } else { format!("[{}]", string(step)) }
}
