//! What the requests of a program show.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use proofbook_sandbox::exchange::Exchange;
use reqwest::Url;
use serde_json::Value;

use super::program::Record;
use crate::validate::report::Outcome;

/// How many pieces of evidence a point has at most.
pub(super) const MOST: usize = 6;
/// Requests this soon after an answer were on their way already.
const UNDER_WAY: Duration = Duration::from_millis(50);
/// What clocks and rounding take from a wait.
const TOLERANCE: Duration = Duration::from_millis(20);

/// A judgement with what it rests on.
pub(super) type Verdict = (Outcome, Vec<String>);

/// How a program goes about its work, as its undisturbed run has shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Habits {
    /// It ends by itself.
    pub(super) is_job: bool,
    /// The operation that it reads with: a list, if it reads one.
    pub(super) reads: Option<String>,
    /// The `POST` that it sends.
    pub(super) posts: Option<String>,
    /// The shortest time between two of its polls.
    pub(super) interval: Option<Duration>,
    /// It prints a line with the id of what it has done.
    pub(super) shows: bool,
}

impl Habits {
    /// What a run shows. These ids are of changes that it can have done.
    pub(super) fn of(record: &Record, done: impl Fn(&Record) -> bool) -> Self {
        let gets =
            || record.exchanges.iter().filter(|exchange| exchange.method == "GET" && exchange.operation.is_some());
        let lists = || gets().filter(|exchange| is_list(exchange));
        let chosen = lists()
            .find(|exchange| exchange.operation.as_deref() == Some("listChanges"))
            .or_else(|| lists().next())
            .or_else(|| gets().find(|exchange| exchange.operation.as_deref() != Some("getMe")))
            .or_else(|| gets().next());
        let reads = chosen.and_then(|exchange| exchange.operation.clone());
        let starts: Vec<_> = polls(record, reads.as_deref()).map(|exchange| exchange.at).collect();
        let interval = starts.iter().zip(starts.iter().skip(1)).map(|(one, next)| between(*one, *next)).min();
        Self {
            is_job: record.ended.is_some(),
            posts: record.exchanges.iter().find(|one| one.method == "POST").and_then(|one| one.operation.clone()),
            reads,
            interval,
            shows: done(record),
        }
    }
}

/// The exchanges of an operation.
pub(super) fn of_operation<'a>(record: &'a Record, operation: Option<&'a str>) -> impl Iterator<Item = &'a Exchange> {
    record.exchanges.iter().filter(move |one| operation.is_some() && one.operation.as_deref() == operation)
}

/// The times that the operation was asked from the start: not for a further page.
pub(super) fn polls<'a>(record: &'a Record, operation: Option<&'a str>) -> impl Iterator<Item = &'a Exchange> {
    of_operation(record, operation).filter(|exchange| query(exchange, "cursor").is_none())
}

fn is_list(exchange: &Exchange) -> bool {
    exchange.operation.as_deref().is_some_and(|operation| operation.starts_with("list"))
}

/// A list was read to its end.
pub(super) fn ended_a_list(record: &Record) -> bool {
    record.exchanges.iter().any(|one| is_list(one) && one.status == Some(200) && next_cursor(one).is_none())
}

/// The operation was answered well after it had gone wrong.
pub(super) fn recovered(record: &Record, operation: Option<&str>) -> bool {
    let mut calls = of_operation(record, operation).skip_while(|one| !one.injected_fault);
    calls.any(|one| !one.injected_fault && one.status.is_some_and(|status| status < 400))
}

fn next_cursor(exchange: &Exchange) -> Option<String> {
    let body: Value = serde_json::from_str(&exchange.response_body).ok()?;
    body["next_cursor"].as_str().map(str::to_owned)
}

