//! The reports for machines, of a made-up run in which everything came to pass.

use std::time::Duration;

use proofbook_gate::coverage::{Coverage, Item, Operation};
use proofbook_gate::report::{github, human, json, junit};
use proofbook_gate::run::{BlockReport, Report, Status};
use proofbook_gate::tools::Lack;
use proofbook_gate::{Code, Finding, Place};
use serde_json::{Value, json};

fn place(page: &str, line: usize) -> Place {
    Place { page: page.to_owned(), line }
}

fn block(page: &str, line: usize, language: &str, status: Status) -> BlockReport {
    BlockReport {
        name: format!("{page}:{line}"),
        page: page.to_owned(),
        line,
        language: language.to_owned(),
        heading: (!language.is_empty()).then(|| "Use <it> & \"more\"".to_owned()),
        status,
        duration_ms: 1234,
        lines: vec![(line + 1, "not for machines".to_owned())],
    }
}

/// Every status, findings of a block and of none, something that is lacking, and coverage.
fn all() -> Report {
    let mut wrong = Finding::new(Code::WrongOutput, place("src/a.md", 9), "it prints 100%", "mend, or: drop it");
    wrong.block = Some("src/a.md:5".to_owned());
    let link = |target: &str| Finding::new(Code::DeadLink, place("src/a,b:c.md", 3), target, "mend it");
    Report {
        blocks: vec![
            block("src/a.md", 1, "bash", Status::Passed),
            block("src/a.md", 5, "bash", Status::Failed),
            block("src/a.md", 9, "text", Status::Failed),
            block("src/a.md", 13, "bash", Status::NotRun),
            block("src/b.md", 1, "", Status::Skipped),
            block("src/b.md", 5, "json", Status::Unchanged),
        ],
        findings: vec![wrong.detail("- a\r\n+\tb ]]>\u{1b}[31m \u{1f4a5}\n"), link("one"), link("two")],
        warnings: Vec::new(),
        lacking: vec![(Lack::new("node", "apt-get install nodejs"), 1), (Lack::new("ruby", "50%\nluck"), 2)],
        seen: Vec::new(),
        coverage: Some(Coverage {
            operations: vec![Operation {
                id: "list".to_owned(),
                request: "GET /v1/list".to_owned(),
                statuses: [("200".to_owned(), ["src/a.md".to_owned()].into()), ("404".to_owned(), [].into())].into(),
            }],
            errors: vec![Item { name: "gone".to_owned(), pages: [].into() }],
            events: Vec::new(),
            headers: Vec::new(),
        }),
        took: Duration::from_millis(2500),
    }
}

/// The report of `check` on a book that holds.
fn nothing() -> Report {
    Report::default()
}

#[test]
fn json_says_all_and_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for report in [all(), nothing()] {
        let document: Value = serde_json::from_str(&json::text(&report)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    let document: Value = serde_json::from_str(&json::text(&all())).unwrap();
    let summary = json!({
        "blocks": 6, "passed": 1, "unchanged": 1, "failed": 2, "not_run": 1, "skipped": 1, "findings": 3, "warnings": 0, "duration_ms": 2500
    });
    assert_eq!(document["summary"], summary);
    assert_eq!(document["findings"][0]["detail"], "- a\n+\tb ]]>␛[31m 💥\n");
    assert_eq!(document["findings"][1]["block"], Value::Null);
    assert_eq!(document["blocks"][3]["status"], "not-run");
    assert_eq!(document["blocks"][3]["lines"], Value::Null);
    assert_eq!(document["lacking"][0], json!({ "what": "node", "install": "apt-get install nodejs", "blocks": 1 }));
    assert_eq!(document["coverage"]["operations"][0]["statuses"], json!({ "200": ["src/a.md"], "404": [] }));
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (pointer, wrong) in [
        ("/version", json!(2)),
        ("/summary/not_run", json!(-1)),
        ("/findings/0/code", json!("no-code")),
        ("/findings/0/line", json!(0)),
        ("/blocks/0/status", json!("NotRun")),
        ("/lacking/0/install", Value::Null),
        ("/coverage/errors/0", json!("gone")),
    ] {
        let mut document: Value = serde_json::from_str(&json::text(&all())).unwrap();
        *document.pointer_mut(pointer).unwrap() = wrong;
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| error.instance_path().to_string()).collect();
        assert!(
            errors.iter().any(|path| !path.is_empty() && pointer.starts_with(path.as_str())),
            "{pointer}: {errors:?}"
        );
    }
}

