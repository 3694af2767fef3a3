use std::time::{Duration, Instant};

use proofbook_contract::{Contract, LoadError};
use serde_json::json;

use crate::support::{bookstore, document, refusal};

const JSON: &str = include_str!("fixtures/bookstore.json");

/// Asserts the variant by its pattern, and the message.
macro_rules! refuses {
    ($error:expr, $variant:pat, $message:expr) => {{
        let error = $error;
        assert!(matches!(error, $variant), "{error:?}");
        assert_eq!(error.to_string(), $message);
    }};
}

fn operation(rest: &str) -> String {
    format!("paths: {{ '/a/{{id}}': {{ get: {{ operationId: a, responses: {{}}, {rest} }} }} }}")
}

#[test]
fn yaml_and_json_load_to_the_same() {
    let (yaml, json) = (bookstore(), Contract::from_text(JSON).unwrap());
    assert_eq!(yaml.document(), json.document());
    assert_eq!(yaml.operations(), json.operations());
    let ids: Vec<_> = yaml.operations().iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["listBooks", "addBook", "getBook", "removeBook", "getFeaturedBook", "getCover", "pay"]);
}

#[test]
fn json_may_be_indented_with_tabs() {
    let text = JSON.replace("  ", "\t");
    assert_eq!(Contract::from_text(&text).unwrap().document(), bookstore().document());
}

#[test]
fn the_document_keeps_its_references_and_the_order_of_its_keys() {
    let contract = bookstore();
    let keys: Vec<_> = contract.document().as_object().unwrap().keys().collect();
    assert_eq!(keys, ["openapi", "info", "security", "paths", "webhooks", "components"]);
    let reference = &contract.document()["paths"]["/books"]["get"]["parameters"][0];
    assert_eq!(*reference, json!({"$ref": "#/components/parameters/Limit"}));
    assert_eq!(contract.resolve(reference)["name"], "limit");
    let stranger = json!({"$ref": "#/nowhere"});
    assert_eq!(*contract.resolve(&stranger), stranger);
}

#[test]
fn an_operation_says_where_it_stands_and_what_it_has() {
    let contract = bookstore();
    let operation = contract.operation("addBook").unwrap();
    assert_eq!((operation.pointer(), operation.deprecated), ("/paths/~1books/post", true));
    assert_eq!((operation.method.as_str(), operation.path.as_str()), ("POST", "/books"));
    let statuses: Vec<_> = operation.responses().map(|(status, _)| status).collect();
    assert_eq!(statuses, ["201", "204", "409"]);
    assert_eq!(operation.response_schema(201), Some("/components/schemas/Book"));
    assert_eq!(operation.response_schema(409), None);
    assert_eq!(operation.request_body().unwrap().json().unwrap().schema(), Some("/components/schemas/NewBook"));
    assert_eq!(contract.operation("nope"), None);
}

#[test]
fn a_country_code_is_not_a_boolean_and_a_number_may_be_a_key() {
    let contract = bookstore();
    let parameter = &contract.document()["paths"]["/books"]["parameters"][0];
    assert_eq!(parameter["schema"]["enum"], json!(["NO", "SE"]));
    assert!(contract.operation("listBooks").unwrap().response(200).is_some());
}

#[test]
fn a_contract_is_shared_between_threads() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug>(_: &T) {}
    check(&bookstore());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Contract::from_path("no/such/openapi.yaml").unwrap_err();
    assert!(matches!(error, LoadError::Io { .. }), "{error:?}");
    let start = "can't read the contract `no/such/openapi.yaml`: ";
    let end = "; give the path of an OpenAPI 3.1 document";
    assert!(error.to_string().starts_with(start) && error.to_string().ends_with(end), "{error}");
}

