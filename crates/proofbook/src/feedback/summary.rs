//! `proofbook feedback summary`: which pages readers report, and why.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use super::issues::{self, Issue, State};
use crate::webhook::show;
use crate::{exit, output};

/// Show which pages readers report, and why
///
/// Reads issues as GitHub exports them, and takes the page and the reason from what the issue form asked. The page with the most
/// open issues comes first. Pull requests are left out, and an issue that stands in two files counts once.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Exported issues, as JSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Only issues with this label
    #[arg(long, value_name = "NAME")]
    label: Option<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "Examples:
  gh issue list --state all --limit 1000 --json number,title,body,labels,state,createdAt,url >issues.json
  proofbook feedback summary issues.json
  gh api --paginate 'repos/{owner}/{repo}/issues?state=all' | proofbook feedback summary --json -";

/// The most of a page's name, or of a reason, that is shown.
const MOST: usize = 60;
/// What stands for the page where the form was not used.
const NO_PAGE: &str = "(no page)";

/// What was reported of a page.
#[derive(Debug, Default, Serialize)]
struct Row {
    /// The page, or nothing where the form was not used.
    page: Option<String>,
    open: usize,
    closed: usize,
    /// When the oldest issue that is still open was opened.
    oldest_open: Option<Timestamp>,
    /// How often each reason was given.
    reasons: BTreeMap<String, usize>,
    /// The numbers of the issues that are open, oldest first.
    open_issues: Vec<u64>,
}

/// All that was read.
#[derive(Debug, Serialize)]
struct Summary {
    issues: usize,
    open: usize,
    pages: Vec<Row>,
}

/// Reads, counts and prints.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut all = BTreeMap::new();
    for file in &args.files {
        all.extend(issues::read(file)?.into_iter().map(|issue| (issue.key(), issue)));
    }
    let wanted = |issue: &Issue| args.label.as_deref().is_none_or(|label| issue.has(label));
    let summary = Summary::of(all.into_values().filter(wanted));
    match args.json {
        true => output::say(&serde_json::to_string_pretty(&summary)?),
        false => output::say(summary.text().trim_end()),
    }
    Ok(ExitCode::from(exit::HOLDS))
}

impl Summary {
    fn of(issues: impl Iterator<Item = Issue>) -> Self {
        let mut issues: Vec<Issue> = issues.collect();
        issues.sort_by_key(|issue| (issue.created, issue.number));
        let mut rows: BTreeMap<Option<String>, Row> = BTreeMap::new();
        for issue in &issues {
            let page = issue.answer("Page").map(page);
            let row = rows.entry(page.clone()).or_insert_with(|| Row { page, ..Row::default() });
            match issue.state {
                State::Open => {
                    row.open += 1;
                    row.oldest_open.get_or_insert(issue.created);
                    row.open_issues.push(issue.number);
                }
                State::Closed => row.closed += 1,
            }
            for reason in issue.answer("Reason").into_iter().flat_map(|reasons| reasons.split(", ")) {
                *row.reasons.entry(reason.trim().to_owned()).or_default() += 1;
            }
        }
        let mut pages: Vec<Row> = rows.into_values().collect();
        // The sort is stable: what is equal stays in the order of its name.
        pages.sort_by_key(|row| (std::cmp::Reverse((row.open, row.closed)), row.page.is_none()));
        let open = pages.iter().map(|row| row.open).sum();
        Self { issues: issues.len(), open, pages }
    }

    fn text(&self) -> String {
        let head = ["page", "open", "closed", "oldest open", "reasons"].map(str::to_owned);
        let lines: Vec<[String; 5]> = std::iter::once(head).chain(self.pages.iter().map(Row::cells)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let [page, open, closed, oldest] = [width(0), width(1), width(2), width(3)];
        let mut out = String::new();
        for [name, still, done, since, reasons] in &lines {
            let line = format!("{name:page$}  {still:>open$}  {done:>closed$}  {since:oldest$}  {reasons}");
            out.push_str(line.trim_end());
            out.push('\n');
        }
        format!("{out}\n{} issues, {} open", self.issues, self.open)
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let mut reasons: Vec<(&String, &usize)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{} {count}", show::line(reason, MOST))).collect();
        [
            self.page.as_deref().map_or_else(|| NO_PAGE.to_owned(), |page| show::line(page, MOST)),
            self.open.to_string(),
            self.closed.to_string(),
            self.oldest_open.map_or_else(|| "-".to_owned(), |time| time.strftime("%Y-%m-%d").to_string()),
            reasons.join(", "),
        ]
    }
}

/// A page by one name, however a reader wrote it: `src/a.md:49`, `/a.html#b` and `a.md` are one.
fn page(text: &str) -> String {
    let text = text.trim_matches(['`', '/', ' ']);
    let text = text.split_once('#').map_or(text, |(page, _)| page);
    let is_line = |line: &str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.rsplit_once(':').filter(|(_, line)| is_line(line)).map_or(text, |(page, _)| page);
    let text = text.strip_prefix("src/").unwrap_or(text);
    text.strip_suffix(".html").map_or_else(|| text.to_owned(), |stem| format!("{stem}.md"))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_page_has_one_name() {
        for written in ["a/b.md", "src/a/b.md:49", "/a/b.html#c", "`a/b.md`"] {
            assert_eq!(page(written), "a/b.md");
        }
    }
}
