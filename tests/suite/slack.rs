//! The sample Slack bot, driven as Slack drives it, against `fake_slack`, which checks what it is sent.
//!
//! - [`bot`]: the bot, and what Slack and Policy Aggregator send it
//! - [`cases`]: what it must do

mod bot;
mod cases;

use bot::{Bot, Language};

crate::samples::each_case! {
    Bot [
        answers_the_command
        tells_a_person_what_went_wrong
        takes_what_slacks_own_sdk_signs
        refuses_what_slack_did_not_sign
        answers_the_challenge
        does_an_event_that_is_sent_again_once
        posts_a_change_that_the_sandbox_sends
        keeps_a_route_in_its_thread
        posts_a_delivery_once
        trims_a_huge_diff_and_keeps_a_hostile_one_in_its_block
        waits_as_long_as_slack_says_and_keeps_the_order
        posts_after_a_restart_what_it_had_not_posted
        acknowledges_once
        refuses_a_forged_webhook
        stops_when_it_is_told_to
        says_what_is_wrong_with_its_settings
    ]
    javascript: JavaScript;
    rust: Rust;
}

/// By <https://docs.slack.dev/reference/app-manifest>.
#[test]
fn the_manifest_asks_for_what_the_bots_do() {
    let path = crate::support::repository().join("examples/integrations/slack-bot/manifest.yaml");
    let text = std::fs::read_to_string(path).expect("the manifest");
    let manifest: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
    let command = &manifest["features"]["slash_commands"][0];
    assert_eq!(command["command"], "/policy");
    let settings = &manifest["settings"];
    for url in
        [&command["url"], &settings["event_subscriptions"]["request_url"], &settings["interactivity"]["request_url"]]
    {
        assert_eq!(url, "https://bot.example.com/slack/events");
    }
    assert_eq!(settings["event_subscriptions"]["bot_events"], serde_json::json!(["app_mention"]));
    let scopes = serde_json::json!(["app_mentions:read", "chat:write", "commands"]);
    assert_eq!(manifest["oauth_config"]["scopes"]["bot"], scopes);
    let long = [
        (&manifest["display_information"]["name"], 35),
        (&manifest["display_information"]["description"], 140),
        (&manifest["features"]["bot_user"]["display_name"], 80),
        (&command["description"], 2000),
        (&command["usage_hint"], 1000),
    ];
    for (text, most) in long {
        let text = text.as_str().expect("text");
        assert!((1..=most).contains(&text.chars().count()), "{text:?} is longer than {most}");
    }
}
