//! The checklist: every point of an integration, with its level and the page that mends it.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;

use super::report::{Level, Outcome, Point, Topic};

/// A point that is not judged yet.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Rule {
    /// Its name, which stays. No other point has it.
    pub(super) id: Cow<'static, str>,
    /// The line of the checklist.
    pub(super) topic: Topic,
    /// The level that needs it.
    pub(super) level: Level,
    /// What must be so.
    pub(super) must: &'static str,
    /// The page that mends it, from the book's root.
    #[serde(serialize_with = "super::report::as_address")]
    pub(super) page: &'static str,
}

impl Rule {
    /// The point with this judgement.
    pub(super) fn judged(&self, outcome: Outcome, evidence: Vec<String>) -> Point {
        Point { rule: self.clone(), outcome, evidence }
    }

    /// The point of a program that does nothing of the kind.
    pub(super) fn unused(&self, why: &str) -> Point {
        self.judged(Outcome::NotUsed, vec![why.to_owned()])
    }
}

const fn rule(id: &'static str, topic: Topic, level: Level, must: &'static str, page: &'static str) -> Rule {
    Rule { id: Cow::Borrowed(id), topic, level, must, page }
}

const API: &str = "integrations/api.html";
const AUTHENTICATE: &str = "integrations/api.html#authenticate";
const LIMITS: &str = "integrations/api.html#respect-the-limits";
const FAILURES: &str = "integrations/api.html#survive-failures";
const ERRORS: &str = "integrations/patterns.html#error-handling";
const POLLING: &str = "integrations/patterns.html#polling";
const WEBHOOK: &str = "integrations/patterns.html#webhook";
const RECEIVER: &str = "integrations/webhook-receiver.html";

/// Writes the points as statics, and lists them in the order in which they stand.
macro_rules! checklist {
    ($($name:ident = $id:literal, $topic:ident, $level:ident, $must:literal, $page:expr;)*) => {
        $(pub(super) static $name: Rule = rule($id, Topic::$topic, Level::$level, $must, $page);)*
        static ALL: &[&Rule] = &[$(&$name),*];
    };
}

