//! The report as files: JUnit XML for a CI, and one page to attach to a review request.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::report::{Outcome, Report, address};

const STYLE: &str = include_str!("report.css");

/// One test case a point, one suite a line of the checklist.
pub(super) fn junit(report: &Report) -> anyhow::Result<String> {
    let mut whole = quick_junit::Report::new("proofbook validate");
    for (topic, points) in report.by_topic() {
        let mut suite = TestSuite::new(topic.name());
        for point in points {
            let evidence = point.evidence.join("\n");
            let mut status = match point.outcome {
                Outcome::Pass => TestCaseStatus::success(),
                Outcome::Fail | Outcome::NotShown => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Outcome::NotUsed => TestCaseStatus::skipped(),
            };
            if point.outcome != Outcome::Pass {
                status.set_message(format!("{}: {}", point.outcome.name(), point.rule.must));
                status.set_description(format!("{evidence}\nread {}", address(point.rule.page)));
            }
            let mut case = TestCase::new(point.rule.id.clone(), status);
            case.set_classname(point.rule.level.name());
            suite.add_test_case(case);
        }
        whole.add_test_suite(suite);
    }
    Ok(whole.to_string()?)
}

/// One page that needs nothing else. What comes from the judged program stands in it as text only.
pub(super) fn html(report: &Report) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Integration validation</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Integration validation</h1>\n<p><code>{}</code></p>\n<p>{} Made by proofbook {}.</p>\n",
        text(&report.subject),
        text(&report.summary()),
        env!("CARGO_PKG_VERSION"),
    );
    for (topic, points) in report.by_topic() {
        page += &format!("<h2>{}</h2>\n", topic.name());
        for point in points {
            let class = match point.outcome {
                Outcome::Pass => "pass",
                Outcome::Fail => "fail",
                Outcome::NotShown | Outcome::NotUsed => "other",
            };
            let evidence: String = point.evidence.iter().map(|seen| format!("<li>{}</li>", text(seen))).collect();
            page += &format!(
                "<div class=\"point\" id=\"{id}\"><p><span class=\"outcome {class}\">{}</span> {} \
                 <small>({}, <a href=\"{page}\"><code>{id}</code></a>)</small></p>\n<ul>{evidence}</ul></div>\n",
                point.outcome.name(),
                text(point.rule.must),
                point.rule.level.name(),
                id = text(&point.rule.id),
                page = text(&address(point.rule.page)),
            );
        }
    }
    page + "</main>\n</body>\n</html>\n"
}

/// Text as it stands in HTML.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::report::{Level, Topic};
    use super::super::rules::Rule;
    use super::*;

    fn report() -> Report {
        let point = |id: &'static str, outcome| {
            let (topic, level, page) = (Topic::Rate, Level::Bronze, "integrations/api.html");
            let rule = Rule { id: id.into(), topic, level, must: "waits", page };
            rule.judged(outcome, vec!["</li><script>alert(1)</script>".to_owned()])
        };
        let points = vec![
            point("one", Outcome::Pass),
            point("two", Outcome::Fail),
            point("three", Outcome::NotShown),
            point("four", Outcome::NotUsed),
        ];
        Report { subject: "<b>mine</b>".to_owned(), graded: true, points }
    }

    #[test]
    fn what_a_program_says_is_text_on_the_page() {
        let page = html(&report());
        assert!(
            page.contains("&lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"),
            "{page}"
        );
        let link = "<a href=\"https://docs.policyaggregator.example/integrations/api.html\"><code>two</code></a>";
        assert!(page.contains(link), "{page}");
        assert!(page.contains("<code>&lt;b&gt;mine&lt;/b&gt;</code>"), "{page}");
    }

    #[test]
    fn junit_has_a_case_a_point() -> anyhow::Result<()> {
        let report = quick_junit::Report::deserialize_from_str(&junit(&report())?)?;
        assert_eq!((report.tests, report.failures), (4, 2));
        let suite = &report.test_suites[0];
        let cases: Vec<_> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!((suite.name.as_str(), cases), ("Rate limiting respected", vec!["one", "two", "three", "four"]));
        Ok(())
    }
}
