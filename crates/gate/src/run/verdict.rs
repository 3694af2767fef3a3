//! Findings from what came of a unit: how it ended, what it printed, and what it asked of the API.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use super::data;
use super::http;
use super::world::{Call, Seen};
use super::{Fault, Stepped};
use crate::blocks::Block;
use crate::plan::{Runner, Step, Unit};
use crate::{Code, Finding, expected};

/// How many wrong calls of a block are told one by one.
const MOST_FINDINGS: usize = 5;

/// What is wrong with one step.
pub(super) struct Verdict {
    pub(super) findings: Vec<Finding>,
    /// The names of the outputs that were compared with something.
    pub(super) compared: Vec<String>,
}

/// Judges the steps that ran.
pub(super) fn judge(unit: &Unit, steps: &[Stepped], seen: &Seen, faults: &[String]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> =
        unit.steps.iter().zip(steps).map(|(step, stepped)| judge_step(unit, step, stepped)).collect();
    let told_apart = steps.iter().all(|stepped| stepped.calls.is_some());
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        // A block that broke off is not asked for what it did not get to.
        if !verdict.findings.is_empty() {
            continue;
        }
        let step = unit.steps.get(index..=index).unwrap_or_default();
        let all = 0..seen.exchanges.len();
        match steps.get(index).and_then(|stepped| stepped.calls.clone()) {
            Some(calls) if told_apart => verdict.findings.extend(judge_calls(unit.runner, step, seen, calls)),
            _ if index + 1 == steps.len() => verdict.findings.extend(judge_calls(unit.runner, &unit.steps, seen, all)),
            _ => {}
        }
    }
    if let (Some(last), Some(step), false) = (verdicts.last_mut(), unit.steps.first(), faults.is_empty()) {
        let finding = about(
            &step.block,
            Code::SandboxFault,
            "the sandbox gave an answer that breaks the contract",
            "mend the sandbox, or the contract",
        );
        last.findings.push(finding.detail(faults.join("\n")));
    }
    verdicts
}

fn about(block: &Block, code: Code, message: impl Into<String>, help: impl Into<String>) -> Finding {
    let mut finding = Finding::new(code, block.place.clone(), message, help);
    finding.block = Some(block.name());
    finding
}

fn judge_step(unit: &Unit, step: &Step, stepped: &Stepped) -> Verdict {
    let mut verdict = Verdict { findings: Vec::new(), compared: Vec::new() };
    if let Some(fault) = &stepped.fault {
        verdict.findings.push(failed(&step.block, fault, stepped));
        return verdict;
    }
    if stepped.session {
        let shown = step.block.shown();
        verdict.findings.extend(wrong_output(
            &step.block,
            &step.block,
            expected::text(&shown, &stepped.stdout),
            stepped,
        ));
    }
    if stepped.later.is_some() {
        let all = background_output(step);
        if !expected::begins(&all, &stepped.stdout) {
            let difference = expected::text(&(all + "\n…"), &stepped.stdout);
            let shown = step.expected.last().unwrap_or(&step.block);
            verdict.findings.extend(wrong_output(shown, &step.block, difference, stepped));
        }
        verdict.compared.extend(step.expected.iter().map(Block::name));
        return verdict;
    }
    for output in &step.expected {
        if step.block.tabs.is_some() && stepped.stdout.trim().is_empty() {
            continue;
        }
        verdict.compared.push(output.name());
        verdict.findings.extend(match compare(unit.runner, output, &stepped.stdout) {
            Ok(difference) => wrong_output(output, &step.block, difference, stepped),
            Err(finding) => Some(*finding),
        });
    }
    verdict
}

/// All that a block in the background must have printed at the end.
pub(super) fn background_output(step: &Step) -> String {
    step.expected.iter().map(|block| block.shown().trim_end().to_owned()).collect::<Vec<_>>().join("\n…\n")
}

/// Holds what was printed against an output fence.
fn compare(runner: Runner, output: &Block, stdout: &str) -> Result<Result<(), String>, Box<Finding>> {
    if runner == Runner::Http && output.language == "http" {
        return Ok(http::compare(&output.shown(), stdout));
    }
    let mut got = stdout.to_owned();
    if let Some(pointer) = output.value("field") {
        let value: Value = serde_json::from_str(stdout).unwrap_or_default();
        match value.pointer(pointer) {
            Some(Value::String(text)) => got.clone_from(text),
            Some(other) => got = other.to_string(),
            None => return Ok(Err(format!("the output is no JSON with a field {pointer}:\n{stdout}"))),
        }
    }
    if output.language != "json" {
        return Ok(expected::text(&output.shown(), &got));
    }
    let wanted = data::parse(output)?;
    let varies: Vec<&str> = output.values("varies").collect();
    Ok(match serde_json::from_str(&got) {
        Ok(found) => expected::json(&wanted, &found, &varies),
        Err(error) => Err(format!("the output is no JSON ({error}):\n{got}")),
    })
}

