//! A run in which nothing goes wrong: it shows what the program does at all.

use super::judge::{self, Habits, Verdict};
use super::program::{Record, Stage};
use super::trial::{CHANGES, PAGE, Trial, judged};
use crate::exit;
use crate::failure::Failure;
use crate::validate::report::{Outcome, Point};
use crate::validate::rules;

impl Trial {
    /// Runs it, and judges what needs no disturbance.
    pub(super) async fn calm(&self) -> anyhow::Result<(Vec<Point>, Habits)> {
        let stage = self.stage(PAGE).await?;
        let changes = stage.changes(CHANGES).await?;
        let mut program = stage.start()?;
        // One that takes webhooks may ask nothing.
        let asks = match self.listening(&stage, &mut program).await? {
            Some(_) => stage.until(&mut program, self.to_work(), |record| !record.exchanges.is_empty()).await?,
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
        let (record, started) = (stage.record(), stage.started);
        let runs = (if failed { Outcome::Fail } else { Outcome::Pass }, vec![judge::gone(&record)]);
        let points = [
            (&rules::RUNS, runs),
            (&rules::AUTHENTICATES, judge::authenticates(&record, started, &stage.key)),
            (&rules::KEEPS_SECRETS, keeps_secrets(&record, &stage)),
            (&rules::USER_AGENT, judge::user_agent(&record, started)),
            (&rules::KEEPS_CONTRACT, judge::keeps_contract(&record, started)),
        ];
        Ok((points.map(|(rule, verdict)| judged(rule, &stage, verdict)).into(), habits))
    }
}

/// No secret is in what it printed, nor in an address that it asked.
fn keeps_secrets(record: &Record, stage: &Stage) -> Verdict {
    let secrets = [stage.key.as_str(), stage.secret.trim_start_matches("whsec_")];
    let told = |text: &str| secrets.iter().any(|secret| text.contains(secret));
    let printed = record.lines.iter().filter(|line| told(line)).map(|line| format!("it printed: {line}"));
    let asked = record.exchanges.iter().filter(|one| told(&one.target)).map(|one| judge::cite(one, stage.started));
    let leaks: Vec<_> = printed.chain(asked).take(judge::MOST).collect();
    match leaks.is_empty() {
        true => {
            let looked_at = format!("lines: {}, addresses: {}", record.lines.len(), record.exchanges.len());
            (Outcome::Pass, vec![looked_at])
        }
        false => (Outcome::Fail, leaks),
    }
}