fn query(exchange: &Exchange, name: &str) -> Option<String> {
    let url = Url::parse("http://localhost").ok()?.join(&exchange.target).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn header<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a str> {
    exchange.request_headers[name].as_str().filter(|value| !value.is_empty())
}

fn answered(exchange: &Exchange) -> Timestamp {
    exchange.at.saturating_add(Duration::from_millis(exchange.duration_ms)).unwrap_or(exchange.at)
}

fn between(one: Timestamp, next: Timestamp) -> Duration {
    next.duration_since(one).try_into().unwrap_or_default()
}

/// Names a request, so that the integrator finds it: its id is in the answer that they got.
pub(super) fn cite(exchange: &Exchange, started: Timestamp) -> String {
    let status = exchange.status.map_or_else(|| "connection dropped".to_owned(), |status| status.to_string());
    let after = between(started, exchange.at).as_secs_f64();
    let Exchange { request_id, method, target, .. } = exchange;
    format!("{after:.2} s: {method} {target} → {status} ({request_id})")
}

/// All of them are good, and there is one.
fn all<'a>(
    exchanges: impl Iterator<Item = &'a Exchange>,
    started: Timestamp,
    wrong: impl Fn(&Exchange) -> Option<String>,
) -> Verdict {
    let exchanges: Vec<_> = exchanges.collect();
    let found: Vec<_> = exchanges
        .iter()
        .filter_map(|one| Some(format!("{}: {}", cite(one, started), wrong(one)?)))
        .take(MOST)
        .collect();
    match (exchanges.first(), found.is_empty()) {
        (None, _) => (Outcome::NotUsed, vec!["it asked the API nothing".to_owned()]),
        (Some(_), false) => (Outcome::Fail, found),
        (Some(first), true) => {
            (Outcome::Pass, vec![format!("{} requests, first {}", exchanges.len(), cite(first, started))])
        }
    }
}

/// Each request carries the key.
pub(super) fn authenticates(record: &Record, started: Timestamp, key: &str) -> Verdict {
    all(record.exchanges.iter(), started, |one| {
        (one.world.as_deref() != Some(key))
            .then(|| "not with `Authorization: Bearer` and the key it was given".to_owned())
    })
}

/// What libraries call themselves if nobody says otherwise.
const LIBRARIES: [&str; 17] = [
    "aiohttp",
    "axios",
    "curl",
    "go-http-client",
    "got",
    "java",
    "mozilla",
    "node",
    "okhttp",
    "postmanruntime",
    "python",
    "python-httpx",
    "python-requests",
    "python-urllib",
    "reqwest",
    "undici",
    "ureq",
];

/// Each request names the integration.
pub(super) fn user_agent(record: &Record, started: Timestamp) -> Verdict {
    all(record.exchanges.iter(), started, |one| {
        let Some(agent) = header(one, "user-agent") else { return Some("no User-Agent".to_owned()) };
        let name = agent.split(['/', ' ']).next().unwrap_or_default().to_lowercase();
        LIBRARIES
            .contains(&name.as_str())
            .then(|| format!("User-Agent `{agent}` names a library, not your integration"))
    })
}

/// Each request is one that the contract allows.
pub(super) fn keeps_contract(record: &Record, started: Timestamp) -> Verdict {
    all(record.exchanges.iter(), started, |one| {
        if one.operation.is_none() {
            return Some("the API has no such operation".to_owned());
        }
        one.request_violations.first().map(ToString::to_string)
    })
}

/// Every page that there is, is read.
pub(super) fn pages(record: &Record, started: Timestamp) -> Verdict {
    let more: Vec<_> =
        record.exchanges.iter().enumerate().filter_map(|(at, one)| Some((at, one, next_cursor(one)?))).collect();
    let Some((_, first, _)) = more.first() else {
        return (Outcome::NotUsed, vec!["it read no list of several pages".to_owned()]);
    };
    // The page that it read last may have been the one at which it was stopped.
    let last = record.exchanges.len() - 1;
    let left: Vec<_> = more
        .iter()
        .filter(|(at, _, cursor)| {
            let later = record.exchanges.iter().skip(at + 1);
            let followed = later.clone().any(|one| query(one, "cursor").as_ref() == Some(cursor));
            let may_come = record.ended.is_none() && *at == last;
            !(followed || may_come)
        })
        .map(|(_, one, _)| format!("{}: `next_cursor` was not followed", cite(one, started)))
        .take(MOST)
        .collect();
    match left.is_empty() {
        true => {
            (Outcome::Pass, vec![format!("{} pages lead to a next one, first {}", more.len(), cite(first, started))])
        }
        false => (Outcome::Fail, left),
    }
}

