//! Runs in which something goes wrong, or is new.

use std::time::Duration;

use serde_json::{Value, json};

use super::judge::{self, Habits, Waits};
use super::program::{Record, Stage};
use super::trial::{CHANGES, PAGE, Trial, judged};
use crate::validate::report::{Outcome, Point};
use crate::validate::rules::{self, Rule};

/// How many items a page has where pages are looked at.
const SMALL_PAGE: usize = 2;
/// What a scripted 429 says, in seconds.
const RETRY_AFTER: u64 = 2;
/// The limit that is easily reached: requests, and seconds.
const TIGHT: (u32, u64) = (8, 2);
/// How often it is looked at how long a program waits, if one run does not show that it waits longer each time.
const RUNS_OF_WAITS: usize = 4;
/// Why a point is not used.
const READS_NOTHING: &str = "it reads nothing from the API";

/// How a run with a fault goes on.
struct Course<Seen> {
    /// What is waited for.
    seen: Seen,
    /// How long it is watched after that.
    then: Duration,
}

impl Trial {
    /// A run in which calls of one operation go wrong, to its end.
    async fn disturbed(
        &self,
        operation: &str,
        faults: &[Value],
        course: Course<impl Fn(&Record) -> bool>,
    ) -> anyhow::Result<Stage> {
        let stage = self.stage(PAGE).await?;
        stage.changes(1).await?;
        for fault in faults {
            let mut fault = fault.clone();
            fault["operation"] = json!(operation);
            stage.fault(fault).await?;
        }
        let mut program = stage.start()?;
        stage.until(&mut program, self.limit, course.seen).await?;
        stage.until(&mut program, course.then, |_| false).await?;
        program.stop().await;
        Ok(stage)
    }

    pub(super) async fn pages(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = &rules::PAGES;
        if habits.reads.is_none() {
            return Ok(vec![rule.unused(READS_NOTHING)]);
        }
        let stage = self.stage(SMALL_PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        let mut program = stage.start()?;
        self.work(&stage, &mut program, &changes).await?;
        program.stop().await;
        let verdict = judge::pages(&stage.record(), stage.started);
        Ok(vec![judged(rule, &stage, verdict)])
    }

    /// All answers are those of a later version.
    pub(super) async fn newer(&self, rule: &Rule, fault: &str, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        if habits.reads.is_none() {
            return Ok(vec![rule.unused(READS_NOTHING)]);
        }
        let stage = self.stage(PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        stage.fault(json!({ fault: true, "next": 1000 })).await?;
        let mut program = stage.start()?;
        let read = self.work(&stage, &mut program, &changes).await?;
        stage.until(&mut program, self.to_end(habits), |_| false).await?;
        program.stop().await;
        let record = stage.record();
        let through = (read || habits.is_job) && self.all_done(&record, &changes, habits);
        let verdict = judge::takes_newer(&record, stage.started, habits, through);
        Ok(vec![judged(rule, &stage, verdict)])
    }

    /// One answer does not come whole.
    pub(super) async fn broken(&self, rule: &Rule, fault: &str, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let Some(operation) = &habits.reads else { return Ok(vec![rule.unused(READS_NOTHING)]) };
        let seen = |record: &Record| judge::recovered(record, Some(operation));
        let course = Course { seen, then: self.to_end(habits) };
        let stage = self.disturbed(operation, &[json!({ fault: true })], course).await?;
        let verdict = judge::goes_on(&stage.record(), stage.started, Some(operation));
        Ok(vec![judged(rule, &stage, verdict)])
    }

    pub(super) async fn unavailable(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = &rules::BACKS_OFF;
        let Some(operation) = &habits.reads else { return Ok(vec![rule.unused(READS_NOTHING)]) };
        let (mut points, mut runs) = (Vec::new(), Vec::new());
        // Waits that are drawn at random may shrink by chance in one run, hardly in several.
        while runs.len() < RUNS_OF_WAITS && points.is_empty() {
            let seen = |record: &Record| judge::of_operation(record, Some(operation)).count() > 4;
            let faults = [json!({ "status": 503, "retry_after": 0, "next": 5 })];
            let stage = self.disturbed(operation, &faults, Course { seen, then: Duration::ZERO }).await?;
            runs.push(Waits::of(&stage.record(), stage.started, Some(operation)));
            let verdict = judge::backs_off(&runs);
            let decides = runs.len() == RUNS_OF_WAITS || runs.len() == 1 && verdict.0 != Outcome::Fail;
            points.extend(decides.then(|| judged(rule, &stage, verdict)));
        }
        Ok(points)
    }

    pub(super) async fn refused(&self, rule: &Rule, status: u16, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let Some(operation) = &habits.reads else { return Ok(vec![rule.unused(READS_NOTHING)]) };
        let seen = |record: &Record| judge::of_operation(record, Some(operation)).count() > 0;
        // Long enough for a few polls, if it polls.
        let watched = habits.interval.unwrap_or_default().mul_f64(2.5).max(Duration::from_secs(4)).min(self.limit);
        let course = Course { seen, then: watched };
        let stage = self.disturbed(operation, &[json!({ "status": status, "next": 1000 })], course).await?;
        let verdict = judge::gives_up(&stage.record(), stage.started, Some(operation), habits);
        Ok(vec![judged(rule, &stage, verdict)])
    }

    pub(super) async fn post(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = &rules::SAME_IDEMPOTENCY_KEY;
        let Some(operation) = &habits.posts else { return Ok(vec![rule.unused("it sends no POST")]) };
        let seen = |record: &Record| judge::recovered(record, Some(operation));
        let faults = [json!({ "status": 503, "retry_after": 1 }), json!({ "drop_connection": true })];
        let stage = self.disturbed(operation, &faults, Course { seen, then: Duration::ZERO }).await?;
        let verdict = judge::same_key(&stage.record(), stage.started, Some(operation));
        Ok(vec![judged(rule, &stage, verdict)])
    }

    pub(super) async fn rate_limited(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = &rules::WAITS;
        let Some(operation) = &habits.reads else { return Ok(vec![rule.unused(READS_NOTHING)]) };
        let seen = |record: &Record| judge::recovered(record, Some(operation));
        let faults = [json!({ "status": 429, "retry_after": RETRY_AFTER })];
        let stage = self.disturbed(operation, &faults, Course { seen, then: Duration::ZERO }).await?;
        let verdict = judge::waits(&stage.record(), stage.started);
        Ok(vec![judged(rule, &stage, verdict)])
    }

    /// The limit is easily reached.
    pub(super) async fn tight(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let rule = &rules::WITHIN_LIMIT;
        if habits.reads.is_none() {
            return Ok(vec![rule.unused(READS_NOTHING)]);
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
        Ok(vec![judged(rule, &stage, verdict)])
    }

    /// Nothing changes while it polls.
    pub(super) async fn polls(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
        let stage = self.stage(PAGE).await?;
        if !habits.is_job && habits.reads.is_some() {
            stage.changes(1).await?;
            let mut program = stage.start()?;
            let seen = |record: &Record| judge::conditional(record, stage.started, habits).0 != Outcome::NotShown;
            stage.until(&mut program, self.limit, seen).await?;
            program.stop().await;
        }
        let verdict = judge::conditional(&stage.record(), stage.started, habits);
        Ok(vec![judged(&rules::CONDITIONAL, &stage, verdict)])
    }

    /// A job is waited for: how it ends counts.
    fn to_end(&self, habits: &Habits) -> Duration {
        if habits.is_job { self.limit } else { Duration::ZERO }
    }
}
