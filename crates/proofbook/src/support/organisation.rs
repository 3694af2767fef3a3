//! `support.toml`: who helps, when and how fast, as an organisation fills it in, for `{{proofbook support.NAME}}`.
//!
//! [`field`]: what a field may be.

mod field;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use proofbook_gate::lines::Lines;
use serde::Deserialize;

use crate::exit;
use crate::failure::Failure;

/// The file, in the book's root.
pub(crate) const FILE: &str = "support.toml";

/// Why the file can't be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What is wrong there.
    pub(crate) reason: String,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let place = format!("{FILE}:{}", fault.line);
        let failure = Self::new(exit::FOUND, "what the book says of support can't be shown").at(place);
        failure.because(anyhow!(fault.reason)).fix("mend that line; the pages show what stands there")
    }
}

/// The text for each `{{proofbook support.NAME}}` of the book at `root`: none without the file.
pub(crate) fn texts(root: &Path) -> Result<BTreeMap<String, String>, Fault> {
    match std::fs::read_to_string(root.join(FILE)) {
        Ok(text) => parse(&text).map(|organisation| organisation.texts()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Fault { line: 1, reason: format!("it can't be read: {error}") }),
    }
}

fn parse(text: &str) -> Result<Organisation, Fault> {
    let fault = |start: usize, reason: String| Fault { line: Lines::of(text).at(start), reason };
    let read: Organisation = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        fault(start, error.message().trim().replace('\n', ": "))
    })?;
    for (list, empty) in [("severity", read.severity.is_empty()), ("role", read.role.is_empty())] {
        if empty {
            return Err(fault(0, format!("there is no [[{list}]]: name at least one")));
        }
    }
    let hours = &read.hours;
    if hours.from >= hours.to {
        let start = text.find("[hours]").unwrap_or_default();
        return Err(fault(start, format!("`from` is {} and `to` is {}: it must be later", hours.from, hours.to)));
    }
    Ok(read)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisation {
    contact: Contact,
    hours: Hours,
    #[serde(default)]
    severity: Vec<Severity>,
    #[serde(default)]
    role: Vec<Role>,
    incident: Incident,
    review: Review,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    #[serde(deserialize_with = "field::address")]
    repository: String,
    #[serde(deserialize_with = "field::address")]
    handbook: String,
    #[serde(deserialize_with = "field::email")]
    email: String,
    #[serde(deserialize_with = "field::email")]
    security: String,
    #[serde(deserialize_with = "field::address")]
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Hours {
    #[serde(deserialize_with = "field::words")]
    days: String,
    #[serde(deserialize_with = "field::time_of_day")]
    from: String,
    #[serde(deserialize_with = "field::time_of_day")]
    to: String,
    #[serde(deserialize_with = "field::time_zone")]
    time_zone: String,
    #[serde(default, deserialize_with = "field::words")]
    closed: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Severity {
    #[serde(deserialize_with = "field::word")]
    name: String,
    #[serde(deserialize_with = "field::words")]
    means: String,
    #[serde(deserialize_with = "field::duration")]
    first_response: String,
    #[serde(deserialize_with = "field::duration")]
    update: String,
    #[serde(default)]
    around_the_clock: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    #[serde(deserialize_with = "field::words")]
    name: String,
    #[serde(deserialize_with = "field::words")]
    takes: String,
    #[serde(deserialize_with = "field::email")]
    email: String,
    #[serde(deserialize_with = "field::duration")]
    answers: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    #[serde(deserialize_with = "field::duration")]
    report: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    #[serde(deserialize_with = "field::duration")]
    feedback: String,
}

impl Organisation {
    fn texts(&self) -> BTreeMap<String, String> {
        let Contact { repository, handbook, email, security, status } = &self.contact;
        let mut texts = BTreeMap::from([
            ("repository".to_owned(), repository.clone()),
            ("handbook".to_owned(), handbook.clone()),
            ("new-issue".to_owned(), format!("{repository}/issues/new")),
            ("address".to_owned(), email.clone()),
            ("email".to_owned(), mail(email)),
            ("security".to_owned(), mail(security)),
            ("status".to_owned(), status.clone()),
            ("hours".to_owned(), self.hours.text()),
            ("time-zone".to_owned(), self.hours.time_zone.clone()),
            ("incident-report".to_owned(), self.incident.report.clone()),
            ("feedback".to_owned(), self.review.feedback.clone()),
            ("severities".to_owned(), self.severities()),
            ("roles".to_owned(), self.roles()),
        ]);
        for one in &self.severity {
            texts.insert(format!("{}.first-response", one.name), one.first_response.clone());
            texts.insert(format!("{}.update", one.name), one.update.clone());
        }
        texts.into_iter().map(|(name, text)| (format!("support.{name}"), text)).collect()
    }

    fn severities(&self) -> String {
        let row = |one: &Severity| {
            let clock = if one.around_the_clock { "at any hour" } else { "in business hours" };
            let Severity { name, means, first_response, update, .. } = one;
            format!("| **{name}** | {means} | {first_response} | {update} | {clock} |\n")
        };
        let rows: String = self.severity.iter().map(row).collect();
        format!(
            "| Severity | It means | First response within | Update every | Counted |\n|---|---|---|---|---|\n{rows}"
        )
    }

    fn roles(&self) -> String {
        let row = |(index, one): (usize, &Role)| {
            let Role { name, takes, email, answers } = one;
            format!("| {} | {name}, {} | {takes} | {answers} |\n", index + 1, mail(email))
        };
        let rows: String = self.role.iter().enumerate().map(row).collect();
        format!("| Step | Role | Takes | Answers within |\n|---|---|---|---|\n{rows}")
    }
}

impl Hours {
    fn text(&self) -> String {
        let Self { days, from, to, time_zone, closed } = self;
        let closed = if closed.is_empty() { String::new() } else { format!(", not on {closed}") };
        format!("{days}, {from} to {to} ({time_zone}){closed}")
    }
}

fn mail(address: &str) -> String {
    format!("[{address}](mailto:{address})")
}

#[cfg(test)]
mod tests {
    use super::{Fault, parse};

    const WHOLE: &str = include_str!("../../../../support.toml");

    #[test]
    fn the_file_of_this_book_fills_every_name() {
        let texts = parse(WHOLE).expect("it holds").texts();
        for name in ["email", "hours", "severities", "roles", "feedback", "critical.first-response", "low.update"] {
            assert!(texts.get(&format!("support.{name}")).is_some_and(|text| !text.is_empty()), "{name}");
        }
        assert_eq!(
            texts["support.hours"],
            "Monday to Friday, 09:00 to 17:00 (Europe/Berlin), not on public holidays in Berlin"
        );
        assert_eq!(texts["support.severities"].lines().count(), 2 + 4);
    }

    #[test]
    fn what_can_not_be_right_is_named_with_its_line() {
        for (right, wrong, why) in [
            ("email = \"integrations@policyaggregator.example\"", "email = \"integrations\"", "an e-mail address"),
            ("from = \"09:00\"", "from = \"9 am\"", "a time of the day"),
            ("to = \"17:00\"", "to = \"08:00\"", "it must be later"),
            ("time-zone = \"Europe/Berlin\"", "time-zone = \"Berlin/Europe\"", "a time zone of the IANA"),
            ("first-response = \"1 hour\"", "first-response = \"soon\"", "a time such as"),
            ("first-response = \"1 hour\"", "first-response = \"0 hours\"", "a time such as"),
            ("status = \"https://", "status = \"http://", "an https address"),
            ("name = \"critical\"", "name = \"\"", "one word"),
            ("days = \"Monday to Friday\"", "days = \"a | b\"", "a line of text"),
            ("feedback = \"5 business days\"", "feedbak = \"5 business days\"", "unknown field `feedbak`"),
            ("feedback = \"5 business days\"", "", "missing field `feedback`"),
            ("days = \"Monday to Friday\"", "days = Monday", "string"),
        ] {
            let text = WHOLE.replacen(right, wrong, 1);
            assert_ne!(text, WHOLE, "{right}");
            let Fault { line, reason } = parse(&text).expect_err(wrong);
            assert!(reason.contains(why), "{wrong}: {reason}");
            let table = WHOLE.lines().take(line).any(|line| line.starts_with('['));
            assert!(table, "{wrong}: line {line}");
        }
        let none = WHOLE.split("[[role]]").next().expect("the start");
        let rest = "[incident]\nreport = \"1 day\"\n[review]\nfeedback = \"1 day\"\n";
        let fault = parse(&format!("{none}{rest}")).expect_err("no role");
        assert!(fault.reason.contains("[[role]]"), "{}", fault.reason);
    }

    #[test]
    fn the_line_is_that_of_the_field() {
        let line = WHOLE.lines().position(|line| line.starts_with("status")).expect("the field") + 1;
        let fault = parse(&WHOLE.replace("https://status", "http://status")).expect_err("not https");
        assert_eq!(fault.line, line);
    }
}
