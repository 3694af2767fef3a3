//! The data that every world starts with.

use proofbook_sandbox::policy_aggregator::data::DATASET;

#[test]
fn every_edit_changes_its_text_and_every_diff_says_how() {
    for change in &DATASET.changes {
        let (added, removed) = (&change.summary["lines_added"], &change.summary["lines_removed"]);
        assert!(added.as_u64().unwrap() + removed.as_u64().unwrap() > 0, "{} changes nothing", change.id);
        let diff = change.with_diff["diff"].as_str().unwrap();
        let lines = |mark: char| diff.lines().skip(2).filter(|line| line.starts_with(mark)).count() as u64;
        assert_eq!((lines('+'), lines('-')), (added.as_u64().unwrap(), removed.as_u64().unwrap()), "{}", change.id);
        assert!(!change.route_id.is_empty(), "{} has no route", change.id);
    }
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = DATASET.changes.iter().map(|change| change.id.as_str()).collect();
    ids.extend(DATASET.routes.iter().map(|route| route["id"].as_str().unwrap()));
    ids.extend(DATASET.sources.iter().map(|source| source.shown["id"].as_str().unwrap()));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn a_version_that_ends_one_change_begins_the_next_of_its_source() {
    for source in &DATASET.sources {
        let id = source.shown["id"].as_str().unwrap();
        let changes: Vec<_> = DATASET.changes.iter().filter(|change| change.source_id == id).collect();
        for pair in changes.windows(2) {
            assert_eq!(pair[0].detail["new_version"], pair[1].detail["old_version"]);
        }
    }
}

#[test]
fn the_contract_that_is_built_in_is_accepted_whole() {
    use proofbook_contract::Contract;
    use proofbook_sandbox::policy_aggregator::{CONTRACT, contract};

    let whole = Contract::from_text(CONTRACT).unwrap();
    assert_eq!(whole.document(), contract().unwrap().document());
}