/// What comes back after 429 waits as long as the answer said.
pub(super) fn waits(record: &Record, started: Timestamp) -> Verdict {
    let Some(refused) = record.exchanges.iter().position(|one| one.status == Some(429)) else {
        return (Outcome::NotShown, vec!["it was never told 429".to_owned()]);
    };
    let (early, back) = early_after(record, refused, started);
    let told = cite(&record.exchanges[refused], started);
    match (early.is_empty(), back) {
        (false, _) => (Outcome::Fail, [vec![told], early].concat()),
        (true, Some(back)) => (Outcome::Pass, vec![told, back]),
        (true, None) => (Outcome::NotShown, vec![told, gone(record)]),
    }
}

/// What came too early after a 429, and what came in time.
fn early_after(record: &Record, refused: usize, started: Timestamp) -> (Vec<String>, Option<String>) {
    let Some(told) = record.exchanges.get(refused) else { return (Vec::new(), None) };
    let seconds = told.response_headers["retry-after"].as_str().and_then(|text| text.parse().ok()).unwrap_or(1);
    let wait = Duration::from_secs(seconds);
    let mut early = Vec::new();
    let again = |one: &Exchange| one.status == Some(429);
    for (at, one) in record.exchanges.iter().enumerate().skip(refused + 1) {
        // What comes after another refusal is held against that one.
        if at > refused + 1 && record.exchanges.get(at - 1).is_some_and(again) {
            break;
        }
        let after = between(answered(told), one.at);
        if after + TOLERANCE >= wait {
            return (early, Some(cite(one, started)));
        }
        if after > UNDER_WAY && early.len() < MOST {
            early.push(format!(
                "{}: {:.2} s after the 429, which said {seconds}",
                cite(one, started),
                after.as_secs_f64()
            ));
        }
    }
    (early, None)
}

/// It is refused once in a window of the limit at most, and gets through.
pub(super) fn within_limit(record: &Record, started: Timestamp, through: bool) -> Verdict {
    let refused: Vec<_> = (0..record.exchanges.len()).filter(|at| record.exchanges[*at].status == Some(429)).collect();
    if record.exchanges.is_empty() {
        return (Outcome::NotUsed, vec!["it asked the API nothing".to_owned()]);
    }
    let early: Vec<_> = refused.iter().flat_map(|at| early_after(record, *at, started).0).take(MOST).collect();
    if !early.is_empty() {
        return (Outcome::Fail, early);
    }
    let shown = refused.iter().map(|at| cite(&record.exchanges[*at], started)).take(MOST).collect::<Vec<_>>();
    match through {
        true if shown.is_empty() => (Outcome::Pass, vec![format!("{} requests, none refused", record.exchanges.len())]),
        true => (Outcome::Pass, shown),
        false => (Outcome::Fail, [shown, vec![format!("it did not get through: {}", gone(record))]].concat()),
    }
}

/// How long a program waits between attempts of an operation that fails.
pub(super) struct Waits {
    seconds: Vec<f64>,
    evidence: Vec<String>,
    gone: String,
}

