//! `proofbook validate client`: runs an integration against a sandbox that goes wrong on purpose, and judges what it sends.
//!
//! - [`program`]: the program, its world, and what is known of a run
//! - [`judge`]: what the requests of a run show

mod judge;
mod program;

use std::process::ExitCode;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use self::judge::{Habits, Verdict};
use self::program::{Program, Recipe, Record, Stage};
use super::receiver;
use super::report::{Level, Outcome, Point, Report, Reporting, Topic};
use crate::exit;
use crate::failure::Failure;
use crate::webhook::delivery::{Delivery, Sender, Target, new_id};

/// How many runs go on at once. Most of their time is waiting.
const AT_ONCE: usize = 4;
/// How many changes there are when a program starts, and how many items a page has where pages are looked at.
const CHANGES: usize = 5;
const SMALL_PAGE: usize = 2;
/// The items on a page otherwise.
const PAGE: usize = 10;
/// How long a program has to print what it did after it was seen asking.
const TO_WORK: Duration = Duration::from_secs(3);
/// What a scripted 429 says, in seconds.
const RETRY_AFTER: u64 = 2;
/// The limit that is easily reached: requests, and seconds.
const TIGHT: (u32, u64) = (8, 2);

/// Judge a program that uses the API
///
/// It is run against a sandbox about a dozen times, each time with a key, a folder and a port of its own, and what goes wrong in
/// that run is what it is judged on: 429, 503, refusals, broken answers, answers of a later version. Nothing of it is changed: it
/// gets POLICY_AGGREGATOR_BASE_URL, POLICY_AGGREGATOR_API_KEY and POLICY_AGGREGATOR_WEBHOOK_SECRET in its environment.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The command that starts it; {port} and {scratch} in it are a free port and an empty folder
    #[arg(last = true, required = true, num_args = 1.., value_name = "COMMAND")]
    command: Vec<String>,

    /// A variable for its environment; {port} and {scratch} as in the command
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    environment: Vec<(String, String)>,

    /// Where it takes webhooks, such as http://127.0.0.1:{port}/webhooks; without it, webhooks are not judged
    #[arg(long, value_name = "URL")]
    webhooks: Option<String>,

    /// What its line says when it has done a change; without it, each line with the id of a change or of its webhook is one
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    done: String,

    /// How long a run may take, in seconds
    #[arg(long, default_value_t = 20.0, value_name = "SECONDS")]
    within: f64,

    /// How soon it must answer a webhook, in seconds
    #[arg(long, default_value_t = receiver::WITHIN, value_name = "SECONDS")]
    answers_within: f64,

    #[command(flatten)]
    reporting: Reporting,
}

const AFTER_HELP: &str = "Examples:
  proofbook validate client -- python report.py
  proofbook validate client --env POLL_SECONDS=1 --env DATABASE_PATH={scratch}/my.db -- ./my-integration
  proofbook validate client --env PORT={port} --webhooks http://127.0.0.1:{port}/webhooks --done 'worked on' -- ./my-integration

A program that polls has to poll often enough to be seen: every second, say. The exit code is 0 if every point passes that it
uses, and 1 if not.";

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs it, and prints the report.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let limit = Duration::try_from_secs_f64(args.within).ok().filter(|limit| !limit.is_zero());
    let limit = limit.ok_or_else(|| Failure::new(exit::USAGE, "--within is no time").fix("say seconds, such as 20"))?;
    let subject = args.command.join(" ");
    let recipe = Recipe { command: args.command, environment: args.environment, webhooks: args.webhooks };
    let trial = Trial { recipe, limit, done: args.done, answers_within: args.answers_within };
    let points = trial.points().await?;
    args.reporting.finish(&Report { subject, graded: true, points })
}

struct Trial {
    recipe: Recipe,
    limit: Duration,
    done: String,
    answers_within: f64,
}

