//! What differs between two versions. Each case changes one thing in [`TEA`].

use proofbook_contract::{Contract, Difference, diff};

const TEA: &str = r##"
openapi: 3.1.1
info: { title: Tea, version: 1.0.0 }
x-limits: { pots_max: 10, retry_seconds: [1, 2] }
security: [{ key: [read] }]
paths:
  /teas:
    get:
      operationId: listTeas
      parameters:
        - { name: kind, in: query, schema: { enum: [green, black] } }
        - { name: size, in: query, required: true, schema: { type: integer, maximum: 100 } }
        - { name: X-Trace, in: header, schema: { type: string } }
      responses:
        "200":
          description: Teas.
          headers: { X-Count: { required: true, schema: { type: integer } } }
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Tea" } } } }
        "404":
          description: None.
          content:
            application/json:
              schema: { allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: [no_tea] } } }] }
    post:
      operationId: brewTea
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [leaf]
              properties:
                leaf: { type: string, maxLength: 9, pattern: "^[a-z]+$" }
                minutes: { type: integer, minimum: 2, default: 3 }
                cups: { type: array, items: { type: object, properties: { colour: { type: string } } } }
              oneOf: [{ required: [leaf] }, { required: [minutes] }]
      responses:
        "201":
          description: Brewed.
          content: { application/json: { schema: { $ref: "#/components/schemas/Tea" } } }
webhooks:
  tea.cold:
    post:
      operationId: teaCold
      parameters: [{ name: x-signature, in: header, required: true, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object, required: [at], properties: { at: { type: string } } } } } }
      responses: { "204": { description: Known. } }
components:
  securitySchemes: { key: { type: http, scheme: bearer } }
  schemas:
    Problem: { type: object, properties: { code: { enum: [no_tea] }, title: { type: string } } }
    Pot: { type: object, properties: { litres: { type: number } } }
    Tea:
      type: object
      required: [id]
      properties:
        id: { type: string }
        state: { enum: [hot, cold] }
        pot: { oneOf: [{ $ref: "#/components/schemas/Pot" }, { type: "null" }] }
        blend: { type: array, items: { $ref: "#/components/schemas/Tea" } }
"##;

fn said(found: &Difference) -> String {
    let words = serde_json::to_value(found).unwrap();
    let (kind, subject) = (words["kind"].as_str().unwrap(), words["subject"].as_str().unwrap());
    let breaks = if found.breaking { "breaks" } else { "fits" };
    let owners: Vec<&str> = found.owners.iter().map(String::as_str).collect();
    let detail = if found.detail.is_empty() { String::new() } else { format!(" {}", found.detail) };
    format!("{breaks}: {kind} {subject} {}{detail} [{}]", found.name, owners.join(" "))
}

/// All that is said of the change of `from` into `to`.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert_eq!(TEA.matches(from).count(), 1, "{from:?} stands once");
    let (old, new) = (Contract::from_text(TEA).unwrap(), Contract::from_text(&TEA.replace(from, to)).unwrap());
    diff(&old, &new).iter().map(said).collect()
}

/// Each case: what stands there, what stands there later, what is said, and what is said of the way back.
fn each(cases: &[(&str, &str, &str, &str)]) {
    for (from, to, there, back) in cases {
        assert_eq!(changed(from, to), [*there], "{from} -> {to}");
        let (old, new) = (Contract::from_text(&TEA.replace(from, to)).unwrap(), Contract::from_text(TEA).unwrap());
        assert_eq!(diff(&old, &new).iter().map(said).collect::<Vec<_>>(), [*back], "{to} -> {from}");
    }
}

#[test]
fn a_contract_does_not_differ_from_itself_nor_by_its_texts() {
    assert_eq!(changed("title: Tea", "title: Teas"), [""; 0]);
    assert_eq!(changed("description: Teas.", "description: All teas."), [""; 0]);
    assert_eq!(changed("operationId: brewTea", "operationId: brew"), [""; 0]);
    assert_eq!(changed("litres: { type: number }", "litres: { type: number, example: 1.5 }"), [""; 0]);
}

#[test]
fn operations_and_events_come_go_and_are_deprecated() {
    each(&[
        (
            "    post:\n      operationId: brewTea",
            "    delete: { operationId: pour, responses: { '204': { description: Gone. } } }\n    post:\n      operationId: brewTea",
            "fits: added operation DELETE /teas [pour]",
            "breaks: removed operation DELETE /teas [pour]",
        ),
        (
            "operationId: brewTea",
            "operationId: brewTea\n      deprecated: true",
            "fits: deprecated operation POST /teas [brewTea]",
            "fits: changed operation POST /teas is not deprecated any more [brewTea]",
        ),
        (
            "components:",
            "  tea.gone:\n    post: { operationId: gone, responses: { '204': { description: Known. } } }\ncomponents:",
            "fits: added event tea.gone [tea.gone]",
            "breaks: removed event tea.gone [tea.gone]",
        ),
        (
            "operationId: brewTea",
            "operationId: brewTea\n      security: [{ key: [read, write] }]",
            "breaks: changed operation POST /teas needs key with read write [brewTea]",
            "breaks: changed operation POST /teas needs key with read [brewTea]",
        ),
        (
            "operationId: brewTea",
            "operationId: brewTea\n      security: []",
            "fits: changed operation POST /teas needs no credentials any more [brewTea]",
            "breaks: changed operation POST /teas needs key with read [brewTea]",
        ),
    ]);
}

