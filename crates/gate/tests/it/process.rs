use std::process::Command;
use std::time::{Duration, Instant};

use proofbook_gate::process::{Limits, Outcome, run};

fn sh(script: &str, limits: &Limits) -> Outcome {
    run(Command::new("sh").args(["-c", script]), limits).unwrap()
}

const LIMITS: Limits = Limits { time: Duration::from_secs(30), output: 1000 };

#[test]
fn what_a_program_wrote_and_how_it_ended_is_kept() {
    let outcome = sh("echo out; echo err >&2; exit 3", &LIMITS);
    assert_eq!(outcome.status.unwrap().code(), Some(3));
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("out\n", "err\n"));
}

#[test]
fn a_program_reads_nothing() {
    assert_eq!(sh("cat; echo end", &LIMITS).stdout, "end\n");
}

#[test]
fn a_flood_keeps_its_two_ends_and_says_how_much_is_left_out() {
    let outcome = sh("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo last", &LIMITS);
    assert!(outcome.status.unwrap().success());
    assert!(outcome.stdout.len() < 1100, "{}", outcome.stdout.len());
    assert!(outcome.stdout.starts_with("first\n") && outcome.stdout.ends_with("last\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("… 4999011 bytes left out …"), "{}", outcome.stdout);
}

#[test]
fn a_program_past_its_time_is_killed_with_all_it_started() {
    let limits = Limits { time: Duration::from_millis(200), ..LIMITS };
    let start = Instant::now();
    let outcome = sh("echo started; sleep 600 & sleep 600", &limits);
    assert!(outcome.status.is_none());
    assert_eq!(outcome.stdout, "started\n");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn what_outlives_the_program_does_not_hold_it_up() {
    let start = Instant::now();
    let outcome = sh("sleep 600 & echo done", &LIMITS);
    assert!(outcome.status.unwrap().success());
    assert_eq!(outcome.stdout, "done\n");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    run(&mut Command::new("there-is-no-such-program"), &LIMITS).unwrap_err();
}
