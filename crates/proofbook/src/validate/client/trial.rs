//! All runs of a program, and what they have in common.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use serde_json::Value;

use super::judge::{self, Habits, Verdict};
use super::program::{Program, Recipe, Record, Stage};
use crate::output;
use crate::validate::report::{Outcome, Point};
use crate::validate::rules::{self, Rule};

/// How many runs go on at once. Most of their time is waiting.
const AT_ONCE: usize = 4;
/// How many changes there are when a program starts.
pub(super) const CHANGES: usize = 5;
/// The items on a page, where pages are not what is looked at.
pub(super) const PAGE: usize = 10;
/// How long a program has to print what it did after it was seen asking, at least.
const TO_WORK: Duration = Duration::from_secs(3);

/// Where a change keeps the id of the webhook that brings it, while it is in here.
pub(super) const WEBHOOK_ID: &str = "validate_webhook_id";

/// A program on trial.
pub(super) struct Trial {
    pub(super) recipe: Recipe,
    /// How long a run may take.
    pub(super) limit: Duration,
    /// What a line says when a change is done.
    pub(super) done: String,
    /// How soon a webhook must be answered, in seconds.
    pub(super) answers_within: f64,
}

/// A run that goes on, and what it shows.
type Later<'a> = LocalBoxFuture<'a, anyhow::Result<Vec<Point>>>;

impl Trial {
    /// Runs it again and again, and judges it.
    pub(super) async fn points(&self) -> anyhow::Result<Vec<Point>> {
        let progress = output::progress("run undisturbed");
        let (mut points, habits) = self.calm().await?;
        if points.iter().any(|point| point.rule.id == rules::RUNS.id && point.outcome == Outcome::Fail) {
            progress.finish_and_clear();
            return Ok(points);
        }
        let runs = self.runs(&habits);
        progress.set_length(runs.len() as u64 + 1);
        progress.inc(1);
        progress.set_message("run where something goes wrong");
        let progress = &progress;
        let all: Vec<_> =
            futures::stream::iter(runs).map(|run| run.inspect(|_| progress.inc(1))).buffered(AT_ONCE).collect().await;
        progress.finish_and_clear();
        for some in all {
            points.extend(some?);
        }
        Ok(points)
    }

    fn runs<'a>(&'a self, habits: &'a Habits) -> Vec<Later<'a>> {
        vec![
            self.pages(habits).boxed_local(),
            self.newer(&rules::NEW_FIELD, "new_field", habits).boxed_local(),
            self.newer(&rules::NEW_VALUE, "new_value", habits).boxed_local(),
            self.broken(&rules::CUT_ANSWER, "malformed_body", habits).boxed_local(),
            self.broken(&rules::DROPPED, "drop_connection", habits).boxed_local(),
            self.unavailable(habits).boxed_local(),
            self.refused(&rules::STOPS_AT_400, 400, habits).boxed_local(),
            self.refused(&rules::STOPS_AT_401, 401, habits).boxed_local(),
            self.refused(&rules::STOPS_AT_403, 403, habits).boxed_local(),
            self.refused(&rules::STOPS_AT_404, 404, habits).boxed_local(),
            self.post(habits).boxed_local(),
            self.rate_limited(habits).boxed_local(),
            self.tight(habits).boxed_local(),
            self.polls(habits).boxed_local(),
            self.once(habits).boxed_local(),
            self.receives().boxed_local(),
        ]
    }

    pub(super) async fn stage(&self, page_size: usize) -> anyhow::Result<Stage> {
        Stage::new(&self.recipe, page_size).await
    }

    /// How long a program has to print what it did after it was seen asking.
    pub(super) fn to_work(&self) -> Duration {
        TO_WORK.max(self.limit / 5)
    }

    /// How often it was done: lines that name it, or the webhook that brought it.
    pub(super) fn times_done(&self, record: &Record, change: &Value) -> usize {
        let names = [&change["id"], &change[WEBHOOK_ID]].map(|id| id.as_str().unwrap_or("\n"));
        let named = |line: &&String| names.iter().any(|name| line.contains(name)) && line.contains(&self.done);
        record.lines.iter().filter(named).count()
    }

    /// Whether each of these was done, as far as the program shows what it does.
    pub(super) fn all_done(&self, record: &Record, changes: &[Value], habits: &Habits) -> bool {
        !habits.shows || self.each_done(record, changes)
    }

    pub(super) fn each_done(&self, record: &Record, changes: &[Value]) -> bool {
        changes.iter().all(|change| self.times_done(record, change) > 0)
    }

    /// Waits until it has read a list to its end, or otherwise has done its part, and has worked on what was in it.
    pub(super) async fn work(&self, stage: &Stage, program: &mut Program, changes: &[Value]) -> anyhow::Result<bool> {
        let read = stage.until(program, self.limit, judge::ended_a_list).await?;
        stage.until(program, self.to_work(), |record| self.each_done(record, changes)).await?;
        Ok(read)
    }
}

/// The point of a run, without what is secret or of this machine alone.
pub(super) fn judged(rule: &Rule, stage: &Stage, (outcome, evidence): Verdict) -> Point {
    rule.judged(outcome, evidence.iter().map(|seen| stage.hide(seen)).collect())
}