#[test]
fn what_a_client_sends_breaks_when_less_is_allowed() {
    each(&[
        (
            "        - { name: X-Trace",
            "        - { name: page, in: query, schema: { type: string } }\n        - { name: X-Trace",
            "fits: added parameter page [listTeas]",
            "breaks: removed parameter page [listTeas]",
        ),
        (
            "in: query, required: true",
            "in: query",
            "fits: changed parameter size may be left out now [listTeas]",
            "breaks: changed parameter size must be given now [listTeas]",
        ),
        (
            "name: X-Trace, in: header",
            "name: X-Trace, in: header, deprecated: true",
            "fits: deprecated parameter X-Trace [listTeas]",
            "fits: changed parameter X-Trace is not deprecated any more [listTeas]",
        ),
        (
            "maximum: 100",
            "maximum: 50",
            "breaks: changed parameter size at most 50, was 100 [listTeas]",
            "fits: changed parameter size at most 100, was 50 [listTeas]",
        ),
        (
            "[green, black]",
            "[green, black, white]",
            "fits: changed parameter kind can be `white` [listTeas]",
            "breaks: changed parameter kind can't be `white` any more [listTeas]",
        ),
        (
            "minutes: { type: integer, minimum: 2, default: 3 }",
            "minutes: { type: integer, default: 3 }",
            "fits: changed request-field minutes not at least `2` any more [brewTea]",
            "breaks: changed request-field minutes at least `2` now [brewTea]",
        ),
        (
            "cups: { type: array",
            "cups: { type: [array, \"null\"]",
            "fits: changed request-field cups can be null too [brewTea]",
            "breaks: changed request-field cups can't be null any more [brewTea]",
        ),
        (
            "colour: { type: string }",
            "colour: { type: string }, weight: { type: integer }",
            "fits: added request-field cups[].weight [brewTea]",
            "breaks: removed request-field cups[].weight [brewTea]",
        ),
        (
            "{ required: [minutes] }]",
            "{ required: [minutes] }, { required: [cups] }]",
            "fits: changed request-field body has one form more [brewTea]",
            "breaks: changed request-field body has one form less [brewTea]",
        ),
        (
            "required: [leaf]\n",
            "required: [leaf]\n              additionalProperties: false\n",
            "breaks: changed request-field body can't have other fields any more [brewTea]",
            "fits: changed request-field body can have other fields [brewTea]",
        ),
        (
            "      requestBody:\n        content:",
            "      requestBody:\n        required: true\n        content:",
            "breaks: changed request-body body must be given now [brewTea]",
            "fits: changed request-body body may be left out now [brewTea]",
        ),
        (
            "^[a-z]+$",
            "^[a-z ]+$",
            "breaks: changed request-field leaf has the pattern `^[a-z ]+$`, was `^[a-z]+$` [brewTea]",
            "breaks: changed request-field leaf has the pattern `^[a-z]+$`, was `^[a-z ]+$` [brewTea]",
        ),
        (
            "default: 3",
            "default: 4",
            "breaks: changed request-field minutes is `4` if it is left out, was `3` [brewTea]",
            "breaks: changed request-field minutes is `3` if it is left out, was `4` [brewTea]",
        ),
    ]);
}

#[test]
fn what_must_be_given_and_is_new_breaks() {
    assert_eq!(
        changed("required: [leaf]\n", "required: [leaf, milk]\n").len(),
        0,
        "what has no schema is no field that could be described"
    );
    let found = changed(
        "required: [leaf]\n              properties:",
        "required: [leaf, milk]\n              properties:\n                milk: { type: boolean }",
    );
    assert_eq!(found, ["breaks: added request-field milk must be given [brewTea]"]);
    let found = changed(
        "        - { name: X-Trace",
        "        - { name: y, in: query, required: true, schema: {} }\n        - { name: X-Trace",
    );
    assert_eq!(found, ["breaks: added parameter y must be given [listTeas]"]);
}

