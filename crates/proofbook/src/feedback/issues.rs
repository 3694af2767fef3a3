//! Issues as GitHub exports them, by its command line or by its REST API, and the answers to an issue form in them.
//!
//! All of it was written by strangers: it is shown only through `webhook::show`.

use std::io::Read;
use std::path::Path;

use anyhow::anyhow;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::exit;
use crate::failure::Failure;
use crate::webhook::show;

/// The command that exports what is read here.
const EXPORT: &str = "gh issue list --state all --limit 1000 --json number,title,body,labels,state,createdAt,url";
/// What a form leaves where nothing was answered.
const NO_ANSWER: &str = "_No response_";

/// An issue.
#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    pub(super) number: u64,
    pub(super) state: State,
    #[serde(rename = "createdAt", alias = "created_at")]
    pub(super) created: Timestamp,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    url: Option<String>,
    // In the REST API `url` is the API's own.
    #[serde(default)]
    html_url: Option<String>,
    // The REST API lists pull requests among the issues.
    #[serde(default)]
    pull_request: Option<Value>,
}

/// Whether it is still to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    #[serde(alias = "OPEN")]
    Open,
    #[serde(alias = "CLOSED")]
    Closed,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Label {
    Name(String),
    Object { name: String },
}

impl Issue {
    /// Whether it has this label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.labels.iter().any(|one| match one {
            Label::Name(name) | Label::Object { name } => name == label,
        })
    }

    /// What tells it from others, also of another repository.
    pub(super) fn key(&self) -> String {
        self.html_url.clone().or_else(|| self.url.clone()).unwrap_or_else(|| self.number.to_string())
    }

    /// The answer below a heading of the form: its first, for what a reader writes further down is no answer to it.
    pub(super) fn answer(&self, label: &str) -> Option<&str> {
        let body = self.body.as_deref()?;
        let mut from = 0;
        for line in body.split_inclusive('\n') {
            from += line.len();
            if line.strip_prefix("### ").is_some_and(|heading| heading.trim().eq_ignore_ascii_case(label)) {
                let rest = body.get(from..)?;
                let end = rest.find("\n### ").unwrap_or(rest.len());
                let answer = rest.get(..end)?.trim();
                return (!answer.is_empty() && answer != NO_ANSWER).then_some(answer);
            }
        }
        None
    }
}

/// The issues of a file, or of standard input if it is `-`. One list, or one list for each page of an answer.
pub(super) fn read(path: &Path) -> Result<Vec<Issue>, Failure> {
    let name = show::line(&path.display().to_string(), 200);
    let unreadable = |error: std::io::Error| {
        Failure::new(exit::USAGE, "the export can't be read")
            .at(&name)
            .fix(format!("name a file of issues: {EXPORT} >issues.json"))
            .because(error)
    };
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(unreadable)?;
    let mut issues = Vec::new();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let value = value.map_err(|error| {
            Failure::new(exit::USAGE, "this is no JSON")
                .at(format!("{name}:{}:{}", error.line(), error.column()))
                .fix(format!("export it again: {EXPORT} >issues.json"))
                .because(error)
        })?;
        collect(value, &name, &mut issues)?;
    }
    Ok(issues)
}

/// Takes the issues out of a list, or of lists in a list.
fn collect(value: Value, name: &str, issues: &mut Vec<Issue>) -> Result<(), Failure> {
    let no_list = || {
        let failure = Failure::new(exit::USAGE, "this is no list of issues").at(name);
        failure.fix(format!("export it again: {EXPORT} >issues.json"))
    };
    let Value::Array(values) = value else { return Err(no_list()) };
    for value in values {
        if value.is_array() {
            collect(value, name, issues)?;
            continue;
        }
        let number = value["number"].as_u64().map(|number| format!(" (#{number})")).unwrap_or_default();
        let issue: Issue = serde_json::from_value(value).map_err(|error| {
            Failure::new(exit::USAGE, "an issue lacks something, or has it in another form")
                .at(format!("{name}, issue {}{number}", issues.len() + 1))
                .fix(format!("export it again with these fields: {EXPORT} >issues.json"))
                .because(anyhow!(show::line(&error.to_string(), 200)))
        })?;
        if issue.pull_request.is_none() {
            issues.push(issue);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(body: &str) -> Issue {
        let value =
            serde_json::json!({ "number": 1, "state": "OPEN", "createdAt": "2026-03-04T05:06:07Z", "body": body });
        serde_json::from_value(value).expect("an issue")
    }

    #[test]
    fn an_answer_is_what_stands_below_its_heading() {
        let issue = issue(
            "### Page\r\n\r\na.md\r\n\r\n### Block\r\n\r\n_No response_\r\n\r\n### Details\r\n\r\n### Page\r\n\r\nb.md",
        );
        assert_eq!(issue.answer("page"), Some("a.md"));
        assert_eq!(issue.answer("Block"), None);
        assert_eq!(issue.answer("Reason"), None);
    }
}
