//! Messages in Slack's Block Kit, within its limits (<https://docs.slack.dev/reference/block-kit/blocks>).

use jiff::Timestamp;
use serde_json::{Value, json};

/// The most characters of a header.
const HEADER: usize = 150;
/// The most characters of a section.
pub const SECTION: usize = 3000;

/// `&`, `<` and `>` mean something to Slack.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text of so many characters at most.
pub fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

pub fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": short(text, SECTION) } })
}

fn context(text: &str) -> Value {
    json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": short(text, SECTION) }] })
}

// ANCHOR: diff
/// A diff in a code block that fits a section: cut at the end of a line, and it can't break out of the block.
pub fn diff_block(diff: &str) -> Value {
    // A zero-width space between them makes three backticks plain text.
    let text = escape(diff.trim_end()).replace("```", "`\u{200b}`\u{200b}`");
    let lines: Vec<&str> = text.split('\n').collect();
    let room = SECTION - 60;
    let mut length = 0;
    let fits = |line: &&&str| {
        length += line.chars().count() + 1;
        length <= room
    };
    let fitting = lines.iter().take_while(fits).count();
    // Even the first line may be too long.
    let shown = if fitting == 0 { short(lines[0], room) } else { lines[..fitting].join("\n") };
    let left = lines.len() - fitting.max(1);
    let more = if left > 0 { format!("\n… {left} more lines") } else { String::new() };
    section(&format!("```\n{shown}\n```{more}"))
}
// ANCHOR_END: diff

/// A change as the channel sees it.
pub fn change_blocks(change: &Value) -> Value {
    json!([
        { "type": "header", "text": { "type": "plain_text", "text": short(text(&change["route"]["display"]), HEADER) } },
        section(&summary(change)),
        about(change),
        diff_block(text(&change["diff"])),
        {
            "type": "actions",
            "block_id": "acknowledgement",
            "elements": [{
                "type": "button", "action_id": "acknowledge", "value": change["id"],
                "text": { "type": "plain_text", "text": "Acknowledge" },
            }],
        },
    ])
}

/// The blocks of a message, with who took note of it in the place of the button.
pub fn acknowledged(blocks: &Value, user: &str) -> Value {
    let by = context(&format!("Acknowledged by <@{user}> {}", date(&Timestamp::now().to_string())));
    let blocks = blocks.as_array().into_iter().flatten();
    blocks.map(|block| if block["block_id"] == "acknowledgement" { by.clone() } else { block.clone() }).collect()
}

/// Where a change comes from, when, and how large it is.
pub fn about(change: &Value) -> Value {
    let link: String = text(&change["source"]["url"]).chars().filter(|c| !"|<> ".contains(*c)).collect();
    let name = escape(text(&change["source"]["name"])).replace('|', "/");
    let (added, removed) = (&change["lines_added"], &change["lines_removed"]);
    let (when, id) = (date(text(&change["detected_at"])), text(&change["id"]));
    context(&format!("<{link}|{name}> · {when} · +{added} −{removed} · `{id}`"))
}

pub fn summary(change: &Value) -> String {
    change["summary"].as_str().map_or_else(|| "_No summary._".to_owned(), escape)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A time that Slack shows in the reader's zone.
fn date(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(moment) => format!("<!date^{}^{{date_short_pretty}} {{time}}|{time}>", moment.as_second()),
        Err(_) => escape(time),
    }
}