fn wrong_output(output: &Block, block: &Block, difference: Result<(), String>, stepped: &Stepped) -> Option<Finding> {
    let mut detail = difference.err()?;
    if !stepped.stderr.trim().is_empty() {
        detail.push_str(&format!("\n\nstderr:\n{}", stepped.stderr.trim_end()));
    }
    let message = format!("the {} block at {} prints something else", block.language, block.place);
    let help = "correct the block, or the output; `…` stands for what varies";
    let mut finding = Finding::new(Code::WrongOutput, output.place.clone(), message, help);
    finding.block = Some(block.name());
    Some(finding.detail(detail))
}

fn failed(block: &Block, fault: &Fault, stepped: &Stepped) -> Finding {
    let mut streams = String::new();
    for (name, text) in [("stdout", &stepped.stdout), ("stderr", &stepped.stderr)] {
        if !text.trim().is_empty() {
            streams.push_str(&format!("{name}:\n{}\n", text.trim_end()));
        }
    }
    let finding = match fault {
        Fault::Other(finding) => {
            let mut finding = *finding.clone();
            finding.block = Some(block.name());
            return finding;
        }
        Fault::TimedOut => about(
            block,
            Code::TimedOut,
            "this block did not end in time",
            "make it end, or mark what must go on running as `background`; the limit is `time-limit-seconds` in book.toml",
        ),
        Fault::DoesNotCompile(report) => {
            return about(block, Code::DoesNotCompile, "this block does not compile", "mend what the compiler names")
                .detail(report);
        }
        Fault::NoPanic(status) => {
            let got = status.map_or_else(|| "no end".to_owned(), describe);
            about(
                block,
                Code::BlockFailed,
                format!("this block should panic, and came to {got}"),
                "make it panic, or remove `should_panic`",
            )
        }
        Fault::Exit { got, wanted } if got.code() == Some(*wanted) => about(
            block,
            Code::BlockFailed,
            "this block ends its shell, so what stands below that does not run",
            "leave the `exit` out, or say in the fence how it fails: `exit=1`",
        ),
        Fault::Exit { got, wanted } => ended(block, &describe(*got), *wanted),
        Fault::Code { got, wanted } => ended(block, &exit_code(*got), *wanted),
    };
    finding.detail(streams.trim_end())
}

fn ended(block: &Block, got: &str, wanted: i32) -> Finding {
    let help = match wanted {
        0 => "correct the block, or say in the fence how it fails: `exit=1`",
        _ => "correct the block, or the `exit=` of its fence",
    };
    about(block, Code::BlockFailed, format!("this block ended with {got}, not with exit code {wanted}"), help)
}

fn exit_code(code: i32) -> String {
    match code {
        // What a shell says of a program that outgrew its limit: 128 and SIGXFSZ.
        153 => "exit code 153, which mostly means that it wrote a file of over 1 GiB".to_owned(),
        code => format!("exit code {code}"),
    }
}

fn describe(status: std::process::ExitStatus) -> String {
    match status.code() {
        Some(101) => "a panic (exit code 101)".to_owned(),
        Some(code) => exit_code(code),
        None => status.to_string(),
    }
}

/// What steps asked of the API, against the statuses that their fences announce.
fn judge_calls(runner: Runner, steps: &[Step], seen: &Seen, calls: Range<usize>) -> Vec<Finding> {
    let Some(first) = steps.first() else { return Vec::new() };
    let announced: BTreeSet<u16> =
        steps.iter().flat_map(|step| step.block.values("status")).filter_map(|status| status.parse().ok()).collect();
    let calls = seen.exchanges.get(calls).unwrap_or_default();
    // These don't look at a status by themselves.
    let blind = matches!(runner, Runner::Shell | Runner::Console | Runner::Http);
    let mut findings = Vec::new();
    for call in calls {
        let status = call.status.unwrap_or_default();
        if announced.contains(&status) {
            continue;
        }
        let request = &call.request;
        if call.operation.is_none() && matches!(status, 404 | 405) {
            let help = "correct the method and the path, or announce the status: `status=404`";
            findings.push(about(
                &first.block,
                Code::UnknownOperation,
                format!("the contract has no `{request}`"),
                help,
            ));
        } else if blind && status >= 400 && !call.violations.is_empty() {
            let message = format!("`{request}` breaks the contract: {}", call.violations.join("; "));
            let help = format!("correct the request, or announce the answer: `status={status}`");
            findings.push(about(&first.block, Code::BadRequest, message, help));
        } else if blind && status >= 400 {
            let code = call.code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
            let message = format!("`{request}` was answered with {status}{code}");
            let help = format!("correct the request, or announce the answer: `status={status}`");
            findings.push(about(&first.block, Code::UnexpectedStatus, message, help));
        }
    }
    for status in announced {
        if !calls.iter().any(|call| call.status == Some(status)) {
            let shown: Vec<String> = calls.iter().map(line).collect();
            let finding = about(
                &first.block,
                Code::UnexpectedStatus,
                format!("no answer had the status {status} that the fence announces"),
                "correct the block, or the fence",
            );
            findings.push(finding.detail(shown.join("\n")));
        }
    }
    findings.dedup();
    if let Some(more) = findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        findings.truncate(MOST_FINDINGS);
        let last = findings.pop().map(|last| last.detail(format!("and {more} calls more that are wrong")));
        findings.extend(last);
    }
    findings
}

fn line(call: &Call) -> String {
    format!("{} → {}", call.request, call.status.map_or_else(|| "dropped".to_owned(), |status| status.to_string()))
}
