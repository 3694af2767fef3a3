//! The gate's reports for machines, on a book whose output is hostile.

use std::process::Command;

use proofbook_gate::Code;
use proofbook_gate::report::json::SCHEMA;
use serde_json::Value;

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
    assert_eq!(*names, serde_json::json!(known));

    let findings = report["findings"].as_array().expect("findings");
    let found: Vec<(&Value, &Value)> = findings.iter().map(|finding| (&finding["code"], &finding["line"])).collect();
    assert_eq!(format!("{found:?}"), r#"[(String("wrong-output"), Number(13)), (String("dead-link"), Number(17))]"#);
    assert_eq!(report["summary"]["blocks"], 3);
    assert_eq!(report["summary"]["passed"], 1);
}

#[tokio::test]
async fn the_junit_report_is_one_by_its_schema() {
    let Some(python) = tools::python() else { return };
    let report = report("junit").await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("report.xml");
    std::fs::write(&file, &report).expect("written");
    let schema = repository().join("tests/suite/reports/junit.xsd");
    // It says what is wrong, and where.
    tools::run(Command::new(python.join("xmlschema-validate")).arg("--schema").arg(schema).arg(&file));

    assert!(report.contains(r#"<testsuites name="proofbook" tests="4" failures="3""#), "{report}");
    assert!(report.contains(r#"type="wrong-output""#) && report.contains(r#"type="dead-link""#), "{report}");
    assert!(report.contains("&lt;script&gt;") && !report.contains("<script>"), "{report}");
}

#[tokio::test]
async fn the_github_report_is_one_command_a_line() {
    let report = report("github").await;
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 3, "{report}");
    assert!(
        lines[0].starts_with("::error file=src/page.md,line=13,title=wrong-output::the bash block at "),
        "{report}"
    );
    assert!(lines[0].contains("%0A+ one %250A two"), "{report}");
    assert!(lines[1].starts_with("::error file=src/page.md,line=17,title=dead-link::"), "{report}");
    assert_eq!(lines[2], "::notice title=Proofbook::2 findings, 3 blocks");
}
