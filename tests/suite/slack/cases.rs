//! What each bot must do.

use std::time::Duration;

use serde_json::{Value, json};

use fake_slack::request::{FromSlack, SIGNING_SECRET};
use fake_slack::{Script, shown};

use super::bot::{Bot, deliver, send, webhooks};
use crate::sender::{SECRET, change, now, test_event};
use crate::support::http;
use crate::tools;

async fn sandbox_control(bot: &Bot, name: &str, body: Value) -> Value {
    let request = http().post(format!("{}/sandbox/{name}", bot.sandbox.url())).bearer_auth(bot.sandbox.key());
    request.json(&body).send().await.expect("an answer").json().await.expect("JSON")
}

pub(super) async fn answers_the_command(mut bot: Bot) {
    let running = bot.start().await;
    let routes = shown(&bot.types(&running, "routes germany").await);
    assert!(routes.contains("India → Germany (student)") && !routes.contains("Australia"), "{routes}");
    let route = routes.split('`').nth(1).expect("a route's id").to_owned();

    let changes = shown(&bot.types(&running, &format!("changes {route}")).await);
    assert!(changes.contains("India → Germany (student)") && changes.contains("chg_"), "{changes}");
    let all = shown(&bot.types(&running, "  changes ").await);
    assert_eq!(all.matches("`chg_").count(), 5, "{all}");

    let id =
        changes.split('`').find(|part| part.starts_with("chg_") && part.len() > 10).expect("a change's id").to_owned();
    let one = shown(&bot.types(&running, &format!("change {id}")).await);
    assert!(one.contains("```\n--- ") && one.contains("\n+") && one.contains(&id), "{one}");

    for unclear in ["", "help", "change"] {
        let usage = shown(&bot.types(&running, unclear).await);
        assert!(usage.contains("/policy routes") && usage.contains("/policy change chg_"), "{unclear:?}: {usage}");
    }
}

pub(super) async fn tells_a_person_what_went_wrong(mut bot: Bot) {
    let running = bot.start().await;
    let missing = shown(&bot.types(&running, "change chg_0000000000000000").await);
    assert!(missing.contains("no such change") && missing.contains("req_"), "{missing}");
    let nothing = shown(&bot.types(&running, "routes atlantis & <here>").await);
    assert!(nothing.contains("atlantis &amp; &lt;here&gt;"), "{nothing}");
    for (fault, expected) in [
        (json!({ "status": 429, "retry_after": 17 }), "17 seconds"),
        (json!({ "status": 401 }), "key is refused"),
        (json!({ "status": 403 }), "key is refused"),
        (json!({ "status": 503 }), "later"),
        (json!({ "drop_connection": true }), "does not answer"),
        (json!({ "malformed_body": true }), "does not answer"),
    ] {
        // As often as a client may try again.
        let mut fault = fault;
        fault["next"] = json!(9);
        sandbox_control(&bot, "faults", fault.clone()).await;
        let said = shown(&bot.types(&running, "changes").await);
        assert!(said.contains(expected), "{fault}: {said}");
        let clear = http().delete(format!("{}/sandbox/faults", bot.sandbox.url())).bearer_auth(bot.sandbox.key());
        assert!(clear.send().await.expect("an answer").status().is_success());
    }
}

pub(super) async fn takes_what_slacks_own_sdk_signs(mut bot: Bot) {
    let Some(programs) = tools::python() else { return };
    let running = bot.start().await;
    let mut request = FromSlack::command("help & <more>", &bot.slack.response_url());
    let sign = "import sys; from slack_sdk.signature import SignatureVerifier as Slack
secret, timestamp, body = sys.argv[1:]
print(Slack(secret).generate_signature(timestamp=timestamp, body=body), end='')";
    let mut python = std::process::Command::new(programs.join("python"));
    python.args(["-c", sign, SIGNING_SECRET, &request.timestamp.to_string(), &request.body]);
    let signature = tools::run(&mut python);
    assert_eq!(signature, request.signature, "the fake signs as Slack's SDK does");
    request.signature = signature;
    assert_eq!(send(&running, &request).await.0, 200);
    assert!(shown(&bot.called("response_url").await.arguments).contains("/policy routes"));
}

pub(super) async fn refuses_what_slack_did_not_sign(mut bot: Bot) {
    let running = bot.start().await;
    let form = || format!("command=%2Fpolicy&text=routes&response_url={}", bot.slack.response_url());
    let mut tampered = FromSlack::form(form());
    tampered.body.push('s');
    let mut unsigned = FromSlack::form(form());
    unsigned.signature = "v0=".to_owned();
    let mut other_version = FromSlack::form(form());
    other_version.signature = other_version.signature.replace("v0=", "v1=");
    let old = FromSlack::signed("application/x-www-form-urlencoded", form(), now() - 301);
    for (what, request) in
        [("tampered", tampered), ("unsigned", unsigned), ("another version", other_version), ("old", old)]
    {
        assert_eq!(send(&running, &request).await.0, 401, "{what}");
    }
    assert!(bot.slack.left().is_empty());
}

