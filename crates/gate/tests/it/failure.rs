use std::process::{Command, ExitCode};
use std::time::Duration;

use proofbook_gate::failure::judge;
use proofbook_gate::process::{Limits, Outcome, run};
use proofbook_gate::rust::{Compiled, CompiledLine, find};

const BLOCK: Compiled = Compiled {
    name: "src/api.md:12",
    page: "src/api.md",
    heading: "List changes",
    should_panic: false,
    module: "/out/blocks/src/api.md/line-12.rs",
    first_line: 13,
    // An include on line 14 brought two lines.
    lines: &[
        CompiledLine { number: 13, shown: None },
        CompiledLine { number: 14, shown: Some("let a = 1;") },
        CompiledLine { number: 14, shown: Some("assert_eq!(a, 2);") },
        CompiledLine { number: 15, shown: Some("let b = 2;") },
    ],
    run: || ExitCode::SUCCESS,
};

fn came(script: &str) -> Outcome {
    let limits = Limits { time: Duration::from_millis(500), output: 1000 };
    run(Command::new("sh").args(["-c", script]), &limits).unwrap()
}

#[test]
fn a_failure_says_place_text_what_came_and_how_to_run_it_again() {
    let outcome = came(
        "echo printed; echo 'thread panicked at /out/blocks/src/api.md/line-12.rs:15:1:' >&2; \
         echo 'see /out/blocks/src/api.md/line-12.rs:16:5 and /out/blocks/src/api.md/line-12.rs:99' >&2; exit 101",
    );
    let failure = judge(&BLOCK, &outcome, "cargo test -p handbook --").unwrap_err().to_string();
    let expected = "\
src/api.md:12 › List changes
expected success, got a panic (exit status 101)

   14 | let a = 1;
   14 | assert_eq!(a, 2);
   15 | let b = 2;

stdout:
printed

stderr:
thread panicked at src/api.md:14:1:
see src/api.md:15:5 and src/api.md:99

run it again: cargo test -p handbook -- 'src/api.md:12'";
    assert_eq!(failure, expected);
}

#[test]
fn a_block_that_should_panic_holds_only_if_it_panics() {
    let block = Compiled { should_panic: true, ..BLOCK };
    judge(&block, &came("echo 'thread main panicked at x' >&2; exit 101"), "").unwrap();
    for (script, got) in [
        ("exit 0", "got success"),
        ("echo 'panicked at x' >&2; exit 1", "got exit status 1"),
        ("exit 101", "got a panic"),
        ("kill -9 $$", "got signal"),
        ("sleep 600", "no end within the limit of time"),
    ] {
        let failure = judge(&block, &came(script), "").unwrap_err().to_string();
        assert!(failure.contains("expected a panic") && failure.contains(got), "{script}: {failure}");
    }
    judge(&BLOCK, &came("exit 0"), "").unwrap();
}

#[test]
fn a_place_means_one_block_and_not_those_that_begin_alike() {
    let blocks = [Compiled { name: "src/api.md:123", ..BLOCK }, BLOCK];
    assert_eq!(find(&blocks, "src/api.md:12").unwrap().name, "src/api.md:12");
    assert_eq!(find(&blocks, "src/api.md:12 › List changes").unwrap().name, "src/api.md:12");
    assert!(find(&blocks, "src/api.md").is_none());
}
