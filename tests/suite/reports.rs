//! The gate's reports for machines, on a book whose output is hostile.

use std::process::Command;

use proofbook_gate::Code;
use proofbook_gate::report::json::SCHEMA;
use serde_json::{Value, json};

use crate::support::{command, copy_of, repository};
use crate::tools;

/// The report on a copy of the book, in one format.
async fn report(format: &str) -> String {
    let book = copy_of("reports/book");
    let arguments = ["test", "--report", format, "--book", book.path().to_str().expect("UTF-8")];
    let output = command(&arguments).output().await.expect("the gate runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a report is UTF-8")
}

#[tokio::test]
async fn the_json_report_keeps_to_its_schema() {
    let report: Value = serde_json::from_str(&report("json").await).expect("JSON");
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");

    let names = schema.pointer("/properties/findings/items/properties/code/enum").expect("the codes");
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(*names, json!(known));

    let findings = report["findings"].as_array().expect("findings").iter();
    let found: Vec<Value> = findings.map(|finding| json!([finding["code"], finding["line"]])).collect();
    let dead = json!(["dead-link", 25]);
    assert_eq!(found, [json!(["wrong-output", 13]), json!(["block-failed", 17]), dead.clone(), dead]);
    let summary = ["blocks", "passed", "failed", "not_run"].map(|count| report["summary"][count].as_u64());
    assert_eq!(summary, [5, 1, 3, 1].map(Some));
}

#[tokio::test]
async fn the_junit_report_is_one_by_its_schema() {
    let Some(python) = tools::python() else { return };
    let report = report("junit").await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("report.xml");
    std::fs::write(&file, &report).expect("written");
    let schema = repository().join("tests/suite/reports/junit.xsd");
    // With -v it says what is wrong.
    tools::run(Command::new(python.join("xmlschema-validate")).arg("-v").arg("--schema").arg(schema).arg(&file));

    assert!(report.contains(r#"<testsuites name="proofbook" tests="6" failures="4" errors="0""#), "{report}");
    assert!(report.contains(r#"<testsuite name="src/page.md" tests="6" skipped="1""#), "{report}");
    assert!(
        report.contains("]]&gt; &lt;script&gt;alert(1)&lt;/script&gt; ␁ ␛[31m 💥, a: b\n+     tab \u{fffd}</failure>"),
        "{report}"
    );
    assert!(report.contains(r#"type="wrong-output""#) && report.contains(r#"type="dead-link""#), "{report}");
    assert!(report.contains("&lt;script&gt;") && !report.contains("<script>"), "{report}");
}

#[tokio::test]
async fn the_github_report_is_one_command_a_line() {
    let report = report("github").await;
    let lines: Vec<&str> = report.lines().collect();
    let dead = |name: &str| {
        format!(
            "::error file=src/page.md,line=25,title=dead-link::`{name}.md` leads nowhere; \
             link to a page that SUMMARY.md has, or to a file of the book's source"
        )
    };
    let wrong = "::error file=src/page.md,line=13,title=wrong-output::the bash block at src/page.md:9 prints something else; \
                 correct the block, or the output; `…` stands for what varies%0A%0A\
                 - the page shows%0A+ the block printed%0A- something else%0A+ one %250A two%0A\
                 + ]]> <script>alert(1)</script> ␁ ␛[31m 💥, a: b%0A+ \ttab \u{fffe}";
    let failed = "::error file=src/page.md,line=17,title=block-failed::\
                  this block ended with exit code 1, not with exit code 0; \
                  correct the block, or say in the fence how it fails: `exit=1`";
    let notice = "::notice title=Proofbook::4 findings, 1 of 5 blocks hold";
    assert_eq!(lines, [wrong, failed, &dead("nowhere"), &dead("else"), notice]);
}