pub(super) async fn answers_the_challenge(bot: Bot) {
    let running = bot.start().await;
    let challenge = json!({ "type": "url_verification", "challenge": "3eZbrw1aB", "token": "x" });
    let (status, said) = send(&running, &FromSlack::json(&challenge)).await;
    assert!(status == 200 && said.contains("3eZbrw1aB"), "{status} {said}");
}

pub(super) async fn does_an_event_that_is_sent_again_once(mut bot: Bot) {
    let running = bot.start().await;
    let mention = json!({
        "type": "event_callback", "team_id": "T0", "api_app_id": "A0", "event_id": "Ev1", "event_time": 1,
        "event": { "type": "app_mention", "user": "U0ANA", "text": "<@U0BOT>", "ts": "1.1", "channel": "C0TEST", "event_ts": "1.1" },
    });
    let mut request = FromSlack::json(&mention);
    assert_eq!(send(&running, &request).await.0, 200);
    let said = bot.called("chat.postMessage").await.arguments;
    assert!(shown(&said).contains("/policy routes") && said["thread_ts"] == "1.1", "{said}");
    for number in ["1", "2", "3"] {
        request.retry = Some(number);
        assert_eq!(send(&running, &request).await.0, 200);
    }
    // What it does after that comes after whatever it did for them.
    bot.types(&running, "help").await;
    assert!(bot.slack.left().is_empty());
}

pub(super) async fn posts_a_change_that_the_sandbox_sends(mut bot: Bot) {
    let running = bot.start().await;
    let sent = test_event(&bot.sandbox, &webhooks(&running), "change.detected").await;
    assert_eq!((&sent["verdict"], &sent["response_status"]), (&json!("accepted"), &json!(202)), "{sent}");

    let event: Value = serde_json::from_str(sent["request_body"].as_str().expect("a body")).expect("JSON");
    let data = &event["data"];
    let posted = bot.called("chat.postMessage").await.arguments;
    assert_eq!(posted["blocks"][0]["text"]["text"], data["route"]["display"]);
    assert_eq!(posted["metadata"]["event_payload"]["webhook_id"], sent["request_headers"]["webhook-id"]);
    let kinds: Vec<&str> =
        posted["blocks"].as_array().expect("blocks").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["header", "section", "context", "section", "actions"]);
    let text = shown(&posted);
    for part in [&data["source"]["url"], &data["id"]] {
        assert!(text.contains(part.as_str().expect("text")), "{part} in {text}");
    }
}

pub(super) async fn keeps_a_route_in_its_thread(mut bot: Bot) {
    let mut running = bot.start().await;
    let mut post = async |id: &str, route: &str| {
        assert_eq!(deliver(&running, id, &change(&format!("chg_{id}"), route, 1)).await, 202);
        running.logs("posted").await;
        bot.called("chat.postMessage").await.arguments
    };
    let first = post("a", "rte_1").await;
    assert_eq!((&first["thread_ts"], &first["reply_broadcast"]), (&Value::Null, &Value::Null));
    let other = post("b", "rte_2").await;
    assert_eq!(other["thread_ts"], Value::Null);
    let second = post("c", "rte_1").await;
    assert_eq!((&second["thread_ts"], &second["reply_broadcast"]), (&json!("1700000000.000001"), &json!(true)));
    let third = post("d", "rte_1").await;
    assert_eq!(third["thread_ts"], "1700000000.000001", "the thread's first message, not the last");
}

pub(super) async fn posts_a_delivery_once(mut bot: Bot) {
    let mut running = bot.start().await;
    let event = change("chg_a", "rte_1", 1);
    for _ in 0..3 {
        assert_eq!(deliver(&running, "a", &event).await, 202);
    }
    running.logs("posted").await;
    assert_eq!(deliver(&running, "a", &event).await, 202);
    assert_eq!(deliver(&running, "b", &change("chg_b", "rte_2", 1)).await, 202);
    running.logs("posted").await;
    assert_eq!(bot.slack.left().len(), 2);
}

pub(super) async fn trims_a_huge_diff_and_keeps_a_hostile_one_in_its_block(mut bot: Bot) {
    let running = bot.start().await;
    let mut post = async |id: &str, diff: &str| {
        let mut event = change(&format!("chg_{id}"), &format!("rte_{id}"), 1);
        event["data"]["diff"] = json!(diff);
        assert_eq!(deliver(&running, id, &event).await, 202);
        let posted = bot.called("chat.postMessage").await.arguments;
        posted["blocks"][3]["text"]["text"].as_str().expect("the diff").to_owned()
    };
    let lines: Vec<String> = (0..500).map(|number| format!("+line {number} & more")).collect();
    let huge = post("a", &lines.join("\n")).await;
    let kept = huge.matches("+line").count();
    assert!(huge.ends_with(&format!("\n```\n… {} more lines", 500 - kept)) && kept > 50, "{huge}");
    assert!(huge.contains(" &amp; more\n+line 1 "), "whole lines, escaped: {huge}");

    let one_line = post("b", &format!("+{}", "<".repeat(9000))).await;
    assert!(one_line.starts_with("```\n+&lt;") && one_line.contains("\n```"), "{one_line}");

    let hostile = post("c", "+```\n+<!channel> <@U1> *bold* & <https://example.com|x>").await;
    assert_eq!(hostile.matches("```").count(), 2, "only the block's own: {hostile}");
    assert!(!hostile.contains('<') && hostile.contains("&lt;!channel&gt;"), "{hostile}");
}

