//! The same call as a program. Key and address come from the environment: no secret is in it.

use clap::ValueEnum;
use serde_json::Value;

use super::Call;

/// What a program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// With curl, for a POSIX shell
    Curl,
    /// With reqwest and tokio
    Rust,
    /// With requests
    Python,
    /// With fetch, for Node 20
    Javascript,
}

/// The whole program.
pub(super) fn text(call: &Call, language: Language) -> String {
    match language {
        Language::Curl => curl(call),
        Language::Rust => rust(call),
        Language::Python => python(call),
        Language::Javascript => javascript(call),
    }
}

/// The path and query behind the base address.
fn target(call: &Call) -> String {
    let query = call.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", call.path)
}

/// The headers besides the key's.
fn headers(call: &Call) -> Vec<(String, String)> {
    let json = call.body.as_ref().map(|_| ("Content-Type".to_owned(), "application/json".to_owned()));
    json.into_iter().chain(call.headers.iter().cloned()).collect()
}

/// A JSON string is a literal of Python and JavaScript too.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

fn curl(call: &Call) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut lines = vec![
        format!("curl -sS -X {} \"$POLICY_AGGREGATOR_BASE_URL\"{}", call.method, quoted(&target(call))),
        "-H \"Authorization: Bearer $POLICY_AGGREGATOR_API_KEY\"".to_owned(),
    ];
    lines.extend(headers(call).iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    lines.extend(call.body.as_deref().map(|body| format!("--data-binary {}", quoted(body))));
    lines.join(" \\\n  ")
}

fn rust(call: &Call) -> String {
    let method = call.method.as_str().to_ascii_lowercase();
    let mut steps = vec![
        format!(".{method}(format!(\"{{}}{{}}\", var(\"POLICY_AGGREGATOR_BASE_URL\")?, {:?}))", target(call)),
        ".bearer_auth(var(\"POLICY_AGGREGATOR_API_KEY\")?)".to_owned(),
    ];
    steps.extend(headers(call).iter().map(|(name, value)| format!(".header({name:?}, {value:?})")));
    steps.extend(call.body.as_deref().map(|body| format!(".body({body:?})")));
    steps.push(".send()".to_owned());
    steps.push(".await?;".to_owned());
    format!(
        "// cargo add reqwest && cargo add tokio --features full\nuse std::env::var;\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let response = reqwest::Client::new()\n        {}\n    println!(\"{{}}\", response.status().as_u16());\n    \
         println!(\"{{}}\", response.text().await?);\n    Ok(())\n}}\n",
        steps.join("\n        ")
    )
}

fn python(call: &Call) -> String {
    let mut lines = vec![
        format!("    {},", literal(call.method.as_str())),
        format!("    os.environ[\"POLICY_AGGREGATOR_BASE_URL\"] + {},", literal(&target(call))),
        "    headers={".to_owned(),
        "        \"Authorization\": f\"Bearer {os.environ['POLICY_AGGREGATOR_API_KEY']}\",".to_owned(),
    ];
    lines.extend(headers(call).iter().map(|(name, value)| format!("        {}: {},", literal(name), literal(value))));
    lines.push("    },".to_owned());
    lines.extend(call.body.as_deref().map(|body| format!("    data={}.encode(),", literal(body))));
    lines.push("    timeout=30,".to_owned());
    format!(
        "# pip install requests\nimport os\n\nimport requests\n\nresponse = requests.request(\n{}\n)\nprint(response.status_code)\nprint(response.text)\n",
        lines.join("\n")
    )
}

fn javascript(call: &Call) -> String {
    let mut lines = vec![
        format!("  method: {},", literal(call.method.as_str())),
        "  headers: {".to_owned(),
        "    Authorization: `Bearer ${process.env.POLICY_AGGREGATOR_API_KEY}`,".to_owned(),
    ];
    lines.extend(headers(call).iter().map(|(name, value)| format!("    {}: {},", literal(name), literal(value))));
    lines.push("  },".to_owned());
    lines.extend(call.body.as_deref().map(|body| format!("  body: {},", literal(body))));
    format!(
        "const response = await fetch(process.env.POLICY_AGGREGATOR_BASE_URL + {}, {{\n{}\n}});\n\
         console.log(response.status);\nconsole.log(await response.text());\n",
        literal(&target(call)),
        lines.join("\n")
    )
}
