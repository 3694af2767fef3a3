//! The contract: a public linter finds nothing, and every example is valid.

use std::process::Command;

use proofbook_contract::Contract;
use proofbook_webhook::explain::{Received, explain};

use crate::sender::SECRET;
use crate::support::repository;
use crate::tools;

#[test]
fn a_public_linter_s_recommended_rules_find_nothing() {
    let Some(node) = tools::node() else { return };
    let report = tools::run(
        Command::new(node.join("node_modules/.bin/redocly"))
            .args(["lint", "--extends=recommended", "--format=stylish"])
            .arg(repository().join("contract/openapi.yaml"))
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
            .current_dir(&node),
    );
    assert!(report.contains("Your API description is valid"), "{report}");
    assert!(!report.contains("You have"), "no warnings either: {report}");
}

#[test]
fn every_example_validates_against_its_schema() {
    let contract = Contract::from_path(repository().join("contract/openapi.yaml")).expect("the contract loads");
    let violations = contract.check_examples();
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn the_signatures_of_the_examples_fit_their_bodies() {
    let contract = Contract::from_path(repository().join("contract/openapi.yaml")).expect("the contract loads");
    for name in ["DeliveryDetail", "WebhookTestResult"] {
        let example = &contract.document()["components"]["examples"][name]["value"];
        let header = |name: &str| example["request_headers"][name].as_str().expect("a header").to_owned();
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers = names.map(|name| (name.to_owned(), header(name)));
        let body = example["request_body"].as_str().expect("a body").as_bytes();
        let at = header("webhook-timestamp").parse().expect("seconds");
        let told = explain(Received { headers: &headers, body }, &[SECRET], at);
        assert!(told.genuine(), "{name}: {told:?}");
    }
}

#[test]
fn everything_has_a_description_and_every_answer_an_example() {
    let contract = Contract::from_path(repository().join("contract/openapi.yaml")).expect("the contract loads");
    for operation in contract.operations() {
        let node = contract.document().pointer(operation.pointer()).expect("the operation");
        let id = &operation.id;
        assert!(node["summary"].is_string() && node["description"].is_string(), "{id}");
        for parameter in node["parameters"].as_array().into_iter().flatten() {
            assert!(contract.resolve(parameter)["description"].is_string(), "{id}: {parameter}");
        }
        for (status, response) in node["responses"].as_object().expect("responses") {
            let response = contract.resolve(response);
            assert!(response["description"].is_string(), "{id} {status}");
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                assert!(content["examples"].is_object(), "{id} {status} {media_type}");
            }
        }
        if let Some(content) = node.pointer("/requestBody/content/application~1json") {
            assert!(content["examples"].is_object(), "{id}");
        }
    }
    assert_eq!(contract.events().count(), 4);
    for event in contract.events() {
        assert!(contract.event_example(event).is_some(), "{event}");
    }
}
