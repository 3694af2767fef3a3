//! The checklist: points, levels, evidence.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use proofbook_sandbox::policy_aggregator::contract;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::files;
use super::rules::Rule;
use crate::failure::Failure;
use crate::webhook::show;
use crate::{exit, output};

/// How good an integration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// It works, and can't be fooled.
    Bronze,
    /// It goes on working when something is wrong or new.
    Silver,
    /// It goes on working under load and during changes.
    Gold,
}

impl Level {
    const ALL: [Self; 3] = [Self::Bronze, Self::Silver, Self::Gold];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
        }
    }
}

/// What is judged: the line of the checklist that a point belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Topic {
    /// Authentication works.
    #[serde(rename = "authentication works")]
    Authentication,
    /// API calls successful.
    #[serde(rename = "API calls successful")]
    Calls,
    /// Webhooks deliver correctly.
    #[serde(rename = "webhooks deliver correctly")]
    Webhooks,
    /// Error handling works.
    #[serde(rename = "error handling works")]
    Errors,
    /// Rate limiting respected.
    #[serde(rename = "rate limiting respected")]
    Rate,
}

impl Topic {
    pub(super) const ALL: [Self; 5] = [Self::Authentication, Self::Calls, Self::Webhooks, Self::Errors, Self::Rate];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Authentication => "Authentication works",
            Self::Calls => "API calls successful",
            Self::Webhooks => "Webhooks deliver correctly",
            Self::Errors => "Error handling works",
            Self::Rate => "Rate limiting respected",
        }
    }
}

/// What came of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// It is as it must be.
    Pass,
    /// It is not.
    Fail,
    /// Nothing that was seen decides it.
    NotShown,
    /// It does not do what this is about, such as sending a `POST`.
    NotUsed,
}

impl Outcome {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotShown => "not shown",
            Self::NotUsed => "not used",
        }
    }

    /// It stands in the way of a level.
    fn hinders(self) -> bool {
        matches!(self, Self::Fail | Self::NotShown)
    }
}

/// A point of the checklist.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Point {
    /// What is judged.
    #[serde(flatten)]
    pub(super) rule: Rule,
    /// What came of it.
    pub(super) outcome: Outcome,
    /// What it rests on.
    pub(super) evidence: Vec<String>,
}

/// Where the handbook is read, by the contract's `externalDocs`; a page of it.
pub(super) fn address(page: &str) -> String {
    let contract = contract().ok();
    let book = contract.as_ref().and_then(|contract| contract.document()["externalDocs"]["url"].as_str());
    format!("{}{page}", book.unwrap_or_default())
}

pub(super) fn as_address<S: Serializer>(page: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address(page))
}

/// How the report is given.
#[derive(Debug, clap::Args)]
pub(super) struct Reporting {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Write JUnit XML into this file too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Write one page into this file too, to attach to a review request
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Reporting {
    /// Prints the report. Answers with the exit code.
    pub(super) fn finish(&self, report: &Report) -> anyhow::Result<ExitCode> {
        if let Some(file) = &self.junit {
            write(file, &files::junit(report)?)?;
        }
        if let Some(file) = &self.html {
            write(file, &files::html(report))?;
        }
        output::say(&if self.json { report.json().to_string() } else { report.text() });
        let hindered = report.passed() == 0 || report.points.iter().any(|point| point.outcome.hinders());
        Ok(ExitCode::from(if hindered { exit::FOUND } else { exit::HOLDS }))
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).map_err(|error| {
        let failure = Failure::new(exit::USAGE, "the report can't be written").at(file.display().to_string());
        failure.because(error).fix("name a file in a folder that exists and that you may write to").into()
    })
}

/// All points.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// What was judged.
    pub(super) subject: String,
    /// It is an integration, and so has a level. A deployment of the API has none.
    pub(super) graded: bool,
    /// The points, in the order in which they were looked at.
    pub(super) points: Vec<Point>,
}

impl Report {
    /// The highest level up to which all points pass.
    pub(super) fn level(&self) -> Option<Level> {
        let passes = |level: &Level| {
            self.points.iter().filter(|point| point.rule.level <= *level).all(|point| !point.outcome.hinders())
        };
        if !self.graded || self.passed() == 0 {
            return None;
        }
        Level::ALL.into_iter().take_while(passes).last()
    }

    fn passed(&self) -> usize {
        self.points.iter().filter(|point| point.outcome == Outcome::Pass).count()
    }

    /// For a person.
    pub(super) fn text(&self) -> String {
        let mut lines = Vec::new();
        for (topic, points) in self.by_topic() {
            lines.push(output::bold(topic.name()));
            for point in points {
                let (mark, Rule { id, level, must, .. }) = (point.outcome.name(), &point.rule);
                lines.push(format!("  {mark:<9}  {:<6}  {id:<22}  {must}", level.name()));
                if point.outcome.hinders() {
                    lines.extend(point.evidence.iter().map(|seen| format!("             {}", show::line(seen, 300))));
                    lines.push(format!("             read {}", address(point.rule.page)));
                }
            }
            lines.push(String::new());
        }
        lines.push(self.summary());
        lines.join("\n")
    }

    /// The lines of the checklist that have points.
    pub(super) fn by_topic(&self) -> impl Iterator<Item = (Topic, Vec<&Point>)> {
        let points = |topic| self.points.iter().filter(|point| point.rule.topic == topic).collect::<Vec<_>>();
        Topic::ALL.into_iter().map(move |topic| (topic, points(topic))).filter(|(_, points)| !points.is_empty())
    }

    /// How many points pass, and which level that is.
    pub(super) fn summary(&self) -> String {
        let unused = self.points.iter().filter(|point| point.outcome == Outcome::NotUsed).count();
        let unused = if unused > 0 { format!(", {unused} not used") } else { String::new() };
        if !self.graded {
            return format!("{} of {} points pass{unused}.", self.passed(), self.points.len());
        }
        let level =
            self.level().map_or("no level is reached".to_owned(), |level| format!("{} is reached", level.name()));
        format!("{} of {} points pass{unused}: {level}.", self.passed(), self.points.len())
    }

    /// For a program.
    pub(super) fn json(&self) -> Value {
        json!({ "subject": self.subject, "level": self.level(), "points": self.points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: [(Level, Outcome); 3]) -> Report {
        let point = |(level, outcome)| {
            let rule = Rule { id: "one".into(), topic: Topic::Webhooks, level, must: "it must", page: "page" };
            rule.judged(outcome, Vec::new())
        };
        Report { subject: String::new(), graded: true, points: outcomes.map(point).to_vec() }
    }

    #[test]
    fn a_deployment_is_told_no_level() {
        let passed = report([(Level::Bronze, Outcome::Pass); 3]);
        assert_eq!(passed.summary(), "3 of 3 points pass: gold is reached.");
        assert_eq!(Report { graded: false, ..passed }.summary(), "3 of 3 points pass.");
    }

    #[test]
    fn a_level_needs_all_points_up_to_it() {
        use Level::{Bronze, Gold, Silver};
        use Outcome::{Fail, NotShown, Pass};
        assert_eq!(report([(Bronze, Pass), (Silver, Pass), (Gold, Pass)]).level(), Some(Gold));
        assert_eq!(report([(Bronze, Pass), (Silver, Pass), (Gold, Fail)]).level(), Some(Silver));
        assert_eq!(report([(Bronze, Pass), (Silver, NotShown), (Gold, Pass)]).level(), Some(Bronze));
        assert_eq!(report([(Bronze, Fail), (Silver, Pass), (Gold, Pass)]).level(), None);
    }
}
