//! The program against the sandbox, from outside: what comes in, what is stored, what is said.

mod support;

use serde_json::json;
use support::{Integration, Sandbox};

type Tested = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_change_that_comes_both_ways_is_worked_on_once() -> Tested {
    let sandbox = Sandbox::start().await?;
    let mut webhook = sandbox.webhook().await?;
    let integration = Integration::new(&sandbox)?.with("POLICY_AGGREGATOR_WEBHOOK_SECRET", &webhook.secret);
    let integration = integration.with("POLL_SECONDS", "3600");
    let mut running = integration.start().await?;
    webhook.point_to(&running.url).await?;

    // After the first poll, only the webhook can bring it.
    while sandbox.exchanges("/api/v1/changes").await?.is_empty() {}
    let change = sandbox.change().await?;
    let stored = running.logs("stored").await?;
    assert_eq!(stored["id"], change["id"]);
    assert_eq!(running.logs("worked on").await?["id"], change["id"]);
    assert_eq!(running.terminate().await?.0, Some(0));

    // The next change comes by poll alone, and with it the first one again.
    webhook.disable().await?;
    let other = sandbox.change().await?;
    let mut running = integration.start().await?;
    assert_eq!(running.logs("polled").await?["new"], 1);
    assert_eq!(running.logs("worked on").await?["id"], other["id"]);
    let came = integration.rows("SELECT id || ' ' || came_by || ' ' || state FROM events ORDER BY arrived_at")?;
    let id = |change: &serde_json::Value| change["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(came, [format!("{} webhook done", id(&change)), format!("{} poll done", id(&other))]);

    // Both are whole, whichever way they came.
    let diffs = integration.rows("SELECT diff FROM changes JOIN events USING (id) ORDER BY arrived_at")?;
    assert_eq!(json!(diffs), json!([change["diff"], other["diff"]]));
    Ok(())
}

#[tokio::test]
async fn a_webhook_for_what_was_polled_is_known() -> Tested {
    let sandbox = Sandbox::start().await?;
    let mut webhook = sandbox.webhook().await?;
    let integration = Integration::new(&sandbox)?.with("POLICY_AGGREGATOR_WEBHOOK_SECRET", &webhook.secret);
    let mut running = integration.start().await?;
    // Its delivery is refused, and comes again when the change has been polled.
    let change = sandbox.change().await?;
    running.logs("worked on").await?;
    webhook.point_to(&running.url).await?;
    webhook.hurry().await?;
    assert_eq!(running.logs("known").await?["id"], change["id"]);
    assert_eq!(integration.rows("SELECT came_by FROM events")?, ["poll"]);
    Ok(())
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stood() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    sandbox.change().await?;
    running.logs("worked on").await?;
    assert_eq!(running.terminate().await?.0, Some(0));

    let missed = sandbox.change().await?;
    let mut running = integration.start().await?;
    assert_eq!(running.logs("worked on").await?["id"], missed["id"]);
    assert_eq!(integration.rows("SELECT count(*) FROM changes")?, ["2"]);
    Ok(())
}

#[tokio::test]
async fn a_list_is_read_to_its_end_page_by_page() -> Tested {
    let sandbox = Sandbox::start().await?;
    for _ in 0..101 {
        sandbox.change().await?;
    }
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    assert_eq!(running.logs("polled").await?["new"], 101);
    let second = &sandbox.exchanges("/api/v1/changes").await?[1]["target"];
    assert!(second.as_str().is_some_and(|target| target.contains("cursor=cur_")), "{second}");
    Ok(())
}

#[tokio::test]
async fn an_unchanged_list_costs_nothing() -> Tested {
    let sandbox = Sandbox::start().await?;
    let mut running = Integration::new(&sandbox)?.start().await?;
    sandbox.change().await?;
    running.logs("worked on").await?;
    // The next poll's list is the same again.
    while sandbox.exchanges("/api/v1/changes").await?.iter().all(|exchange| exchange["status"] != 304) {}
    Ok(())
}

#[tokio::test]
async fn a_refused_cursor_begins_the_list_again() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?;
    // It stops even when it is told to in the moment in which it listens.
    assert_eq!(integration.start().await?.terminate().await?.0, Some(0));
    integration.rows("UPDATE place SET cursor = 'cur_of_another_time' RETURNING cursor")?;
    let change = sandbox.change().await?;
    let mut running = integration.start().await?;
    assert!(
        running.logs("cursor refused").await?["reason"].as_str().is_some_and(|why| why.contains("invalid_request"))
    );
    assert_eq!(running.logs("worked on").await?["id"], change["id"]);
    Ok(())
}

#[tokio::test]
async fn what_passes_is_tried_again_as_the_api_says() -> Tested {
    let sandbox = Sandbox::start().await?;
    for fault in [
        json!({ "status": 429, "retry_after": 1, "operation": "getChange" }),
        json!({ "status": 503, "operation": "getChange" }),
        json!({ "drop_connection": true, "operation": "getChange" }),
        json!({ "malformed_body": true, "operation": "getChange" }),
    ] {
        sandbox.control("faults", fault).await?;
    }
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    sandbox.change().await?;
    let waited = running.logs("retrying").await?;
    assert_eq!(waited["in_seconds"], 1.0, "{waited}");
    for reason in ["503", "", "JSON"] {
        let retrying = running.logs("retrying").await?;
        assert!(retrying["reason"].as_str().is_some_and(|why| why.contains(reason)), "{retrying}");
    }
    running.logs("worked on").await?;
    Ok(())
}

