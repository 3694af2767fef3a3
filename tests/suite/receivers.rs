//! The sample webhook receivers in three languages, and one of them on PostgreSQL, behave as one.
//!
//! - [`subject`]: which receiver, and what it has stored; [`postgres`]: a database server of the test's own
//! - [`cases`]: the conformance suite
//! - [`crash`]: a thousand deliveries while the receiver is killed again and again

mod cases;
mod crash;
mod postgres;
mod subject;

use subject::{Language, Receiver};

crate::samples::each_case! {
    Receiver [
        takes_what_the_sandbox_sends
        takes_a_valid_delivery
        takes_both_secrets_while_one_is_rotated
        takes_two_signatures
        takes_an_unknown_event_type
        does_a_duplicate_once
        keeps_the_newest_when_they_come_out_of_order
        answers_before_it_works_and_tries_again
        refuses_what_is_not_signed_so
        refuses_a_body_that_is_no_event
        refuses_a_huge_body
        refuses_another_media_type
        serves_others_while_a_client_is_slow
        knows_only_its_own_paths
        finishes_what_it_has_taken_when_told_to_stop
        reaches_gold
        stops_when_told_in_the_moment_it_listens
        says_what_is_wrong_with_its_settings
        loses_nothing_and_does_nothing_twice_when_it_is_killed
    ]
    rust: Rust;
    flask: Flask;
    express: Express;
}

// What the database has a part in. All else is the same program's work as above.
crate::samples::each_case! {
    Receiver [
        takes_what_the_sandbox_sends
        takes_a_valid_delivery
        takes_an_unknown_event_type
        does_a_duplicate_once
        keeps_the_newest_when_they_come_out_of_order
        answers_before_it_works_and_tries_again
        serves_others_while_a_client_is_slow
        finishes_what_it_has_taken_when_told_to_stop
        reaches_gold
        loses_nothing_and_does_nothing_twice_when_it_is_killed
    ]
    flask_on_postgres: FlaskOnPostgres;
}