/// A point without its outcome: id, topic, level, what must be so, and the page that mends it.
type Rule = (&'static str, Topic, Level, &'static str, &'static str);

fn point((id, topic, level, must, page): Rule, stage: &Stage, (outcome, evidence): Verdict) -> Point {
    let evidence = evidence.iter().map(|seen| stage.hide(seen)).collect();
    Point { id: id.into(), topic, level, must, outcome, evidence, page }
}

fn unused(rule: Rule, why: &str) -> Point {
    let (id, topic, level, must, page) = rule;
    Point { id: id.into(), topic, level, must, outcome: Outcome::NotUsed, evidence: vec![why.to_owned()], page }
}

/// Where a change keeps the id of the webhook that brings it, while it is in here.
const WEBHOOK_ID: &str = "validate_webhook_id";

const API: &str = "integrations/api.html";
const LIMITS: &str = "integrations/api.html#respect-the-limits";
const FAILURES: &str = "integrations/api.html#survive-failures";
const ERRORS: &str = "integrations/patterns.html#error-handling";
const POLLING: &str = "integrations/patterns.html#polling";
const WEBHOOK: &str = "integrations/patterns.html#webhook";

type Later<'a> = LocalBoxFuture<'a, anyhow::Result<Vec<Point>>>;

impl Trial {
    async fn points(&self) -> anyhow::Result<Vec<Point>> {
        let (mut points, habits) = self.calm().await?;
        if points.iter().any(|point| point.id == "runs" && point.outcome == Outcome::Fail) {
            return Ok(points);
        }
        let habits = &habits;
        let runs: Vec<Later<'_>> = vec![
            self.pages(habits).boxed_local(),
            self.newer("new-field", "new_field", "takes answers with fields that it does not know", habits)
                .boxed_local(),
            self.newer("new-value", "new_value", "takes a value that it does not know", habits).boxed_local(),
            self.broken("cut-answer", "malformed_body", "goes on after an answer that was cut off", habits)
                .boxed_local(),
            self.broken("dropped", "drop_connection", "goes on after a connection that was dropped", habits)
                .boxed_local(),
            self.unavailable(habits).boxed_local(),
            self.refused("stops-at-400", 400, "does not repeat at once what was refused with 400", habits)
                .boxed_local(),
            self.refused("stops-at-401", 401, "does not go on at once with a key that was refused: 401", habits)
                .boxed_local(),
            self.refused("stops-at-403", 403, "does not repeat at once what the key may not do: 403", habits)
                .boxed_local(),
            self.refused("stops-at-404", 404, "does not ask at once again for what is not there: 404", habits)
                .boxed_local(),
            self.post(habits).boxed_local(),
            self.rate_limited(habits).boxed_local(),
            self.tight(habits).boxed_local(),
            self.polls(habits).boxed_local(),
            self.once(habits).boxed_local(),
            self.receives().boxed_local(),
        ];
        let all: Vec<_> = futures::stream::iter(runs).buffered(AT_ONCE).collect().await;
        for some in all {
            points.extend(some?);
        }
        Ok(points)
    }

    async fn stage(&self, page_size: usize) -> anyhow::Result<Stage> {
        Stage::new(&self.recipe, page_size).await
    }

    /// How often it was done: lines that name it, or the webhook that brought it.
    fn times_done(&self, record: &Record, change: &Value) -> usize {
        let names = [&change["id"], &change[WEBHOOK_ID]].map(|id| id.as_str().unwrap_or("\n"));
        let named = |line: &&String| names.iter().any(|name| line.contains(name)) && line.contains(&self.done);
        record.lines.iter().filter(named).count()
    }

    /// Whether each of these was done, as far as the program shows what it does.
    fn all_done(&self, record: &Record, changes: &[Value], habits: &Habits) -> bool {
        !habits.shows || self.each_done(record, changes)
    }

    fn each_done(&self, record: &Record, changes: &[Value]) -> bool {
        changes.iter().all(|change| self.times_done(record, change) > 0)
    }

    /// Waits until it has read a list to its end, or otherwise has done its part, and has worked on what was in it.
    async fn work(&self, stage: &Stage, program: &mut Program, changes: &[Value]) -> anyhow::Result<bool> {
        let read = stage.until(program, self.limit, judge::ended_a_list).await?;
        stage.until(program, TO_WORK, |record| self.each_done(record, changes)).await?;
        Ok(read)
    }

    /// A run in which nothing goes wrong: it shows what the program does at all.
    async fn calm(&self) -> anyhow::Result<(Vec<Point>, Habits)> {
        use Level::{Bronze, Silver};
        let stage = self.stage(PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        let mut program = stage.start()?;
        // One that takes webhooks may ask nothing.
        let asks = match self.listening(&stage, &mut program).await? {
            Some(_) => stage.until(&mut program, TO_WORK, |record| !record.exchanges.is_empty()).await?,
            None => true,
        };
        if asks {
            self.work(&stage, &mut program, &changes).await?;
            // One that goes on is seen polling three times.
            let reads = Habits::of(&stage.record(), |_| false).reads;
            let polls = |record: &Record| judge::polls(record, reads.as_deref()).count() > 2;
            stage.until(&mut program, self.limit, polls).await?;
        }
        let shows = |record: &Record| changes.iter().any(|change| self.times_done(record, change) > 0);
        let habits = Habits::of(&stage.record(), shows);
        let failed = stage.record().ended.is_some_and(|status| !status.success());
        if failed && stage.record().exchanges.is_empty() {
            let said = stage.hide(&judge::gone(&stage.record()));
            return Err(Failure::new(exit::USAGE, format!("it fails where nothing goes wrong: {said}"))
                .fix("say after -- what starts it, and with --env what it needs; see proofbook validate client --help")
                .into());
        }
        program.stop().await;
        let record = stage.record();
        let secrets = [stage.key.as_str(), stage.secret.trim_start_matches("whsec_")];
        let told = |text: &str| secrets.iter().any(|secret| text.contains(secret));
        let mut leaks: Vec<_> =
            record.lines.iter().filter(|line| told(line)).map(|line| format!("it printed: {line}")).collect();
        leaks
            .extend(record.exchanges.iter().filter(|one| told(&one.target)).map(|one| judge::cite(one, stage.started)));
        leaks.truncate(5);
        let kept = if leaks.is_empty() {
            (Outcome::Pass, vec![format!("lines: {}, addresses: {}", record.lines.len(), record.exchanges.len())])
        } else {
            (Outcome::Fail, leaks)
        };
        let started = stage.started;
        let ended = vec![judge::gone(&record)];
        let runs = if failed { (Outcome::Fail, ended) } else { (Outcome::Pass, ended) };
        let points = vec![
            point(("runs", Topic::Calls, Bronze, "does not fail where nothing goes wrong", API), &stage, runs),
            point(
                (
                    "authenticates",
                    Topic::Authentication,
                    Bronze,
                    "sends the key with each request",
                    "integrations/api.html#authenticate",
                ),
                &stage,
                judge::authenticates(&record, started, &stage.key),
            ),
            point(
                (
                    "keeps-secrets",
                    Topic::Authentication,
                    Bronze,
                    "prints no secret, and has none in an address",
                    "integrations/api.html#authenticate",
                ),
                &stage,
                kept,
            ),
            point(
                ("user-agent", Topic::Authentication, Silver, "names itself in User-Agent", API),
                &stage,
                judge::user_agent(&record, started),
            ),
            point(
                (
                    "keeps-contract",
                    Topic::Calls,
                    Bronze,
                    "sends only what the contract allows",
                    "reference/operations.html",
                ),
                &stage,
                judge::keeps_contract(&record, started),
            ),
        ];
        Ok((points, habits))
    }

    async fn pages(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = (
            "pages",
            Topic::Calls,
            Level::Bronze,
            "reads each list to its last page",
            "integrations/api.html#read-changes",
        );
        if habits.reads.is_none() {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        }
        let stage = self.stage(SMALL_PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        let mut program = stage.start()?;
        self.work(&stage, &mut program, &changes).await?;
        program.stop().await;
        let verdict = judge::pages(&stage.record(), stage.started);
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn newer(
        &self,
        id: &'static str,
        fault: &str,
        must: &'static str,
        habits: &Habits,
    ) -> anyhow::Result<Vec<Point>> {
        let rule = (id, Topic::Calls, Level::Silver, must, ERRORS);
        if habits.reads.is_none() {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        }
        let stage = self.stage(PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        stage.fault(json!({ fault: true, "next": 1000 })).await?;
        let mut program = stage.start()?;
        let read = self.work(&stage, &mut program, &changes).await?;
        if habits.is_job {
            stage.until(&mut program, self.limit, |_| false).await?;
        }
        program.stop().await;
        let record = stage.record();
        let through = (read || habits.is_job) && self.all_done(&record, &changes, habits);
        let verdict = judge::takes_newer(&record, stage.started, habits, through);
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn broken(
        &self,
        id: &'static str,
        fault: &str,
        must: &'static str,
        habits: &Habits,
    ) -> anyhow::Result<Vec<Point>> {
        let rule = (id, Topic::Errors, Level::Silver, must, FAILURES);
        let Some(operation) = &habits.reads else {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        };
        let stage = self.stage(PAGE).await?;
        stage.changes(CHANGES).await?;
        stage.fault(json!({ fault: true, "operation": operation })).await?;
        let mut program = stage.start()?;
        stage.until(&mut program, self.limit, |record| judge::recovered(record, Some(operation))).await?;
        if habits.is_job {
            stage.until(&mut program, self.limit, |_| false).await?;
        }
        program.stop().await;
        let verdict = judge::goes_on(&stage.record(), stage.started, Some(operation));
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn unavailable(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule =
            ("backs-off", Topic::Errors, Level::Silver, "waits longer each time while the API answers 503", FAILURES);
        let Some(operation) = &habits.reads else {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        };
        let stage = self.stage(PAGE).await?;
        stage.changes(1).await?;
        stage.fault(json!({ "status": 503, "retry_after": 0, "next": 5, "operation": operation })).await?;
        let mut program = stage.start()?;
        let calls = |record: &Record| judge::of_operation(record, Some(operation)).count() > 4;
        stage.until(&mut program, self.limit, calls).await?;
        program.stop().await;
        let verdict = judge::backs_off(&stage.record(), stage.started, Some(operation));
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn refused(
        &self,
        id: &'static str,
        status: u16,
        must: &'static str,
        habits: &Habits,
    ) -> anyhow::Result<Vec<Point>> {
        let rule = (id, Topic::Errors, Level::Silver, must, ERRORS);
        let Some(operation) = &habits.reads else {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        };
        let stage = self.stage(PAGE).await?;
        stage.changes(1).await?;
        stage.fault(json!({ "status": status, "next": 1000, "operation": operation })).await?;
        let mut program = stage.start()?;
        stage
            .until(&mut program, self.limit, |record| judge::of_operation(record, Some(operation)).count() > 0)
            .await?;
        // Long enough for a few polls, if it polls.
        let watched = habits.interval.unwrap_or_default().mul_f64(2.5).max(Duration::from_secs(4)).min(self.limit);
        stage.until(&mut program, watched, |_| false).await?;
        program.stop().await;
        let verdict = judge::gives_up(&stage.record(), stage.started, Some(operation), habits);
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn post(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let must = "repeats a POST with the same Idempotency-Key";
        let rule =
            ("same-idempotency-key", Topic::Errors, Level::Silver, must, "integrations/api.html#repeat-a-post-safely");
        let Some(operation) = &habits.posts else {
            return Ok(vec![unused(rule, "it sends no POST")]);
        };
        let stage = self.stage(PAGE).await?;
        stage.changes(1).await?;
        stage.fault(json!({ "status": 503, "retry_after": 1, "operation": operation })).await?;
        stage.fault(json!({ "drop_connection": true, "operation": operation })).await?;
        let mut program = stage.start()?;
        stage.until(&mut program, self.limit, |record| judge::recovered(record, Some(operation))).await?;
        program.stop().await;
        let verdict = judge::same_key(&stage.record(), stage.started, Some(operation));
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn rate_limited(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = ("waits", Topic::Rate, Level::Bronze, "waits after 429 as long as Retry-After says", LIMITS);
        let Some(operation) = &habits.reads else {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        };
        let stage = self.stage(PAGE).await?;
        stage.changes(1).await?;
        stage.fault(json!({ "status": 429, "retry_after": RETRY_AFTER, "operation": operation })).await?;
        let mut program = stage.start()?;
        stage.until(&mut program, self.limit, |record| judge::recovered(record, Some(operation))).await?;
        program.stop().await;
        let verdict = judge::waits(&stage.record(), stage.started);
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn tight(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let must = "keeps within the limit: it is refused once in a window at most, and gets through";
        let rule = ("within-limit", Topic::Rate, Level::Gold, must, LIMITS);
        if habits.reads.is_none() {
            return Ok(vec![unused(rule, "it reads nothing from the API")]);
        }
        let stage = self.stage(CHANGES).await?;
        let changes = stage.changes(CHANGES).await?;
        let (requests, seconds) = TIGHT;
        stage.control(reqwest::Method::PUT, "rate-limit", json!({ "requests": requests, "seconds": seconds })).await?;
        let mut program = stage.start()?;
        let read = stage.until(&mut program, self.limit, judge::ended_a_list).await?;
        stage.until(&mut program, self.limit, |record| self.all_done(record, &changes, habits)).await?;
        program.stop().await;
        let record = stage.record();
        let through = (read || habits.is_job) && self.all_done(&record, &changes, habits);
        let verdict = judge::within_limit(&record, stage.started, through);
        Ok(vec![point(rule, &stage, verdict)])
    }

    async fn polls(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule =
            ("conditional", Topic::Rate, Level::Gold, "polls with If-None-Match: what is unchanged is free", POLLING);
        let stage = self.stage(PAGE).await?;
        if !habits.is_job && habits.reads.is_some() {
            stage.changes(1).await?;
            let mut program = stage.start()?;
            let seen = |record: &Record| judge::conditional(record, stage.started, habits).0 != Outcome::NotShown;
            stage.until(&mut program, self.limit, seen).await?;
            program.stop().await;
        }
        let verdict = judge::conditional(&stage.record(), stage.started, habits);
        Ok(vec![point(rule, &stage, verdict)])
    }

    /// The same changes by webhook, twice, and by poll, and again after a restart.
    async fn once(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = ("once", Topic::Webhooks, Level::Silver, "does each change once, however often it comes", WEBHOOK);
        let stage = self.stage(PAGE).await?;
        let mut changes = stage.changes(CHANGES).await?;
        for change in &mut changes {
            change[WEBHOOK_ID] = json!(new_id());
        }
        for _ in 0..2 {
            let mut program = stage.start()?;
            if stage.webhooks.is_some() {
                self.deliver(&stage, &mut program, &changes).await?;
            }
            if habits.reads.is_some() {
                let already = judge::of_operation(&stage.record(), habits.reads.as_deref()).count();
                let asked =
                    |record: &Record| judge::of_operation(record, habits.reads.as_deref()).count() > already + 1;
                stage.until(&mut program, self.limit.min(TO_WORK), asked).await?;
            }
            stage.until(&mut program, TO_WORK, |record| self.each_done(record, &changes)).await?;
            // Time for a second time.
            stage.until(&mut program, TO_WORK / 3, |_| false).await?;
            program.stop().await;
        }
        let record = stage.record();
        let times: Vec<_> = changes.iter().map(|one| (&one["id"], self.times_done(&record, one))).collect();
        let verdict = match times.iter().map(|(_, times)| *times).max() {
            Some(0) | None => {
                let hint = "no line that it printed names a change: print one with the change's id, or the webhook's, when it is \
                            done, and name its words by --done";
                (Outcome::NotShown, vec![hint.to_owned()])
            }
            Some(1) => (
                Outcome::Pass,
                times.iter().map(|(id, times)| format!("{}: {times} time", id.as_str().unwrap_or_default())).collect(),
            ),
            Some(_) => {
                let more = times.iter().filter(|(_, times)| *times > 1);
                (
                    Outcome::Fail,
                    more.map(|(id, times)| format!("{}: {times} times", id.as_str().unwrap_or_default())).collect(),
                )
            }
        };
        Ok(vec![point(rule, &stage, verdict)])
    }

    /// Delivers each change twice.
    async fn deliver(&self, stage: &Stage, program: &mut Program, changes: &[Value]) -> anyhow::Result<()> {
        let Some(sender) = self.listening(stage, program).await? else { return Ok(()) };
        let keys = [stage.signing_key()?];
        for change in changes {
            let mut data = change.clone();
            let id = data[WEBHOOK_ID].take().as_str().unwrap_or_default().to_owned();
            data.as_object_mut().map(|fields| fields.remove(WEBHOOK_ID));
            let event = json!({ "type": "change.detected", "timestamp": data["detected_at"], "data": data });
            let delivery = Delivery::signed(id, event.to_string().into_bytes(), &keys, None);
            for _ in 0..2 {
                // What is refused is another point's.
                let _ = sender.post(&delivery).await;
            }
        }
        Ok(())
    }

    /// A sender to the program, when it listens.
    async fn listening(&self, stage: &Stage, program: &mut Program) -> anyhow::Result<Option<Sender>> {
        let Some(url) = stage.webhooks.clone() else { return Ok(None) };
        let sender = Sender::to(&Target::new(url.clone(), false))?;
        let address = reqwest::Url::parse(&url)?.socket_addrs(|| None)?;
        let end = tokio::time::Instant::now() + self.limit;
        while TcpStream::connect(&*address).await.is_err() {
            let pause = Duration::from_millis(50);
            stage.until(program, pause, |record| record.ended.is_some()).await?;
            if tokio::time::Instant::now() > end || stage.record().ended.is_some() {
                let said = stage.hide(&judge::gone(&stage.record()));
                return Err(Failure::new(exit::USAGE, format!("nothing listens at {url}: {said}"))
                    .fix("have --webhooks name the port that your program listens on: {port} is a free one for both")
                    .into());
            }
        }
        Ok(Some(sender))
    }

    /// Its receiver, in all that a receiver is judged on.
    async fn receives(&self) -> anyhow::Result<Vec<Point>> {
        if self.recipe.webhooks.is_none() {
            return Ok(Vec::new());
        }
        let stage = self.stage(PAGE).await?;
        let mut program = stage.start()?;
        let Some(sender) = self.listening(&stage, &mut program).await? else { return Ok(Vec::new()) };
        let driver = receiver::Driver::new(sender, vec![stage.signing_key()?], self.answers_within)?;
        let points = driver.points().await;
        program.stop().await;
        Ok(points)
    }
}
