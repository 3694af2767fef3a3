//! `proofbook validate receiver`: drives a webhook receiver, and judges its answers.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use futures::StreamExt;
use proofbook_sandbox::policy_aggregator::{contract, ids};
use proofbook_webhook::signature::Key;
use serde_json::{Value, json};

use super::report::{Outcome, Point, Report, Reporting};
use super::rules::{self, Rule};
use crate::webhook::delivery::{Answer, Delivery, Sender, Tamper, Target, new_id};
use crate::webhook::secrets::Secrets;

/// How many are sent at once.
const MANY: usize = 50;
/// A large event, in bytes; and a body that is too large for any event.
const LARGE: usize = 64 << 10;
const HUGE: usize = 8 << 20;
/// How long a slow sender takes for its body.
const SLOW_SENDER: Duration = Duration::from_secs(3);
/// How long after an answer the next one is sent beside it.
const BETWEEN: Duration = Duration::from_millis(250);

/// Judge a webhook receiver
///
/// It is sent genuine webhooks, forged ones, old ones, the same ones twice, unknown events, large, many and slow ones. What it
/// does with them stays its own affair: only its answers and their times are judged. About 90 deliveries are made.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Where it listens: https, or http on this machine
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    secrets: Secrets,

    /// How soon it must answer, in seconds
    #[arg(long, default_value_t = WITHIN, value_name = "SECONDS")]
    within: f64,

    /// Reach private and link-local addresses too, and by http
    #[arg(long)]
    allow_private: bool,

    #[command(flatten)]
    reporting: Reporting,
}

const AFTER_HELP: &str = "Examples:
  proofbook validate receiver http://127.0.0.1:8080/webhooks
  proofbook validate receiver http://127.0.0.1:8080/webhooks --json

The exit code is 0 if every point passes, and 1 if not.";

/// Drives it, and prints the report.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let keys = args.secrets.keys()?;
    let sender = Sender::to(&Target::new(args.url.clone(), args.allow_private))?;
    let points = Driver::new(sender, keys, args.within)?.points().await;
    args.reporting.finish(&Report { subject: args.url, graded: true, points })
}

/// How soon a receiver must answer, in seconds.
pub(super) const WITHIN: f64 = 1.0;

/// Sends to a receiver.
pub(super) struct Driver {
    sender: Sender,
    keys: Vec<Key>,
    /// An example of each event.
    events: Vec<Value>,
    /// How soon it must answer, in milliseconds.
    within_ms: f64,
}

/// A delivery with what came back.
struct Seen {
    what: String,
    answer: Result<Answer, String>,
}

impl Seen {
    fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    fn accepted(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// Refused in a way that the sender does not take for a fault of the receiver.
    fn refused(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status))
    }

    fn text(&self) -> String {
        match &self.answer {
            Ok(Answer { status, duration_ms, .. }) => format!("{}: {status} in {duration_ms:.0} ms", self.what),
            Err(error) => format!("{}: {error}", self.what),
        }
    }
}

fn judged(rule: &Rule, seen: &[Seen], good: impl Fn(&Seen) -> bool) -> Point {
    let outcome = match seen.iter().all(&good) {
        _ if seen.is_empty() => Outcome::NotShown,
        true => Outcome::Pass,
        false => Outcome::Fail,
    };
    // What fails says enough.
    let of = |one: &&Seen| outcome == Outcome::Pass || !good(one);
    let evidence = seen.iter().filter(of).take(5).map(Seen::text).collect();
    rule.judged(outcome, evidence)
}

impl Driver {
    /// One that has these keys, and expects an answer within so many seconds.
    pub(super) fn new(sender: Sender, keys: Vec<Key>, within: f64) -> anyhow::Result<Self> {
        let contract = contract().context("the built-in contract")?;
        let events = contract.events().filter_map(|event| contract.event_example(event).cloned()).collect();
        Ok(Self { sender, keys, events, within_ms: within * 1000.0 })
    }

    /// Sends all of it, and judges the answers.
    pub(super) async fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();

        let mut genuine = Vec::new();
        for event in &self.events {
            genuine.push(self.event(event["type"].as_str().unwrap_or_default(), event).await);
        }
        points.push(judged(&rules::GENUINE, &genuine, Seen::accepted));

        let mut forged = Vec::new();
        for (rule, tamper) in [
            (&rules::FORGED_SIGNATURE, Tamper::Signature),
            (&rules::CHANGED_BODY, Tamper::Body),
            (&rules::UNSIGNED, Tamper::NoHeaders),
            (&rules::STALE, Tamper::TimestampOld),
            (&rules::FUTURE, Tamper::TimestampFuture),
        ] {
            let seen = self.send(rule.must, self.signed(self.example(), Some(tamper))).await;
            points.push(judged(rule, std::slice::from_ref(&seen), Seen::refused));
            forged.push(seen);
        }
        // What was not refused is another point's.
        forged.retain(Seen::refused);
        let body = |seen: &Seen| seen.answer.as_ref().ok().map(|answer| (answer.status, answer.body.clone()));
        let first = forged.first().and_then(body);
        points.push(judged(&rules::TELLS_NOTHING, &forged, |seen| body(seen) == first));

        let twice = self.signed(self.example(), None);
        let seen = [self.send("the first time", twice.clone()).await, self.send("the second time", twice).await];
        points.push(judged(&rules::DUPLICATE, &seen, Seen::accepted));