#[tokio::test]
async fn what_never_goes_well_is_given_up_and_the_others_go_on() -> Tested {
    let sandbox = Sandbox::start().await?;
    sandbox.control("faults", json!({ "status": 404, "operation": "getChange" })).await?;
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    let gone = sandbox.change().await?;
    assert_eq!(running.logs("gave up").await?["id"], gone["id"]);
    let next = sandbox.change().await?;
    assert_eq!(running.logs("worked on").await?["id"], next["id"]);
    assert_eq!(integration.rows("SELECT state FROM events ORDER BY arrived_at")?, ["given up", "done"]);
    Ok(())
}

#[tokio::test]
async fn a_person_is_told_of_what_only_a_person_can_mend() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    sandbox.control("faults", json!({ "status": 403, "operation": "listChanges" })).await?;
    let alert = running.logs("alert").await?;
    assert!(alert["reason"].as_str().is_some_and(|why| why.starts_with("403")), "{alert}");
    assert_eq!(alert["level"], "ERROR");
    // When it is mended, nothing is lost.
    let change = sandbox.change().await?;
    assert_eq!(running.logs("worked on").await?["id"], change["id"]);
    assert!(running.get("/metrics").await?.contains("integration_alerts_total 1"));
    Ok(())
}

#[tokio::test]
async fn a_person_is_told_of_what_lasts() -> Tested {
    let sandbox = Sandbox::start().await?;
    sandbox.control("faults", json!({ "status": 500, "operation": "getChange", "next": 3 })).await?;
    let integration = Integration::new(&sandbox)?.with("ALERT_AFTER", "3");
    let mut running = integration.start().await?;
    sandbox.change().await?;
    assert_eq!(running.logs("alert").await?["failures"], 3);
    running.logs("worked on").await?;
    Ok(())
}

#[tokio::test]
async fn a_forged_webhook_is_refused_and_only_the_log_says_why() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?;
    let mut running = integration.start().await?;
    let forged = sandbox.test_webhook(&running.url, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").await?;
    assert_eq!(forged["response_status"], 401);
    assert_eq!(running.logs("refused").await?["reason"], "wrong_signature");
    let genuine = sandbox.test_webhook(&running.url, support::SECRET).await?;
    assert_eq!(genuine["response_status"], 202);
    assert_eq!(running.logs("ignored").await?["type"], "webhook.test");
    Ok(())
}

#[tokio::test]
async fn it_says_how_it_is() -> Tested {
    let sandbox = Sandbox::start().await?;
    let mut running = Integration::new(&sandbox)?.start().await?;
    sandbox.change().await?;
    running.logs("worked on").await?;
    let health: serde_json::Value = serde_json::from_str(&running.get("/healthz").await?)?;
    assert_eq!(health, json!({ "status": "ok", "pending": 0, "given_up": 0 }));
    let metrics = running.get("/metrics").await?;
    for line in [
        "integration_events_stored_total{by=\"poll\"} 1",
        "integration_events_worked_total{result=\"done\"} 1",
        "integration_events_pending 0",
        "# EOF",
    ] {
        assert!(metrics.lines().any(|one| one == line), "{line}: {metrics}");
    }
    Ok(())
}

#[tokio::test]
async fn it_names_itself_and_says_no_secret() -> Tested {
    let sandbox = Sandbox::start().await?;
    let mut running = Integration::new(&sandbox)?.start().await?;
    sandbox.test_webhook(&running.url, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").await?;
    running.logs("refused").await?;
    let agent = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    assert_eq!(sandbox.exchanges("/api/v1/me").await?[0]["request_headers"]["user-agent"], agent);
    let (code, said) = running.terminate().await?;
    assert_eq!(code, Some(0));
    assert!(said.contains("\"stopped\""), "{said}");
    for secret in [sandbox.key.as_str(), support::SECRET] {
        assert!(!said.contains(secret), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn all_that_is_wrong_with_the_settings_is_said_at_once() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?
        .with("POLICY_AGGREGATOR_API_KEY", "hunter2")
        .with("POLICY_AGGREGATOR_BASE_URL", "http://api.example.com")
        .with("POLL_SECONDS", "0");
    let (code, said) = integration.refuses().await?;
    assert_eq!((code, said.lines().count()), (Some(2), 3), "{said}");
    for name in ["POLICY_AGGREGATOR_API_KEY", "POLICY_AGGREGATOR_BASE_URL", "POLL_SECONDS"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_refused_ends_the_start() -> Tested {
    let sandbox = Sandbox::start().await?;
    let integration = Integration::new(&sandbox)?;
    sandbox.control("faults", json!({ "status": 401, "operation": "getMe" })).await?;
    let (code, said) = integration.refuses().await?;
    assert_eq!(code, Some(2));
    assert!(said.contains("POLICY_AGGREGATOR_API_KEY is refused"), "{said}");

    let integration = integration.with("POLICY_AGGREGATOR_API_KEY", "pa_test_noscopes_0123456789");
    let (code, said) = integration.refuses().await?;
    assert_eq!(code, Some(2));
    assert!(said.contains("lacks the scope `read`"), "{said}");
    Ok(())
}
