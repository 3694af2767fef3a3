//! Faults of what a page shows: outputs, and samples of the contract.

use super::faults::{Fault, added, changed, each_is_found};
use super::{FIND, PROVE, SEND};

/// The output of the three tabs, each of which prints something else.
const TABS: &[(&str, &str, &str)] = &[
    ("wrong-output", FIND, "```json,varies"),
    ("wrong-output", FIND, "```json,varies"),
    ("wrong-output", FIND, "```json,varies"),
];

const OUTPUTS: &[Fault] = &[
    changed(
        "a text",
        SEND,
        ["\"id\":\"pcl_<number>\"", "\"id\":\"pkg_<number>\""],
        &[("wrong-output", SEND, "```text\n\"id\"")],
    ),
    changed(
        "a text that ends too early",
        SEND,
        ["…\n    \"seen_at\": null\n}", "…\n    \"seen_at\": null"],
        &[("wrong-output", SEND, "```text\n{")],
    ),
    changed(
        "the text of a block that continues another",
        SEND,
        ["204 for http", "200 for http"],
        &[("wrong-output", SEND, "```text\n200")],
    ),
    changed(
        "a terminal",
        PROVE,
        ["the key is set\n$ date", "the key is not set\n$ date"],
        &[("wrong-output", PROVE, "```console")],
    ),
    changed("what is no time", PROVE, ["$ date -u +%Y", "$ date -u +%s-%Y"], &[("wrong-output", PROVE, "```console")]),
    changed("a value of JSON", FIND, ["1200, \"seen_at\": \"2026", "900, \"seen_at\": \"2026"], TABS),
    changed("a member of JSON too many", FIND, ["\"pcl_…\", ", "\"pcl_…\", \"size\": 1, "], TABS),
    changed(
        "a member of JSON too few",
        FIND,
        ["\"moving\", \"weight_grams\": 1200, \"seen", "\"moving\", \"seen"],
        TABS,
    ),
    changed(
        "a status of HTTP",
        FIND,
        ["HTTP/1.1 200 OK", "HTTP/1.1 201 Created"],
        &[("wrong-output", FIND, "```http\nHTTP/1.1 201")],
    ),
    changed(
        "a header of HTTP",
        FIND,
        ["Content-Type: application/json", "Content-Type: text/plain"],
        &[("wrong-output", FIND, "```http\nHTTP/1.1 200")],
    ),
    changed(
        "a body of HTTP",
        FIND,
        ["{ \"id\": \"pcl_1\", \"state\"", "{ \"id\": \"pcl_2\", \"state\""],
        &[("wrong-output", FIND, "```http\nHTTP/1.1 200")],
    ),
    added("what nothing prints", "```text\nnothing\n```", &[("output-without-block", PROVE, "```text\n")]),
    added("what no tab prints", SILENT_TABS, &[("output-without-block", PROVE, "```text\nnothing")]),
    added("an answer to no request", "```http\nHTTP/1.1 200 OK\n```", &[("output-without-block", PROVE, "```http\n")]),
    added("JSON that is nothing", "```json\n{}\n```", &[("json-without-schema", PROVE, "```json\n")]),
];

const SILENT_TABS: &str =
    "<div class=\"tabs\">\n\n```bash\ntrue\n```\n\n```python\npass\n```\n\n</div>\n\n```text\nnothing\n```";

const SAMPLES: &[Fault] = &[
    changed(
        "a field that is missing",
        FIND,
        ["\"weight_grams\": 80, ", ""],
        &[("schema-mismatch", FIND, "```json,schema=Parcel")],
    ),
    changed(
        "a value that is not listed",
        FIND,
        ["\"state\": \"at_door\"", "\"state\": \"gone\""],
        &[("schema-mismatch", FIND, "```json,schema=Parcel")],
    ),
    changed(
        "a field of a request that is not there",
        SEND,
        ["\"address\": \"1 Harbour Road\" }\n```\n\nThen", "\"address\": \"1 Harbour Road\", \"to\": 1 }\n```\n\nThen"],
        &[("schema-mismatch", SEND, "```json,request=sendParcel"), ("block-failed", SEND, "```bash\n")],
    ),
    changed(
        "a field of an answer that is missing",
        FIND,
        ["{ \"parcels\": [] }", "{ \"list\": [] }"],
        &[("schema-mismatch", FIND, "```json,response=listParcels.200")],
    ),
    changed(
        "what is no JSON, in its second line",
        FIND,
        ["\"weight_grams\": 80, ", "\n\"weight_grams\": 80; "],
        &[("invalid-syntax", FIND, "\"weight_grams\": 80; ")],
    ),
    changed(
        "an output that is no JSON",
        FIND,
        ["\"status\": 400, \"code\": \"bad_query\" }", "\"status\": 400, \"code\" }"],
        &[("invalid-syntax", FIND, "\"status\": 400, \"code\" }")],
    ),
    changed("a schema", FIND, ["schema=Parcel", "schema=Parcell"], &[("unknown-schema", FIND, "schema=Parcell")]),
    changed(
        "an operation",
        FIND,
        ["response=listParcels.200", "response=listPackages.200"],
        &[("unknown-schema", FIND, "response=listPackages")],
    ),
    changed(
        "a status of an operation",
        FIND,
        ["response=listParcels.200", "response=listParcels.202"],
        &[("unknown-schema", FIND, "response=listParcels.202")],
    ),
    added("an event", "```json,event=parcel.lost\n{}\n```", &[("unknown-schema", PROVE, "```json,event")]),
    changed(
        "a name of a setting",
        PROVE,
        ["[preprocessor.proofbook.env]", "[preprocessor.proofbook.evn]"],
        &[("invalid-settings", PROVE, "```toml")],
    ),
    changed(
        "what is no TOML",
        PROVE,
        ["[preprocessor.proofbook.env]", "[preprocessor.proofbook.env"],
        &[("invalid-syntax", PROVE, "```toml")],
    ),
    changed(
        "settings of nothing",
        PROVE,
        ["toml,file=book.toml", "toml,file=books.toml"],
        &[("invalid-settings", PROVE, "```toml")],
    ),
];

#[tokio::test]
async fn an_output_that_is_not_what_comes_is_found() {
    each_is_found(OUTPUTS).await;
}

#[tokio::test]
async fn a_sample_that_breaks_the_contract_is_found() {
    each_is_found(SAMPLES).await;
}