#[test]
fn text_that_is_no_yaml_is_refused_with_its_line() {
    let error = Contract::from_text("openapi: 3.1.1\npaths: {\n  /a: ]\n").unwrap_err();
    let message = "the contract is not YAML or JSON (line 2, column 8): mismatched bracket '{' closed by ']'";
    refuses!(error, LoadError::Syntax { line: 2, column: 8, .. }, message);
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let error = Contract::from_text("openapi: 3.1.1\npaths: {}\npaths: {}\n").unwrap_err();
    assert!(matches!(error, LoadError::Syntax { line: 3, .. }), "{error:?}");
}

#[test]
fn what_is_not_openapi_3_1_is_refused() {
    let message = "this is not an OpenAPI document: it has no field `openapi`; begin it with `openapi: 3.1.1`";
    for text in ["", "a: b", "[1]", "just text", "null"] {
        refuses!(Contract::from_text(text).unwrap_err(), LoadError::NotOpenApi, message);
    }
    for (text, found) in
        [("openapi: 3.0.3", "3.0.3"), ("swagger: '2.0'", "2.0"), ("openapi: 3.1", "3.1"), ("openapi: 3.2.0", "3.2.0")]
    {
        refuses!(
            Contract::from_text(text).unwrap_err(),
            LoadError::UnsupportedVersion { .. },
            format!(
                "the contract is of version {found}; it must be 3.1.x: convert it, then begin it with `openapi: 3.1.1`"
            )
        );
    }
}

#[test]
fn a_reference_must_lead_somewhere_in_the_document() {
    let with = |target: &str| refusal(&format!("components: {{ schemas: {{ A: {{ $ref: '{target}' }} }} }}"));
    refuses!(
        with("#/components/schemas/B"),
        LoadError::BadRef { .. },
        "the `$ref` at `/components/schemas/A` to `#/components/schemas/B` names nothing in the document; correct the \
         name or add what it names"
    );
    refuses!(
        with("https://example.com/b.yaml"),
        LoadError::BadRef { .. },
        "the `$ref` at `/components/schemas/A` to `https://example.com/b.yaml` leaves the document; copy what it names \
         into `components` and refer to it there"
    );
    refuses!(
        with("#b"),
        LoadError::BadRef { .. },
        "the `$ref` at `/components/schemas/A` to `#b` is not a JSON pointer; write it like `#/components/schemas/Pet`"
    );
    refuses!(
        with("#/components/schemas/A"),
        LoadError::BadRef { .. },
        "the `$ref` at `/components/schemas/A` to `#/components/schemas/A` goes round in a circle; let one of the \
         references be the thing itself"
    );
}

#[test]
fn a_reference_is_found_wherever_it_may_stand() {
    for rest in [
        "paths: { /a: { $ref: '#/nope' } }",
        "paths: { /a: { get: { operationId: a, parameters: [{ $ref: '#/nope' }] } } }",
        "paths: { /a: { get: { operationId: a, requestBody: { $ref: '#/nope' } } } }",
        "paths: { /a: { get: { operationId: a, responses: { 200: { $ref: '#/nope' } } } } }",
        "paths: { /a: { get: { operationId: a, responses: { 200: { headers: { X: { $ref: '#/nope' } } } } } } }",
        "webhooks: { a: { post: { requestBody: { content: { application/json: { schema: { $ref: '#/nope' } } } } } } }",
        "components: { schemas: { A: { properties: { a: { items: { anyOf: [{ $ref: '#/nope' }] } } } } } }",
        "components: { responses: { A: { content: { text/plain: { examples: { a: { $ref: '#/nope' } } } } } } }",
        "paths: { /a: { get: { operationId: a, callbacks: { c: { x: { post: { requestBody: { $ref: '#/nope' } } } } } } } }",
    ] {
        let error = refusal(rest);
        assert!(matches!(&error, LoadError::BadRef { target, .. } if target == "#/nope"), "{rest}: {error:?}");
    }
}