        let unknown =
            json!({ "type": "route.archived", "timestamp": "2026-03-04T05:06:07Z", "data": { "id": "rte_1" } });
        let seen = [self.event("an unknown event", &unknown).await];
        points.push(judged(&rules::UNKNOWN_EVENT, &seen, Seen::accepted));
        let mut newer = self.example();
        newer["since_tomorrow"] = json!({ "anything": [1, 2, 3] });
        newer["data"]["since_tomorrow"] = json!("anything");
        let seen = [self.event("an event with new fields", &newer).await];
        points.push(judged(&rules::NEW_EVENT_FIELD, &seen, Seen::accepted));

        let spaced = serde_json::to_vec_pretty(&self.example()).unwrap_or_default();
        let seen =
            [self.send("an event with other spaces", Delivery::signed(new_id(), spaced, &self.keys, None)).await];
        points.push(judged(&rules::EXACT_BYTES, &seen, Seen::accepted));

        let mut seen = Vec::new();
        for (what, at) in [("a newer change", "2026-03-04T05:06:07Z"), ("an older change", "2026-03-04T04:06:07Z")] {
            let mut change = self.example();
            change["data"]["detected_at"] = json!(at);
            seen.push(self.event(what, &change).await);
        }
        points.push(judged(&rules::OUT_OF_ORDER, &seen, Seen::accepted));

        let mut rotated = self.signed(self.example(), None);
        for (name, value) in &mut rotated.headers {
            if name == "webhook-signature" {
                *value = format!("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= {value}");
            }
        }
        let seen = [self.send("two signatures, of which the second fits", rotated).await];
        points.push(judged(&rules::TWO_SIGNATURES, &seen, Seen::accepted));

        let mut large = self.example();
        large["data"]["diff"] = json!("+ a line of a large change\n".repeat(LARGE / 27));
        let seen = [self.event("an event of 64 KiB", &large).await];
        points.push(judged(&rules::LARGE, &seen, Seen::accepted));

        let many = futures::stream::iter(0..MANY).map(|number| async move {
            self.send(&format!("number {number} of {MANY} at once"), self.signed(self.example(), None)).await
        });
        let many: Vec<Seen> = many.buffer_unordered(MANY).collect().await;
        points.push(judged(&rules::MANY, &many, Seen::accepted));

        let all: Vec<Seen> = genuine.into_iter().chain(many).collect();
        let quick = |seen: &Seen| seen.answer.as_ref().is_ok_and(|answer| answer.duration_ms < self.within_ms);
        points.push(judged(&rules::QUICK, &all, quick));

        for (rule, what, body) in [
            (&rules::MALFORMED, "a genuine body that is no JSON", b"{\"type\":".to_vec()),
            (&rules::NO_EVENT, "a genuine body that is no event", b"[]".to_vec()),
            (&rules::HUGE, "a body of 8 MiB", vec![b' '; HUGE]),
        ] {
            let may_break_off = body.len() == HUGE;
            let delivery = Delivery::signed(new_id(), body, &self.keys, None);
            let seen = [self.send(what, delivery).await];
            // Who says 413 may hang up on what is still sent.
            let broke_off = |seen: &Seen| seen.answer.as_ref().is_err_and(|error| error.contains("broke off"));
            points.push(judged(rule, &seen, |seen| seen.refused() || may_break_off && broke_off(seen)));
        }
        points.push(self.slow_sender().await);

        let seen = [self.event("a genuine webhook after all of this", &self.example()).await];
        points.push(judged(&rules::STILL_THERE, &seen, Seen::accepted));
        points
    }

    /// Others are served while one sender is slow.
    async fn slow_sender(&self) -> Point {
        let delivery = self.signed(self.example(), None);
        let ended = std::cell::Cell::new(false);
        let slow = async {
            let _ = self.sender.trickle(&delivery, SLOW_SENDER).await;
            ended.set(true);
        };
        let others = async {
            let mut seen = Vec::new();
            while !ended.get() {
                seen.push(self.send("beside a slow sender", self.signed(self.example(), None)).await);
                tokio::time::sleep(BETWEEN).await;
            }
            seen
        };
        let ((), seen) = tokio::join!(slow, others);
        let before = SLOW_SENDER.as_secs_f64() * 500.0;
        let good =
            |seen: &Seen| seen.accepted() && seen.answer.as_ref().is_ok_and(|answer| answer.duration_ms < before);
        judged(&rules::SLOW_SENDER, &seen, good)
    }

    /// A change with an id of its own.
    fn example(&self) -> Value {
        let change = self.events.iter().find(|event| event["type"] == "change.detected");
        let mut event = change.or(self.events.first()).cloned().unwrap_or_default();
        event["data"]["id"] = json!(ids::new("chg"));
        event
    }

    fn signed(&self, event: Value, tamper: Option<Tamper>) -> Delivery {
        Delivery::signed(new_id(), event.to_string().into_bytes(), &self.keys, tamper)
    }

    async fn event(&self, what: &str, event: &Value) -> Seen {
        self.send(what, self.signed(event.clone(), None)).await
    }

    async fn send(&self, what: &str, delivery: Delivery) -> Seen {
        Seen { what: what.to_owned(), answer: self.sender.post(&delivery).await }
    }
}
