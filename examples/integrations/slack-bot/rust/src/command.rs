//! The command `/policy`.

use serde_json::{Value, json};

use crate::api::Api;
use crate::blocks::{about, diff_block, escape, section, summary, text};

const MOST_ROUTES: usize = 20;

pub const USAGE: &str = "`/policy routes [word]` lists routes\n`/policy changes [route]` lists the latest changes\n\
                         `/policy change chg_…` shows one with its diff";

// ANCHOR: command
/// The answer to what stands behind `/policy`. An error of the API is a sentence for the person who asked.
pub async fn answer(api: &Api, asked: &str) -> Value {
    let (what, word) = asked.trim().split_once(char::is_whitespace).unwrap_or((asked.trim(), ""));
    let word = word.trim();
    let answer = match what {
        "routes" => api.routes().await.map(|all| routes(&all, word)),
        "changes" => api.changes(word).await.map(|all| changes(&all)),
        "change" if !word.is_empty() => api.change(word).await.map(|one| change(&one)),
        _ => Ok(json!({ "text": USAGE })),
    };
    let mut message = answer.unwrap_or_else(|problem| json!({ "text": problem }));
    message["response_type"] = json!("ephemeral");
    message
}
// ANCHOR_END: command

pub fn routes(all: &[Value], word: &str) -> Value {
    let lower = word.to_lowercase();
    let found: Vec<&Value> = all.iter().filter(|one| text(&one["display"]).to_lowercase().contains(&lower)).collect();
    if found.is_empty() {
        return json!({ "text": format!("No route has “{}” in its name.", escape(word)) });
    }
    let line = |one: &&Value| format!("• {} `{}`", escape(text(&one["display"])), text(&one["id"]));
    let mut lines: Vec<String> = found.iter().take(MOST_ROUTES).map(line).collect();
    if let Some(more) = found.len().checked_sub(MOST_ROUTES).filter(|more| *more > 0) {
        lines.push(format!("… {more} more: say a word, `/policy routes germany`"));
    }
    json!({ "text": lines.join("\n") })
}

pub fn changes(all: &[Value]) -> Value {
    if all.is_empty() {
        return json!({ "text": "There are no changes of that route." });
    }
    let mut blocks: Vec<Value> = all.iter().flat_map(|one| [title(one), about(one)]).collect();
    blocks.push(section("See one with `/policy change chg_…`"));
    json!({ "text": format!("{} changes", all.len()), "blocks": blocks })
}

pub fn change(one: &Value) -> Value {
    json!({ "text": one["route"]["display"], "blocks": [title(one), about(one), diff_block(text(&one["diff"]))] })
}

fn title(change: &Value) -> Value {
    section(&format!("*{}*\n{}", escape(text(&change["route"]["display"])), summary(change)))
}
