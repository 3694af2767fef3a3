//! The example with `fetch`.

use serde_json::Value;

use super::super::auth::Auth;
use super::super::example::{Before, Call, Example};
use super::super::names::camel;
use super::literal::{Style, indent, inline, literal, string};
use super::{Env, WIDTH, hidden, path, steps};

/// The block's code.
pub(super) fn sample(example: &Example, env: &Env) -> String {
    let call = &example.call;
    let mut calls = example.before.iter().map(|before| &before.call).chain([call]);
    let key = if calls.any(|call| call.auth.is_some()) { format!(", {}: key", env.key) } else { String::new() };
    let names = format!("const {{ {}: baseUrl{key} }} =", env.url);
    let space = if names.chars().count() + " process.env;".len() <= WIDTH { " " } else { "\n  " };
    let mut out = format!("{names}{space}process.env;\n");
    for (index, before) in example.before.iter().enumerate() {
        out.push_str(&hidden(&prior(before, index + 1)));
    }
    let pairs = query(call);
    if let Some(pairs) = &pairs {
        out.push_str(&format!("const query = new URLSearchParams({pairs});\n"));
    }
    let fetch = fetch(call, pairs.map(|_| "?${query}".to_owned()).unwrap_or_default());
    out.push_str(&format!(
        "const response = await {fetch};\nif (!response.ok) throw new Error(await response.text());\n"
    ));
    let wrong = format!("if (response.status !== {}) throw new Error(`status ${{response.status}}`);", call.status);
    out.push_str(&hidden(&wrong));
    out.push_str(match call.answers_json {
        true => "console.log(await response.json());\n",
        false => "console.log(response.status);\n",
    });
    out
}

/// The query as `URLSearchParams` takes it.
fn query(call: &Call) -> Option<String> {
    let twice = |name: &String| call.query.iter().filter(|(other, _)| other == name).count() > 1;
    let key = match &call.auth {
        Some(Auth::Query(name)) => Some((name, "key".to_owned())),
        _ => None,
    };
    if call.query.is_empty() && key.is_none() {
        return None;
    }
    let list = call.query.iter().any(|(name, _)| twice(name));
    let written = call.query.iter().map(|(name, value)| (name, inline(value, Style::JavaScript))).chain(key);
    let pair = |(name, value): (&String, String)| match list {
        true => format!("[{}, {value}]", string(name)),
        false => format!("{}: {value}", property(name)),
    };
    let pairs = written.map(pair).collect::<Vec<_>>();
    Some(if list { braces("[", &pairs, "]", 0) } else { braces("{", &pairs, "}", 0) })
}

/// The expression for a call.
fn fetch(call: &Call, query: String) -> String {
    let path = path(call, |name| format!("\u{1}{}\u{2}", camel(name)));
    let path = path.replace('\\', "\\\\").replace('`', "\\`").replace('\u{1}', "${").replace('\u{2}', "}");
    let address = format!("`${{baseUrl}}{path}{query}`");
    let mut options = Vec::new();
    if call.method != "GET" {
        options.push(format!("method: {}", string(&call.method)));
    }
    let mut headers: Vec<String> = Vec::new();
    if let Some(Auth::Header { name, before }) = &call.auth {
        let key = if before.is_empty() { "key".to_owned() } else { format!("`{before}${{key}}`") };
        headers.push(format!("{}: {key}", property(name)));
    }
    let own = call.headers.iter().map(|(name, value)| format!("{}: {}", property(name), string(value)));
    headers.extend(own);
    if let Some((content_type, _)) = &call.body {
        headers.push(format!("\"Content-Type\": {}", string(content_type)));
    }
    if !headers.is_empty() {
        options.push(format!("headers: {}", braces("{", &headers, "}", "  headers: ".len())));
    }
    if let Some((_, body)) = &call.body {
        let column = "  body: JSON.stringify()".len();
        options.push(format!("body: JSON.stringify({})", literal(body, Style::JavaScript, column)));
    }
    match options.as_slice() {
        [] => format!("fetch({address})"),
        options => braces(&format!("fetch({address}, {{"), options, "})", "const response = await ".len()),
    }
}

/// Members between braces, on one line if that is short enough.
fn braces(open: &str, members: &[String], close: &str, column: usize) -> String {
    let space = if open.ends_with('{') { " " } else { "" };
    let line = format!("{open}{space}{}{space}{close}", members.join(", "));
    if column + line.chars().count() <= WIDTH && !line.contains('\n') && members.len() < 4 {
        return line;
    }
    let members: Vec<String> = members.iter().map(|member| indent(member, "  ")).collect();
    format!("{open}\n{},\n{close}", members.join(",\n"))
}

fn property(name: &str) -> String {
    let member = inline(&serde_json::json!({ name: 0 }), Style::JavaScript);
    member.trim_start_matches("{ ").trim_end_matches(": 0 }").to_owned()
}

/// A call that is made before, with what is kept of its answer.
fn prior(before: &Before, number: usize) -> String {
    let address = super::query(&before.call);
    let query = if address.is_empty() { address } else { format!("?{address}") };
    let fetch = fetch(&before.call, query);
    if before.set.is_empty() && before.repeat.is_empty() {
        return format!("await {fetch};\n");
    }
    let answer = format!("answer{number}");
    let mut out = format!("let {answer} = await (await {fetch}).json();\n");
    if !before.repeat.is_empty() {
        let same = |(pointer, value): &(String, Value)| {
            format!("{answer}{} === {}", subscripts(pointer), inline(value, Style::JavaScript))
        };
        let same = before.repeat.iter().map(same).collect::<Vec<_>>().join(" && ");
        let again = indent(&format!("{answer} = await (await {fetch}).json();"), "  ");
        let sleep = "  await new Promise((done) => setTimeout(done, 20));";
        out.push_str(&format!("while ({same}) {{\n{sleep}\n{again}\n}}\n"));
    }
    for (_, variable, pointer) in &before.set {
        out.push_str(&format!("const {} = {answer}{};\n", camel(variable), subscripts(pointer)));
    }
    out
}

fn subscripts(pointer: &str) -> String {
    let step =
        |step: &String| if step.parse::<u32>().is_ok() { format!("[{step}]") } else { format!("[{}]", string(step)) };
    steps(pointer).iter().map(step).collect()
}