#[test]
fn a_schema_that_is_no_json_schema_is_refused_with_its_place() {
    let with =
        |schema: &str| refusal(&format!("components: {{ schemas: {{ A: {{ properties: {{ b: {schema} }} }} }} }}"));
    for (schema, place) in [
        ("{ type: text }", "/components/schemas/A/properties/b/type"),
        ("{ minimum: 1, exclusiveMinimum: true }", "/components/schemas/A/properties/b/exclusiveMinimum"),
        ("{ required: a }", "/components/schemas/A/properties/b/required"),
        ("{ pattern: '(' }", "/components/schemas/A/properties/b/pattern"),
    ] {
        let error = with(schema);
        let LoadError::InvalidSchema { pointer, .. } = &error else { panic!("{schema}: {error:?}") };
        assert_eq!(pointer, place, "{error}");
        let start = format!("the schema at `{place}` is not valid JSON Schema 2020-12: ");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}

#[test]
fn what_would_be_passed_over_is_refused() {
    for (rest, pointer, what) in [
        (
            "components: { schemas: { A: { type: string, nullable: true } } }",
            "/components/schemas/A",
            "`nullable` (of OpenAPI 3.0; in 3.1 it is `type: [string, \"null\"]`)",
        ),
        (
            "components: { schemas: { A: { $id: 'https://example.com/a' } } }",
            "/components/schemas/A",
            "`$id` in a schema (all references are relative to the document)",
        ),
        ("jsonSchemaDialect: 'https://example.com/mine'", "", "`jsonSchemaDialect: https://example.com/mine`"),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: s, in: cookie, schema: {} }] } } }",
            "/paths/~1a/get/parameters/0",
            "the cookie parameter `s`",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: s, in: query, style: deepObject, schema: {} }] } } }",
            "/paths/~1a/get/parameters/0",
            "`style: deepObject` in a query parameter",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: s, in: query, schema: { type: object } }] } } }",
            "/paths/~1a/get/parameters/0",
            "an object as a parameter or header",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: s, in: query, content: { text/plain: {} } }] } } }",
            "/paths/~1a/get/parameters/0",
            "`content` in a parameter or header (instead of `schema`)",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: s, in: query }] } } }",
            "/paths/~1a/get/parameters/0",
            "a parameter or header without `schema`",
        ),
    ] {
        refuses!(
            refusal(rest),
            LoadError::Unsupported { .. },
            format!("at `{pointer}`: {what} is not supported; write it in another way or take it out")
        );
    }
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    refuses!(
        refusal("paths: { /a: { get: { responses: {} } } }"),
        LoadError::MissingOperationId { .. },
        "the operation at `/paths/~1a/get` has no `operationId`; give it one, such as `listPets`"
    );
    refuses!(
        refusal("paths: { /a: { get: { operationId: a }, put: { operationId: a } } }"),
        LoadError::DuplicateOperationId { .. },
        "`operationId: a` is at `/paths/~1a/get` and at `/paths/~1a/put`; give one of them another"
    );
}

#[test]
fn two_templates_may_not_match_the_same() {
    let path = |name: &str, id: &str| {
        format!(
            "'/a/{{{name}}}': {{ get: {{ operationId: {id}, parameters: [{{ name: {name}, in: path, required: true, schema: {{}} }}] }} }}"
        )
    };
    refuses!(
        refusal(&format!("paths: {{ {}, {} }}", path("x", "a"), path("y", "b"))),
        LoadError::DuplicatePath { .. },
        "`/a/{x}` and `/a/{y}` match the same paths; keep one of them"
    );
}

#[test]
fn path_parameters_stand_in_the_template_and_in_the_declarations() {
    let message = "at `/paths/~1a~1{id}/get`: the path parameter `id` must stand both in the template and in \
                   `parameters` (`in: path`)";
    refuses!(refusal(&operation("summary: x")), LoadError::UndeclaredPathParameter { .. }, message);
    let two = "parameters: [{ name: id, in: path, required: true, schema: {} }, { name: no, in: path, required: true, schema: {} }]";
    let message = message.replace("parameter `id`", "parameter `no`");
    refuses!(refusal(&operation(two)), LoadError::UndeclaredPathParameter { .. }, message);
}