#[test]
fn the_schema_knows_all_codes_and_describes_all_fields() {
    let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(schema["properties"]["findings"]["items"]["properties"]["code"]["enum"], json!(known));
    let mut fields = 0;
    let mut left = vec![&schema];
    while let Some(value) = left.pop() {
        for (name, field) in value["properties"].as_object().into_iter().flatten() {
            assert!(field["description"].is_string(), "{name} has no description");
            fields += 1;
        }
        match value {
            Value::Object(members) => left.extend(members.values()),
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    assert!(fields > 30, "only {fields} fields were looked at");
}

#[test]
fn junit_has_a_suite_for_each_page_and_a_case_for_each_block() {
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="proofbook" tests="7" failures="3" errors="0" time="2.500">
    <testsuite name="src/a.md" tests="4" skipped="1" errors="0" failures="2">
        <testcase name="1 bash Use &lt;it&gt; &amp; &quot;more&quot;" classname="src/a.md" time="1.234"/>
        <testcase name="5 bash Use &lt;it&gt; &amp; &quot;more&quot;" classname="src/a.md" time="1.234">
            <failure message="it prints 100%" type="wrong-output">src/a.md:9: wrong-output: it prints 100%; mend, or: drop it

- a
+    b ]]&gt;␛[31m 💥</failure>
        </testcase>
        <testcase name="9 text Use &lt;it&gt; &amp; &quot;more&quot;" classname="src/a.md" time="1.234">
            <failure message="the block that this belongs to has failed"/>
        </testcase>
        <testcase name="13 bash Use &lt;it&gt; &amp; &quot;more&quot;" classname="src/a.md" time="1.234">
            <skipped message="a block before this has failed"/>
        </testcase>
    </testsuite>
    <testsuite name="src/b.md" tests="2" skipped="1" errors="0" failures="0">
        <testcase name="1" classname="src/b.md" time="1.234">
            <skipped message="this machine lacks what runs this"/>
        </testcase>
        <testcase name="5 json Use &lt;it&gt; &amp; &quot;more&quot;" classname="src/b.md" time="1.234"/>
    </testsuite>
    <testsuite name="src/a,b:c.md" tests="1" skipped="0" errors="0" failures="1">
        <testcase name="dead-link in line 3" classname="src/a,b:c.md" time="0.000">
            <failure message="one" type="dead-link">src/a,b:c.md:3: dead-link: one; mend it

src/a,b:c.md:3: dead-link: two; mend it</failure>
        </testcase>
    </testsuite>
</testsuites>
"#;
    assert_eq!(junit::text(&all()), expected);
}

#[test]
fn junit_holds_no_character_that_xml_forbids() {
    let hostile: String = (0..0x20).chain(0x7f..0xa0).chain([0xfffe, 0xffff]).filter_map(char::from_u32).collect();
    // An escape character makes the rest of a text a sequence, for those who believe it.
    let hostile = format!("begin\u{1b}]{hostile}\u{1b}Pend");
    let mut report = nothing();
    let mut case = block(&hostile, 1, &hostile, Status::Failed);
    case.heading = Some(hostile.clone());
    let mut finding = Finding::new(Code::BlockFailed, place(&hostile, 1), &hostile, &hostile).detail(&hostile);
    finding.block = Some(case.name.clone());
    report.findings = vec![finding, Finding::new(Code::DeadLink, place(&hostile, 2), &hostile, &hostile)];
    report.blocks = vec![case];
    let text = junit::text(&report);
    let forbidden: Vec<char> =
        text.chars().filter(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    assert!(forbidden.is_empty(), "{forbidden:?} in {text}");
    // One for each: suite; two cases with name and class; two messages; two texts of page, message and help; a detail.
    let parts = 1 + (3 + 1) + 2 + 2 * 3 + 1;
    assert_eq!((text.matches("begin").count(), text.matches("Pend").count()), (parts, parts), "{text}");
}

#[test]
fn github_gets_one_command_for_each_finding() {
    let expected = "\
::error file=docs/src/a.md,line=9,title=wrong-output::it prints 100%25; mend, or: drop it%0A%0A- a%0A+\tb ]]>␛[31m 💥
::error file=docs/src/a%2Cb%3Ac.md,line=3,title=dead-link::one; mend it
::error file=docs/src/a%2Cb%3Ac.md,line=3,title=dead-link::two; mend it
::warning title=skipped::1 block was not run: node is missing; install it with: apt-get install nodejs
::warning title=skipped::2 blocks were not run: ruby is missing; install it with: 50%25%0Aluck
::notice title=Proofbook::3 findings, 2 of 6 blocks hold; shown: 1 of 1 operations, 1 of 2 statuses, 0 of 1 error codes, \
0 of 0 events, 0 of 0 headers
";
    assert_eq!(github::text(&all(), "docs/"), expected);
    assert_eq!(github::text(&nothing(), ""), "::notice title=Proofbook::no finding\n");
}

#[test]
fn github_gets_no_command_out_of_a_text() {
    let hostile = "a\r\n::error::b\n::set-output name=c::d";
    let mut report = nothing();
    report.findings = vec![Finding::new(Code::DeadLink, place(hostile, 1), hostile, hostile)];
    report.blocks = vec![block("src/a.md", 1, "bash", Status::Skipped)];
    let text = github::text(&report, "");
    let lines: Vec<&str> = text.split(['\r', '\n']).collect();
    assert_eq!(
        lines,
        [
            "::error file=a%0D%0A%3A%3Aerror%3A%3Ab%0A%3A%3Aset-output name=c%3A%3Ad,line=1,title=dead-link::\
             a%0A::error::b%0A::set-output name=c::d; a%0A::error::b%0A::set-output name=c::d",
            // A block that did not run is not one that holds.
            "::notice title=Proofbook::1 finding, 0 of 1 blocks hold",
            "",
        ]
    );
}

#[test]
fn a_person_is_not_told_that_all_holds_where_something_did_not_run() {
    let style = human::Style { colour: false, rerun: "proofbook test".to_owned() };
    let lacking = vec![(Lack::new("node", "apt-get install nodejs"), 1)];
    let blocks = vec![block("src/a.md", 1, "javascript", Status::Skipped)];
    let text = human::text(&Report { blocks, lacking, ..Report::default() }, &style);
    assert!(text.contains("SKIPPED 1 block: node is missing; install it with: apt-get install nodejs"), "{text}");
    assert!(text.ends_with("What ran holds; 1 block did not run.\n"), "{text}");
}

#[test]
fn no_finding_steers_a_terminal() {
    let finding = Finding::new(Code::DeadLink, place("src/a.md", 1), "\u{1b}[2J", "mend\u{7}").detail(" \n");
    assert_eq!(
        (finding.message.as_str(), finding.help.as_str(), finding.detail),
        ("\u{241b}[2J", "mend\u{2407}", None)
    );
}