pub(super) async fn waits_as_long_as_slack_says_and_keeps_the_order(mut bot: Bot) {
    let running = bot.start().await;
    bot.slack.next(Script::Busy(1));
    for id in ["a", "b", "c"] {
        assert_eq!(deliver(&running, id, &change(&format!("chg_{id}"), "rte_1", 1)).await, 202);
    }
    let refused = bot.called("chat.postMessage").await;
    let mut posted = Vec::new();
    for _ in 0..3 {
        posted.push(bot.called("chat.postMessage").await);
    }
    assert!(posted[0].at - refused.at >= Duration::from_secs(1), "{:?}", posted[0].at - refused.at);
    let ids: Vec<&Value> =
        posted.iter().map(|call| &call.arguments["metadata"]["event_payload"]["webhook_id"]).collect();
    assert_eq!(ids, ["a", "b", "c"]);
}

pub(super) async fn posts_after_a_restart_what_it_had_not_posted(mut bot: Bot) {
    let mut running = bot.start().await;
    bot.slack.next(Script::Error("channel_not_found"));
    bot.slack.next(Script::Busy(3600));
    assert_eq!(deliver(&running, "a", &change("chg_a", "rte_1", 1)).await, 202);
    assert_eq!(running.logs("retrying").await["error"], "channel_not_found");
    assert_eq!(deliver(&running, "b", &change("chg_b", "rte_2", 1)).await, 202);
    running.logs("slack is busy").await;
    running.kill().await;
    assert_eq!(bot.slack.left().len(), 2, "one refused, one told to wait");

    let running = bot.start().await;
    let posted = bot.called("chat.postMessage").await.arguments;
    assert_eq!(posted["metadata"]["event_payload"]["webhook_id"], "b");
    let later = bot.called("chat.postMessage").await.arguments;
    assert_eq!(later["metadata"]["event_payload"]["webhook_id"], "a");
    drop(running);
}

pub(super) async fn acknowledges_once(mut bot: Bot) {
    let running = bot.start().await;
    assert_eq!(deliver(&running, "a", &change("chg_a", "rte_1", 1)).await, 202);
    let posted = bot.called("chat.postMessage").await.arguments;
    let click = FromSlack::click(&posted, "1700000000.000001");
    assert_eq!(send(&running, &click).await, (200, String::new()));
    let updated = bot.called("chat.update").await.arguments;
    assert_eq!(updated["ts"], "1700000000.000001");
    let blocks = updated["blocks"].as_array().expect("blocks");
    assert_eq!((blocks.len(), &blocks[4]["type"]), (5, &json!("context")));
    assert!(shown(&updated).contains("Acknowledged by <@U0ANA>"), "{updated}");
    assert_eq!(blocks[..4], posted["blocks"].as_array().expect("blocks")[..4], "the rest stays");

    assert_eq!(send(&running, &click).await.0, 200);
    bot.types(&running, "help").await;
    assert!(bot.slack.left().is_empty(), "a second click changes nothing");
}

pub(super) async fn reaches_gold(bot: Bot) {
    bot.reaches_gold().await;
}

pub(super) async fn refuses_a_forged_webhook(mut bot: Bot) {
    let mut running = bot.start().await;
    let forged = http().post(webhooks(&running)).header("content-type", "application/json");
    let forged =
        forged.header("webhook-id", "a").header("webhook-timestamp", now()).header("webhook-signature", "v1,AAAA");
    assert_eq!(forged.body(change("chg_a", "rte_1", 1).to_string()).send().await.expect("an answer").status(), 401);
    running.logs("refused").await;
    let huge = http().post(webhooks(&running)).body(vec![b' '; 300 * 1024]);
    assert_eq!(huge.send().await.expect("an answer").status(), 413);
    assert!(bot.slack.left().is_empty());
}

pub(super) async fn stops_when_it_is_told_to(bot: Bot) {
    let running = bot.start().await;
    assert_eq!(deliver(&running, "a", &change("chg_a", "rte_1", 1)).await, 202);
    let (code, rest) = running.terminate().await;
    assert_eq!(code, Some(0), "{rest:?}");
    assert_eq!(rest.last().map(|line| &line["message"]), Some(&json!("stopped")), "{rest:?}");
    for line in rest {
        let line = line.to_string();
        assert!(!line.contains("xoxb-") && !line.contains(&SECRET[6..]), "{line}");
    }
}

pub(super) async fn says_what_is_wrong_with_its_settings(mut bot: Bot) {
    let needed = [
        "POLICY_AGGREGATOR_API_KEY",
        "POLICY_AGGREGATOR_WEBHOOK_SECRET",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CHANNEL",
    ];
    for name in needed.into_iter().rev() {
        bot = bot.with(name, "");
        let (code, said) = bot.refuses().await;
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(name) && said.lines().count() < 4, "{name}: {said}");
    }
}