/// As [`each`], of a schema that is a whole answer of `brewTea` and the items of `listTeas`. `…` stands for the brackets.
fn each_in_both_answers(cases: &[(&str, &str, &str, &str)]) {
    let both = |line: &str| vec![line.replace('…', "[].").replace("[brewTea]", "[listTeas]"), line.replace('…', "")];
    for (from, to, there, back) in cases {
        assert_eq!(changed(from, to), both(there), "{from} -> {to}");
        let (old, new) = (Contract::from_text(&TEA.replace(from, to)).unwrap(), Contract::from_text(TEA).unwrap());
        assert_eq!(diff(&old, &new).iter().map(said).collect::<Vec<_>>(), both(back), "{to} -> {from}");
    }
}

#[test]
fn what_the_api_answers_breaks_when_more_can_come() {
    each_in_both_answers(&[
        (
            "id: { type: string }\n",
            "id: { type: string }\n        sort: { type: string }\n",
            "fits: added answer-field …sort [brewTea]",
            "breaks: removed answer-field …sort [brewTea]",
        ),
        (
            "      required: [id]\n",
            "      required: [id, state]\n",
            "fits: changed answer-field …state is always there now [brewTea]",
            "breaks: changed answer-field …state may be missing now [brewTea]",
        ),
        (
            "[hot, cold]",
            "[hot, cold, warm]",
            "fits: changed answer-field …state can be `warm` [brewTea]",
            "fits: changed answer-field …state can't be `warm` any more [brewTea]",
        ),
        (
            "litres: { type: number }",
            "litres: { type: number }, lid: { type: boolean }",
            "fits: added answer-field …pot.lid [brewTea]",
            "breaks: removed answer-field …pot.lid [brewTea]",
        ),
        (
            "litres: { type: number }",
            "litres: { type: [number, string] }",
            "breaks: changed answer-field …pot.litres can be string too [brewTea]",
            "fits: changed answer-field …pot.litres can't be string any more [brewTea]",
        ),
    ]);
}

#[test]
fn answers_headers_and_events_come_and_go() {
    each(&[
        (
            "        \"404\":",
            "        \"202\": { description: Soon. }\n        \"404\":",
            "fits: added answer 202 [listTeas]",
            "breaks: removed answer 202 [listTeas]",
        ),
        (
            "        \"404\":",
            "        \"410\": { description: Drunk. }\n        \"404\":",
            "fits: added answer 410 [listTeas]",
            "fits: removed answer 410 [listTeas]",
        ),
        (
            "headers: { X-Count:",
            "headers: { X-Page: { schema: { type: integer } }, X-Count:",
            "fits: added answer-header X-Page [listTeas]",
            "breaks: removed answer-header X-Page [listTeas]",
        ),
        (
            "X-Count: { required: true, ",
            "X-Count: { ",
            "breaks: changed answer-header X-Count may be missing now [listTeas]",
            "fits: changed answer-header X-Count is always there now [listTeas]",
        ),
        (
            "properties: { at: { type: string } }",
            "properties: { at: { type: string }, cup: { type: string } }",
            "fits: added event-field cup [tea.cold]",
            "breaks: removed event-field cup [tea.cold]",
        ),
        (
            "name: x-signature, in: header, required: true",
            "name: x-signature, in: header",
            "breaks: changed event-header x-signature may be missing now [tea.cold]",
            "fits: changed event-header x-signature is always there now [tea.cold]",
        ),
    ]);
}

#[test]
fn error_codes_and_limits_are_said_once() {
    let more = TEA.replace("[no_tea]", "[no_tea, no_water]");
    let (old, new) = (Contract::from_text(TEA).unwrap(), Contract::from_text(&more).unwrap());
    assert_eq!(diff(&old, &new).iter().map(said).collect::<Vec<_>>(), ["fits: added error no_water []"]);
    assert_eq!(diff(&new, &old).iter().map(said).collect::<Vec<_>>(), ["fits: removed error no_water []"]);
    each(&[
        (
            "pots_max: 10",
            "pots_max: 5",
            "breaks: changed limit pots_max is 5, was 10 []",
            "fits: changed limit pots_max is 10, was 5 []",
        ),
        (
            "retry_seconds: [1, 2]",
            "retry_seconds: [1, 2, 4]",
            "fits: changed limit retry_seconds is [1,2,4], was [1,2] []",
            "fits: changed limit retry_seconds is [1,2], was [1,2,4] []",
        ),
        (
            "pots_max: 10",
            "pots_max: 10, cups_max: 3",
            "fits: added limit cups_max is 3 []",
            "fits: removed limit cups_max []",
        ),
    ]);
}

#[test]
fn what_breaks_comes_first() {
    let text = TEA
        .replace("maximum: 100", "maximum: 50")
        .replace("pots_max: 10", "pots_max: 20")
        .replace("  tea.cold:", "  tea.warm:");
    let (old, new) = (Contract::from_text(TEA).unwrap(), Contract::from_text(&text).unwrap());
    let found: Vec<bool> = diff(&old, &new).iter().map(|found| found.breaking).collect();
    assert_eq!(found, [true, true, false, false]);
}
