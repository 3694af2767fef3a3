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
        reaches_gold
        stops_when_it_is_told_to
        says_what_is_wrong_with_its_settings
    ]
    javascript: JavaScript;
    rust: Rust;
}

fn manifest() -> serde_json::Value {
    let path = crate::support::repository().join("examples/integrations/slack-bot/manifest.yaml");
    let text = std::fs::read_to_string(path).expect("the manifest");
    serde_saphyr::from_str(&text).expect("YAML")
}

/// The type is the one of `apps.manifest.create` in Slack's own SDK.
#[test]
fn the_manifest_is_one_by_slacks_own_types() {
    let repository = crate::support::repository();
    let bot = crate::tools::node_of(&repository.join("examples/integrations/slack-bot/javascript"));
    let typescript = crate::tools::node_of(&repository.join("tests/blocks/node"));
    let (Some(bot), Some(typescript)) = (bot, typescript) else { return };
    let folder = tempfile::TempDir::with_prefix("proofbook-suite-").expect("a folder");
    std::os::unix::fs::symlink(bot, folder.path().join("node_modules")).expect("a link");
    let said_of = |manifest: &serde_json::Value| {
        let types = "import type { Manifest } from \"@slack/web-api/dist/types/request/manifest\";";
        let program = format!("{types}\nexport const manifest: Manifest = {manifest};\n");
        std::fs::write(folder.path().join("manifest.ts"), program).expect("a file");
        let mut check = std::process::Command::new("node");
        check.arg(typescript.join("typescript/bin/tsc")).args([
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "manifest.ts",
        ]);
        let output = check.current_dir(folder.path()).output().expect("node");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let mut manifest = manifest();
    assert_eq!(said_of(&manifest), "");

    manifest["settings"]["event_subscriptions"]["bot_events"] = serde_json::json!(["app_mentioned"]);
    assert!(said_of(&manifest).contains("app_mentioned"), "{}", said_of(&manifest));
    manifest["settings"]["event_subscriptions"] = serde_json::json!({ "request": "https://bot.example.com" });
    assert!(
        said_of(&manifest).contains("does not exist in type 'ManifestEventSubscriptions'"),
        "{}",
        said_of(&manifest)
    );
}

/// By <https://docs.slack.dev/reference/app-manifest>.
#[test]
fn the_manifest_asks_for_what_the_bots_do() {
    let manifest = manifest();
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