impl Waits {
    pub(super) fn of(record: &Record, started: Timestamp, operation: Option<&str>) -> Self {
        let calls: Vec<_> = of_operation(record, operation).collect();
        let pairs = calls.iter().zip(calls.iter().skip(1)).filter(|(failed, _)| failed.injected_fault);
        let (seconds, evidence) = pairs
            .map(|(failed, next)| {
                let gap = between(answered(failed), next.at).as_secs_f64();
                (gap, format!("{}: after {gap:.2} s", cite(next, started)))
            })
            .unzip();
        Self { seconds, evidence, gone: gone(record) }
    }
}

/// The waits between attempts grow, in all of these runs together.
pub(super) fn backs_off(runs: &[Waits]) -> Verdict {
    let mut evidence: Vec<_> = runs.iter().flat_map(|run| run.evidence.iter().take(MOST).cloned()).collect();
    if let Some(run) = runs.iter().find(|run| run.seconds.len() < 2) {
        evidence.push(format!("that is {} more attempts: {}", run.seconds.len(), run.gone));
        return (Outcome::NotShown, evidence);
    }
    let (first, last): (Vec<_>, Vec<_>) = runs.iter().map(|run| run.seconds.split_at(run.seconds.len() / 2)).unzip();
    let (first, last) = (first.concat(), last.concat());
    let mean = |waits: &[f64]| waits.iter().sum::<f64>() / waits.len() as f64;
    let grows = mean(&last) > 1.25 * mean(&first);
    (if grows { Outcome::Pass } else { Outcome::Fail }, evidence)
}

/// What was refused for good is not asked again at once.
pub(super) fn gives_up(record: &Record, started: Timestamp, operation: Option<&str>, habits: &Habits) -> Verdict {
    let mut refused: HashMap<(&str, &str), &Exchange> = HashMap::new();
    let mut repeats = Vec::new();
    let mut first = None;
    for one in of_operation(record, operation) {
        if let Some(before) = refused.get(&(one.method.as_str(), one.target.as_str())) {
            let gap = between(before.at, one.at);
            let usual = habits.interval.filter(|_| !habits.is_job).is_some_and(|interval| gap >= interval.mul_f64(0.6));
            if !usual && repeats.len() < MOST {
                repeats.push(format!("{}: again after {:.2} s", cite(one, started), gap.as_secs_f64()));
            }
        }
        if one.injected_fault {
            first = first.or(Some(one));
            refused.insert((&one.method, &one.target), one);
        }
    }
    let Some(first) = first else { return (Outcome::NotShown, vec!["it did not ask again".to_owned()]) };
    let told = cite(first, started);
    match repeats.is_empty() {
        true => (Outcome::Pass, vec![told, gone(record)]),
        false => (Outcome::Fail, [vec![told], repeats].concat()),
    }
}

/// What is sent again has the key of the first time.
pub(super) fn same_key(record: &Record, started: Timestamp, operation: Option<&str>) -> Verdict {
    let calls: Vec<_> = of_operation(record, operation).collect();
    let failed: Vec<_> = calls.iter().take_while(|one| one.injected_fault).copied().collect();
    let attempts: Vec<_> = calls.iter().take(failed.len() + 1).copied().collect();
    let shown = |one: &&Exchange| {
        format!("{}: Idempotency-Key {}", cite(one, started), header(one, "idempotency-key").unwrap_or("missing"))
    };
    let evidence: Vec<_> = attempts.iter().map(shown).collect();
    let keys: Vec<_> = attempts.iter().map(|one| header(one, "idempotency-key")).collect();
    let Some(first) = keys.first() else { return (Outcome::NotShown, vec![gone(record)]) };
    match keys.len() {
        _ if first.is_none() || keys.iter().any(|key| key != first) => (Outcome::Fail, evidence),
        1 => (Outcome::NotShown, [evidence, vec![gone(record)]].concat()),
        _ => (Outcome::Pass, evidence),
    }
}

