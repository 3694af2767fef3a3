//! What is in a bundle, for the person who has made it: a line a part, as the issue form asks for it.

use serde_json::Value;

use crate::webhook::show;

/// The lines, with how many of each kind were removed.
pub(super) fn lines(bundle: &Value, removed: &[(&str, usize)]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let or_none = |value: &Value| value.as_str().unwrap_or("not found").to_owned();
    let versions = &bundle["versions"];
    let tools = ["curl", "python", "node", "rust"].map(|tool| format!("{tool} {}", or_none(&versions[tool])));
    let variable = |one: &Value| {
        let name = one["variable"].as_str().unwrap_or_default();
        let name = name.strip_prefix("POLICY_AGGREGATOR_")?;
        let parts = one["parts"].as_array().into_iter().flatten().map(|part| {
            let kind = part["kind"].as_str().unwrap_or("unknown kind");
            format!("{kind} {}", part["sha256_start"].as_str().unwrap_or("too short for a fingerprint"))
        });
        let parts: Vec<String> = parts.collect();
        let odd = one["odd"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|odd| format!(", {odd}"));
        let odd: String = odd.collect();
        Some(match (one["set"] == true, parts.is_empty()) {
            (false, _) => format!("{name} not set"),
            (true, true) => format!("{name} set{odd}"),
            (true, false) => format!("{name} {}{odd}", parts.join(" and ")),
        })
    };
    let variables: Vec<String> = bundle["environment"].as_array().into_iter().flatten().filter_map(variable).collect();
    let files: Vec<String> = bundle["files"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|file| format!("{} ({} lines)", text(&file["name"]), file["lines"].as_array().map_or(0, Vec::len)))
        .collect();
    let removed: Vec<String> = removed.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
    let or_nothing = |list: Vec<String>| if list.is_empty() { "nothing".to_owned() } else { list.join(", ") };
    let [clock, me, webhooks] = of_service(&bundle["api"]);
    let rows = [
        (
            "proofbook",
            format!("{}, {}, {}", text(&versions["proofbook"]), text(&versions["os"]), text(&versions["arch"])),
        ),
        ("tools", tools.join(", ")),
        ("variables", variables.join("; ")),
        ("base URL", text(&bundle["base_url"])),
        ("clock", clock),
        ("GET /me", me),
        ("webhooks", webhooks),
        ("files", or_nothing(files)),
        ("removed", or_nothing(removed)),
    ];
    rows.map(|(name, said)| format!("{name:<10} {}", show::line(&said, 400))).join("\n")
}

/// The lines about the clock, the key and the webhooks.
fn of_service(api: &Value) -> [String; 3] {
    if api["answered"] != true {
        let why = api["why"].as_str().unwrap_or_default();
        return ["not known".to_owned(), why.to_owned(), "not known".to_owned()];
    }
    let clock = match (api["clock"]["seconds_ahead"].as_i64(), api["clock"]["webhooks_verify"] == true) {
        (Some(seconds), true) => format!("{seconds} s ahead of the API's"),
        (Some(seconds), false) => format!("{seconds} s ahead of the API's: no webhook verifies so"),
        (None, _) => api["clock"]["why"].as_str().unwrap_or_default().to_owned(),
    };
    let me = &api["me"];
    let header = |name: &str| me["headers"][name].as_str().unwrap_or("?").to_owned();
    let kept = if me["contract_kept"] == true { "contract kept" } else { "contract BROKEN" };
    let code = me["code"].as_str().map(|code| format!(" {code}")).unwrap_or_default();
    let (remaining, limit) = (header("x-ratelimit-remaining"), header("x-ratelimit-limit"));
    let id = header("x-request-id");
    let me = format!("{}{code}, {id}, {kept}, {remaining} of {limit} calls left", me["status"]);
    let webhooks = &api["webhooks"];
    let failing = webhooks["failing"].as_array();
    let failed: usize = failing.into_iter().flatten().filter_map(|one| one["failed"].as_array()).map(Vec::len).sum();
    let webhooks = match webhooks["read"] == true {
        true => {
            format!("{}, {} failing, {failed} deliveries failed", webhooks["webhooks"], failing.map_or(0, Vec::len))
        }
        false => "not readable with this key".to_owned(),
    };
    [clock, me, webhooks]
}
