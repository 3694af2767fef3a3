use proofbook_contract::{Place, ViolationKind};

use crate::support::{bookstore, document, none, only};

#[test]
fn examples_that_keep_their_schemas_pass() {
    none(&bookstore().check_examples());
}

#[track_caller]
fn finds(rest: &str, pointer: &str, message: &str) {
    let found = document(rest).unwrap().check_examples();
    only(&found, ViolationKind::InvalidExample, &Place::Example { pointer: pointer.to_owned() }, message);
}

#[test]
fn the_example_of_a_parameter_is_judged() {
    finds(
        "components: { parameters: { P: { name: p, in: query, schema: { type: integer }, example: x } } }",
        "/components/parameters/P/example",
        "`/components/parameters/P/example` is \"x\"; it must be an integer",
    );
}

#[test]
fn the_examples_of_a_header_are_judged() {
    finds(
        "components: { headers: { H: { schema: { type: integer }, examples: { one: { value: x } } } } }",
        "/components/headers/H/examples/one/value",
        "`/components/headers/H/examples/one/value` is \"x\"; it must be an integer",
    );
}

#[test]
fn an_example_that_is_shared_is_judged_where_it_is_used_and_told_where_it_stands() {
    finds(
        "paths: { /a: { get: { operationId: a, responses: { 200: { description: d, content: { application/json: {
           schema: { properties: { n: { type: integer } } }, examples: { e: { $ref: '#/components/examples/E' } } } } } } } } }
components: { examples: { E: { value: { n: x } } } }",
        "/components/examples/E/value/n",
        "`/components/examples/E/value/n` is \"x\"; it must be an integer",
    );
}

#[test]
fn the_example_of_an_event_is_judged() {
    finds(
        "webhooks: { e: { post: { requestBody: { content: { application/json: { schema: { type: string }, example: 1 } } } } } }",
        "/webhooks/e/post/requestBody/content/application~1json/example",
        "`/webhooks/e/post/requestBody/content/application~1json/example` is 1; it must be a string",
    );
}

#[test]
fn the_examples_of_schemas_and_of_schemas_in_schemas_are_judged() {
    finds(
        "components: { schemas: { S: { type: string, examples: [a, 1] } } }",
        "/components/schemas/S/examples/1",
        "`/components/schemas/S/examples/1` is 1; it must be a string",
    );
    finds(
        "components: { schemas: { S: { properties: { p: { type: string, example: 1 } } } } }",
        "/components/schemas/S/properties/p/example",
        "`/components/schemas/S/properties/p/example` is 1; it must be a string",
    );
}

#[test]
fn a_property_called_example_is_a_property() {
    none(
        &document("components: { schemas: { S: { properties: { example: { type: string } } } } }")
            .unwrap()
            .check_examples(),
    );
}

#[test]
fn the_example_of_another_media_type_is_passed_over() {
    let rest = "components: { responses: { R: { description: d, content: { application/xml: {
                  schema: { type: object }, example: <a/> } } } } }";
    none(&document(rest).unwrap().check_examples());
}

#[test]
fn what_looks_like_a_reference_in_an_example_is_not_one() {
    let rest = "components: { schemas: { S: { type: object, example: { $ref: 'https://example.com/x' } } } }";
    none(&document(rest).unwrap().check_examples());
}