checklist! {
    AUTHENTICATES = "authenticates", Authentication, Bronze, "sends the key with each request", AUTHENTICATE;
    KEEPS_SECRETS = "keeps-secrets", Authentication, Bronze, "prints no secret, and has none in an address", AUTHENTICATE;
    USER_AGENT = "user-agent", Authentication, Silver, "names itself in User-Agent", API;

    RUNS = "runs", Calls, Bronze, "does not fail where nothing goes wrong", API;
    KEEPS_CONTRACT = "keeps-contract", Calls, Bronze, "sends only what the contract allows", "reference/operations.html";
    PAGES = "pages", Calls, Bronze, "reads each list to its last page", "integrations/api.html#read-changes";
    NEW_FIELD = "new-field", Calls, Silver, "takes answers with fields that it does not know", ERRORS;
    NEW_VALUE = "new-value", Calls, Silver, "takes a value that it does not know", ERRORS;

    GENUINE = "genuine", Webhooks, Bronze, "accepts each event of the contract", RECEIVER;
    FORGED_SIGNATURE = "forged-signature", Webhooks, Bronze, "refuses what another secret has signed", RECEIVER;
    CHANGED_BODY = "changed-body", Webhooks, Bronze, "refuses a body that was changed after it was signed", RECEIVER;
    UNSIGNED = "unsigned", Webhooks, Bronze, "refuses what has no signature", RECEIVER;
    EXACT_BYTES = "exact-bytes", Webhooks, Bronze, "verifies the bytes that came, before it parses them", RECEIVER;
    STALE = "stale", Webhooks, Silver, "refuses a timestamp of 10 minutes ago: a replay", RECEIVER;
    FUTURE = "future", Webhooks, Silver, "refuses a timestamp 10 minutes ahead", RECEIVER;
    TELLS_NOTHING = "tells-nothing", Webhooks, Silver, "answers all of these alike: a forger learns nothing", RECEIVER;
    DUPLICATE = "duplicate", Webhooks, Silver, "accepts the same webhook twice", RECEIVER;
    UNKNOWN_EVENT = "unknown-event", Webhooks, Silver, "accepts an event type that it does not know", RECEIVER;
    NEW_EVENT_FIELD = "new-event-field", Webhooks, Silver, "accepts fields that it does not know", RECEIVER;
    QUICK = "quick", Webhooks, Silver, "answers at once, before it does the work", RECEIVER;
    ONCE = "once", Webhooks, Silver, "does each change once, however often it comes", WEBHOOK;
    OUT_OF_ORDER = "out-of-order", Webhooks, Gold, "accepts an older change after a newer one", RECEIVER;
    TWO_SIGNATURES = "two-signatures", Webhooks, Gold, "accepts two signatures, as they come while a secret is rotated", RECEIVER;
    LARGE = "large", Webhooks, Gold, "accepts an event of 64 KiB", RECEIVER;
    MANY = "many", Webhooks, Gold, "accepts 50 at once", RECEIVER;

    STILL_THERE = "still-there", Errors, Bronze, "still accepts a webhook after all of this", RECEIVER;
    CUT_ANSWER = "cut-answer", Errors, Silver, "goes on after an answer that was cut off", FAILURES;
    DROPPED = "dropped", Errors, Silver, "goes on after a connection that was dropped", FAILURES;
    BACKS_OFF = "backs-off", Errors, Silver, "waits longer each time while the API answers 503", FAILURES;
    STOPS_AT_400 = "stops-at-400", Errors, Silver, "does not repeat at once what was refused with 400", ERRORS;
    STOPS_AT_401 = "stops-at-401", Errors, Silver, "does not go on at once with a key that was refused: 401", ERRORS;
    STOPS_AT_403 = "stops-at-403", Errors, Silver, "does not repeat at once what the key may not do: 403", ERRORS;
    STOPS_AT_404 = "stops-at-404", Errors, Silver, "does not ask at once again for what is not there: 404", ERRORS;
    SAME_IDEMPOTENCY_KEY = "same-idempotency-key", Errors, Silver, "repeats a POST with the same Idempotency-Key",
        "integrations/api.html#repeat-a-post-safely";
    MALFORMED = "malformed", Errors, Silver, "refuses a body that is no JSON, and does not break", RECEIVER;
    NO_EVENT = "no-event", Errors, Silver, "refuses JSON that is no event, and does not break", RECEIVER;
    HUGE = "huge", Errors, Gold, "refuses a body of 8 MiB, and does not break", RECEIVER;
    SLOW_SENDER = "slow-sender", Errors, Gold, "serves others while one sender is slow", RECEIVER;

    WAITS = "waits", Rate, Bronze, "waits after 429 as long as Retry-After says", LIMITS;
    WITHIN_LIMIT = "within-limit", Rate, Gold, "keeps within the limit: it is refused once in a window at most, and gets through", LIMITS;
    CONDITIONAL = "conditional", Rate, Gold, "polls with If-None-Match: what is unchanged is free", POLLING;
}

/// The checklist as a page shows it, from a page one folder below the book's root: a table a topic.
pub(crate) fn markdown() -> String {
    let mut out = String::new();
    for topic in Topic::ALL {
        // Writing to a string can't fail.
        let _ = writeln!(out, "### {}\n\n| Point | Level | Your integration |\n|---|---|---|", topic.name());
        for Rule { id, level, must, page, .. } in ALL.iter().filter(|rule| rule.topic == topic) {
            let page = page.replacen(".html", ".md", 1);
            let _ = writeln!(out, "| <a id=\"{id}\"></a>[`{id}`](../{page}) | {} | {must} |", level.name());
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_points_have_one_name() {
        let names: BTreeSet<_> = ALL.iter().map(|rule| &rule.id).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn the_page_has_a_row_a_point_below_its_topic() {
        let page = markdown();
        let rows = page.lines().filter(|line| line.starts_with("| <a id=")).count();
        assert_eq!(rows, ALL.len());
        let rate = page.split("### Rate limiting respected").nth(1).expect("the topic");
        let row = "| <a id=\"waits\"></a>[`waits`](../integrations/api.md#respect-the-limits) | bronze | \
                   waits after 429 as long as Retry-After says |";
        assert!(rate.contains(row), "{rate}");
    }
}