#[test]
fn an_object_that_lacks_what_openapi_demands_is_refused() {
    for (rest, pointer, expected) in [
        ("paths: []", "/paths", "`paths` is a map"),
        ("paths: { a: {} }", "/paths/a", "a path begins with `/`"),
        (
            "paths: { '/{a': { get: { operationId: a } } }",
            "/paths/~1{a",
            "a path writes a parameter as `{name}`, with no brace or `/` inside it",
        ),
        ("paths: { '/{a}/{a}': { get: { operationId: a } } }", "/paths/~1{a}~1{a}", "a path names each parameter once"),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ in: query, schema: {} }] } } }",
            "/paths/~1a/get/parameters/0",
            "a parameter has a `name`",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: x, in: body, schema: {} }] } } }",
            "/paths/~1a/get/parameters/0",
            "`in` is `path`, `query` or `header`, not `body`",
        ),
        (
            "paths: { /a: { get: { operationId: a, parameters: [{ name: x, in: query, schema: {} }, { name: x, in: query, schema: {} }] } } }",
            "/paths/~1a/get/parameters/1",
            "the parameter `x` is listed twice; take one out",
        ),
        (
            "paths: { /a: { get: { operationId: a, responses: { ok: {} } } } }",
            "/paths/~1a/get/responses/ok",
            "a response is under a status, a range such as `4XX` or `default`, not `ok`",
        ),
    ] {
        refuses!(refusal(rest), LoadError::Malformed { .. }, format!("at `{pointer}`: {expected}"));
    }
}

#[test]
fn a_bomb_of_aliases_is_refused_at_once() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", ")));
    }
    refuses_quickly(&format!("openapi: 3.1.1\n{text}"));
}

#[test]
fn a_document_without_a_bottom_is_refused_at_once() {
    refuses_quickly(&format!("openapi: 3.1.1\npaths: {}", "[".repeat(100_000)));
    refuses_quickly(&format!("openapi: 3.1.1\npaths: {}", "{a: ".repeat(100_000)));
    let lines: Vec<_> = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refuses_quickly(&format!("openapi: 3.1.1\n{}", lines.concat()));
}

#[track_caller]
fn refuses_quickly(text: &str) {
    let start = Instant::now();
    let error = Contract::from_text(text).unwrap_err();
    assert!(matches!(error, LoadError::Syntax { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn schemas_that_only_refer_to_themselves_do_not_hang() {
    for schema in [
        "{ allOf: [{ $ref: '#/components/schemas/A' }] }",
        "{ oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/A' }, { type: string }] }",
        "{ anyOf: [{ $ref: '#/components/schemas/A' }, { not: { $ref: '#/components/schemas/A' } }] }",
    ] {
        let text = format!(
            "paths: {{ /a: {{ get: {{ operationId: a, parameters: [{{ name: p, in: query, schema: {{ $ref: '#/components/schemas/A' }} }}], \
             responses: {{ 200: {{ description: d }} }} }} }} }}\ncomponents: {{ schemas: {{ A: {schema} }} }}"
        );
        let contract = document(&text).unwrap();
        let _ = crate::support::get(&contract, "/a", "p=1");
        let _ = contract.sample(&json!({"$ref": "#/components/schemas/A"}));
        let _ = contract.check_schema("/components/schemas/A", &json!({"x": 1}));
    }
}

#[test]
fn the_deepest_document_that_is_read_can_be_used() {
    let mut schema = "{ type: string }".to_owned();
    for _ in 0..28 {
        schema = format!("{{ properties: {{ a: {schema} }} }}");
    }
    let contract = document(&format!("components: {{ schemas: {{ A: {schema} }} }}")).unwrap();
    let sample = contract.sample(&json!({"$ref": "#/components/schemas/A"}));
    assert!(contract.check_schema("/components/schemas/A", &sample).is_empty());
}
