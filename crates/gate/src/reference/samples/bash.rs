//! The example with curl.

use serde_json::Value;

use super::super::auth::Auth;
use super::super::example::{Before, Call, Example};
use super::literal::{Style, literal};
use super::{Env, WIDTH, hidden, path, query, steps};

/// The block's code.
pub(super) fn sample(example: &Example, env: &Env) -> String {
    let mut out: String = example.before.iter().map(|before| hidden(&prior(before, env))).collect();
    out.push_str(&curl(&example.call, env, !example.call.answers_json));
    out.push('\n');
    out
}

/// A command for a call; with the head of the answer, if that is all there is to see.
fn curl(call: &Call, env: &Env, head: bool) -> String {
    let method = if call.method == "GET" { String::new() } else { format!("-X {} ", call.method) };
    let mut address = format!("${}{}", env.url, path(call, |name| format!("${name}")));
    let mut query = query(call);
    if let Some(Auth::Query(name)) = &call.auth {
        let mark = if query.is_empty() { "" } else { "&" };
        query.push_str(&format!("{mark}{name}=${}", env.key));
    }
    if !query.is_empty() {
        address.push_str(&format!("?{query}"));
    }
    let mut words = vec![format!("curl -sS{} {method}\"{address}\"", if head { "i" } else { "" })];
    if let Some(Auth::Header { name, before }) = &call.auth {
        words.push(format!("-H \"{name}: {before}${}\"", env.key));
    }
    words.extend(call.headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    if let Some((content_type, body)) = &call.body {
        words.push(format!("-H \"Content-Type: {content_type}\""));
        words.push(format!("-d {}", apostrophes(&literal(body, Style::Json, 6))));
    }
    let line = words.join(" ");
    if line.chars().count() <= WIDTH && !line.contains('\n') { line } else { words.join(" \\\n  ") }
}

/// A call that is made before, with what is kept of its answer.
fn prior(before: &Before, env: &Env) -> String {
    let curl = curl(&before.call, env, false);
    if before.set.is_empty() && before.repeat.is_empty() {
        return format!("{curl} >/dev/null\n");
    }
    let mut out = format!("answer=$({curl})\n");
    if !before.repeat.is_empty() {
        let same = |(pointer, value): &(String, Value)| {
            format!("answer{} == json.loads({})", subscripts(pointer), Value::String(value.to_string()))
        };
        let same = before.repeat.iter().map(same).collect::<Vec<_>>().join(" and ");
        let program = format!("import json, sys; answer = json.load(sys.stdin); sys.exit(not ({same}))");
        let test = format!("printf '%s' \"$answer\" | python3 -c {}", apostrophes(&program));
        out = format!("{out}while {test}; do\n  sleep 0.02\n  answer=$({curl})\ndone\n");
    }
    for (_, variable, pointer) in &before.set {
        let program = format!("import json, sys; print(json.load(sys.stdin){})", subscripts(pointer));
        out.push_str(&format!("{variable}=$(printf '%s' \"$answer\" | python3 -c {})\n", apostrophes(&program)));
    }
    out
}

/// A JSON pointer as Python goes into a value.
fn subscripts(pointer: &str) -> String {
    steps(pointer).iter().map(|step| super::python::subscript(step)).collect()
}

/// Text as one word, with the usual quotation marks if nothing in it has a meaning between them.
fn quoted(text: &str) -> String {
    if text.contains(['"', '$', '`', '\\', '!']) { apostrophes(text) } else { format!("\"{text}\"") }
}

/// Text as one word, in which nothing has a meaning.
fn apostrophes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
