"""The program against the sandbox, from outside: what comes in, what is stored, what is said."""

import tomllib

from conftest import ROOT, SECRET


def test_a_change_that_comes_both_ways_is_worked_on_once(sandbox, integration):
    webhook = sandbox.webhook()
    running = integration.start(POLICY_AGGREGATOR_WEBHOOK_SECRET=webhook["secret"], POLL_SECONDS="3600")
    sandbox.update(webhook, url=f"{running.url}/webhooks")

    # After the first poll, only the webhook can bring it.
    while not sandbox.exchanges("/api/v1/changes"):
        pass
    change = sandbox.change()
    assert running.logs("stored")["id"] == change["id"]
    assert running.logs("worked on")["id"] == change["id"]
    assert running.terminate()[0] == 0

    # The next change comes by poll alone, and with it the first one again.
    sandbox.update(webhook, enabled=False)
    other = sandbox.change()
    running = integration.start()
    assert running.logs("polled")["new"] == 1
    assert running.logs("worked on")["id"] == other["id"]
    came = integration.rows("SELECT id || ' ' || came_by || ' ' || state FROM events ORDER BY arrived_at")
    assert came == [f"{change['id']} webhook done", f"{other['id']} poll done"]

    # Both are whole, whichever way they came.
    diffs = integration.rows("SELECT diff FROM changes JOIN events USING (id) ORDER BY arrived_at")
    assert diffs == [change["diff"], other["diff"]]


def test_a_webhook_for_what_was_polled_is_known(sandbox, integration):
    webhook = sandbox.webhook()
    running = integration.start(POLICY_AGGREGATOR_WEBHOOK_SECRET=webhook["secret"])
    # Its delivery is refused, and comes again when the change has been polled.
    change = sandbox.change()
    running.logs("worked on")
    sandbox.update(webhook, url=f"{running.url}/webhooks")
    sandbox.hurry()
    assert running.logs("known")["id"] == change["id"]
    assert integration.rows("SELECT came_by FROM events") == ["poll"]


def test_a_restart_goes_on_where_it_stood(sandbox, integration):
    running = integration.start()
    sandbox.change()
    running.logs("worked on")
    assert running.terminate()[0] == 0

    missed = sandbox.change()
    running = integration.start()
    assert running.logs("worked on")["id"] == missed["id"]
    assert integration.rows("SELECT count(*) FROM changes") == [2]


def test_a_list_is_read_to_its_end_page_by_page(sandbox, integration):
    for _ in range(101):
        sandbox.change()
    running = integration.start()
    assert running.logs("polled")["new"] == 101
    assert "cursor=cur_" in sandbox.exchanges("/api/v1/changes")[1]["target"]


def test_an_unchanged_list_costs_nothing(sandbox, integration):
    running = integration.start()
    sandbox.change()
    running.logs("worked on")
    # The next poll's list is the same again.
    while all(exchange["status"] != 304 for exchange in sandbox.exchanges("/api/v1/changes")):
        pass


def test_a_refused_cursor_begins_the_list_again(sandbox, integration):
    # It stops even when it is told to in the moment in which it listens.
    assert integration.start().terminate()[0] == 0
    integration.rows("UPDATE place SET cursor = 'cur_of_another_time' RETURNING cursor")
    change = sandbox.change()
    running = integration.start()
    assert "invalid_request" in running.logs("cursor refused")["reason"]
    assert running.logs("worked on")["id"] == change["id"]


def test_what_passes_is_tried_again_as_the_api_says(sandbox, integration):
    for fault in (
        {"status": 429, "retry_after": 1},
        {"status": 503},
        {"drop_connection": True},
        {"malformed_body": True},
    ):
        sandbox.control("faults", {**fault, "operation": "getChange"})
    running = integration.start()
    sandbox.change()
    assert running.logs("retrying")["in_seconds"] == 1.0
    for reason in ("503", "RemoteProtocolError", "JSON"):
        assert reason in running.logs("retrying")["reason"]
    running.logs("worked on")


def test_what_never_goes_well_is_given_up_and_the_others_go_on(sandbox, integration):
    sandbox.control("faults", {"status": 404, "operation": "getChange"})
    running = integration.start()
    gone = sandbox.change()
    assert running.logs("gave up")["id"] == gone["id"]
    after = sandbox.change()
    assert running.logs("worked on")["id"] == after["id"]
    assert integration.rows("SELECT state FROM events ORDER BY arrived_at") == ["given up", "done"]


def test_a_person_is_told_of_what_only_a_person_can_mend(sandbox, integration):
    running = integration.start()
    sandbox.control("faults", {"status": 403, "operation": "listChanges"})
    alert = running.logs("alert")
    assert alert["reason"].startswith("403") and alert["level"] == "error"
    # When it is mended, nothing is lost.
    change = sandbox.change()
    assert running.logs("worked on")["id"] == change["id"]
    assert "integration_alerts_total 1" in running.get("/metrics").text


def test_a_person_is_told_of_what_lasts(sandbox, integration):
    sandbox.control("faults", {"status": 500, "operation": "getChange", "next": 3})
    running = integration.start(ALERT_AFTER="3")
    sandbox.change()
    assert running.logs("alert")["failures"] == 3
    running.logs("worked on")


def test_a_forged_webhook_is_refused_and_only_the_log_says_why(sandbox, integration):
    running = integration.start()
    forged = sandbox.test_webhook(running.url, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    assert forged["response_status"] == 401
    assert running.logs("refused")["reason"] == "wrong_signature"
    genuine = sandbox.test_webhook(running.url, SECRET)
    assert genuine["response_status"] == 202
    assert running.logs("ignored")["type"] == "webhook.test"


def test_it_says_how_it_is(sandbox, integration):
    running = integration.start()
    sandbox.change()
    running.logs("worked on")
    assert running.get("/healthz").json() == {"status": "ok", "pending": 0, "given_up": 0}
    metrics = running.get("/metrics").text.splitlines()
    for line in (
        'integration_events_stored_total{by="poll"} 1.0',
        'integration_events_worked_total{result="done"} 1.0',
        "integration_events_pending 0.0",
        "# EOF",
    ):
        assert line in metrics


def test_it_names_itself_and_says_no_secret(sandbox, integration):
    running = integration.start()
    sandbox.test_webhook(running.url, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    running.logs("refused")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    agent = sandbox.exchanges("/api/v1/me")[0]["request_headers"]["user-agent"]
    assert agent == f"{project['name']}/{project['version']}"
    code, said = running.terminate()
    assert code == 0 and '"stopped"' in said
    assert sandbox.key not in said and SECRET not in said


def test_all_that_is_wrong_with_the_settings_is_said_at_once(integration):
    wrong = {
        "POLICY_AGGREGATOR_API_KEY": "hunter2",
        "POLICY_AGGREGATOR_BASE_URL": "http://api.example.com",
        "POLL_SECONDS": "0",
    }
    code, said = integration.refuses(**wrong)
    assert code == 2 and len(said.splitlines()) == 3, said
    assert all(name in said for name in wrong) and "hunter2" not in said


def test_a_key_that_is_refused_ends_the_start(sandbox, integration):
    sandbox.control("faults", {"status": 401, "operation": "getMe"})
    code, said = integration.refuses()
    assert code == 2 and "POLICY_AGGREGATOR_API_KEY is refused" in said

    code, said = integration.refuses(POLICY_AGGREGATOR_API_KEY="pa_test_noscopes_0123456789")
    assert code == 2 and "lacks the scope `read`" in said
