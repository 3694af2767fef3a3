//! Runs in which the program takes webhooks.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::judge::{self, Habits};
use super::program::{Program, Record, Stage};
use super::trial::{CHANGES, PAGE, Trial, WEBHOOK_ID, judged};
use crate::exit;
use crate::failure::Failure;
use crate::validate::receiver;
use crate::validate::report::{Outcome, Point};
use crate::validate::rules;
use crate::webhook::delivery::{Delivery, Sender, Target, new_id};

impl Trial {
    /// The same changes by webhook, twice, and by poll, and again after a restart.
    pub(super) async fn once(&self, habits: &Habits) -> anyhow::Result<Vec<Point>> {
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
            if habits.is_job {
                stage.until(&mut program, self.limit, |_| false).await?;
            } else if habits.reads.is_some() {
                let already = judge::of_operation(&stage.record(), habits.reads.as_deref()).count();
                let asked =
                    |record: &Record| judge::of_operation(record, habits.reads.as_deref()).count() > already + 1;
                stage.until(&mut program, self.limit, asked).await?;
            }
            stage.until(&mut program, self.to_work(), |record| self.each_done(record, &changes)).await?;
            // Time for a second time.
            stage.until(&mut program, self.to_work() / 3, |_| false).await?;
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
        Ok(vec![judged(&rules::ONCE, &stage, verdict)])
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
    pub(super) async fn listening(&self, stage: &Stage, program: &mut Program) -> anyhow::Result<Option<Sender>> {
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
    pub(super) async fn receives(&self) -> anyhow::Result<Vec<Point>> {
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