/// What it has already, it asks for on condition.
pub(super) fn conditional(record: &Record, started: Timestamp, habits: &Habits) -> Verdict {
    if habits.is_job || habits.reads.is_none() {
        return (Outcome::NotUsed, vec!["it does not poll: it ends, or it reads nothing".to_owned()]);
    }
    let calls: Vec<_> = of_operation(record, habits.reads.as_deref()).collect();
    let mut asked = HashSet::new();
    let again: Vec<_> = calls.iter().filter(|one| !asked.insert(&one.target)).copied().collect();
    let known = again.iter().find(|one| one.status == Some(304));
    match known {
        Some(known) => (Outcome::Pass, vec![cite(known, started)]),
        None if again.len() >= 2 => {
            let shown = |one: &&Exchange| format!("{}: the same as before, without If-None-Match", cite(one, started));
            (Outcome::Fail, again.iter().take(MOST).map(shown).collect())
        }
        None => (
            Outcome::NotShown,
            vec![
                "it did not poll for the same often enough: let it poll faster, or give it more time by --within"
                    .to_owned(),
            ],
        ),
    }
}

/// It goes on after one answer was broken.
pub(super) fn goes_on(record: &Record, started: Timestamp, operation: Option<&str>) -> Verdict {
    let calls: Vec<_> = of_operation(record, operation).collect();
    let Some(at) = calls.iter().position(|one| one.injected_fault) else {
        return (Outcome::NotShown, vec!["it did not ask again".to_owned()]);
    };
    let mut evidence: Vec<_> = calls.iter().skip(at).take(2).map(|one| cite(one, started)).collect();
    let good_end = record.ended.is_none_or(|status| status.success());
    if recovered(record, operation) && good_end {
        return (Outcome::Pass, evidence);
    }
    evidence.push(gone(record));
    (Outcome::Fail, evidence)
}

/// It takes answers of a later version as it takes today's.
pub(super) fn takes_newer(record: &Record, started: Timestamp, habits: &Habits, through: bool) -> Verdict {
    let calls: Vec<_> = of_operation(record, habits.reads.as_deref()).collect();
    let Some(first) = calls.first() else {
        return (Outcome::NotShown, vec!["it did not ask again".to_owned()]);
    };
    let evidence = vec![cite(first, started)];
    let good_end = record.ended.is_none_or(|status| status.success());
    match through && good_end {
        true => (Outcome::Pass, evidence),
        false => (Outcome::Fail, [evidence, vec![gone(record)]].concat()),
    }
}

/// How it stands with the program, and what it said last.
pub(super) fn gone(record: &Record) -> String {
    let said = record.lines.iter().rev().find(|line| !line.trim().is_empty());
    let said =
        said.map(|line| format!("; its last line: {}", line.chars().take(200).collect::<String>())).unwrap_or_default();
    match record.ended {
        Some(status) => format!(
            "the program ended with {}{said}",
            status.code().map_or("a signal".to_owned(), |code| code.to_string())
        ),
        None => format!("the program went on running{said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(seconds: &[f64]) -> Waits {
        Waits { seconds: seconds.to_vec(), evidence: Vec::new(), gone: "it ended".to_owned() }
    }

    #[test]
    fn waits_grow_over_all_runs_though_chance_shrinks_one() {
        let shrunk = waits(&[0.24, 0.05, 0.2]);
        assert_eq!(backs_off(std::slice::from_ref(&shrunk)).0, Outcome::Fail);
        let usual = || waits(&[0.1, 0.3, 0.6]);
        assert_eq!(backs_off(&[shrunk, usual(), usual(), usual()]).0, Outcome::Pass);
        assert_eq!(backs_off(&[waits(&[0.2, 0.2, 0.21]), waits(&[0.2, 0.2, 0.2])]).0, Outcome::Fail);
    }

    #[test]
    fn one_more_attempt_shows_nothing() {
        let (outcome, evidence) = backs_off(&[waits(&[0.2])]);
        assert_eq!((outcome, evidence), (Outcome::NotShown, vec!["that is 1 more attempts: it ended".to_owned()]));
    }
}
