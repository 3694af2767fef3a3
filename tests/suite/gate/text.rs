//! Faults of the text: names, numbers, links, pictures; and of the contract beside it.

use super::faults::{Fault, added, changed, each_is_found};
use super::{CONTRACT, FIND, PROVE, SEND};

const NAMES: &[Fault] = &[
    changed(
        "an operation",
        FIND,
        ["`GET /v1/parcels` lists", "`GET /v1/parcel` lists"],
        &[("prose-operation", FIND, "`GET /v1/parcel`")],
    ),
    changed(
        "a method",
        FIND,
        ["`GET /v1/parcels` lists", "`PATCH /v1/parcels` lists"],
        &[("prose-operation", FIND, "`PATCH /v1/parcels`")],
    ),
    added("a parameter", "`GET /v1/parcels?status=moving`", &[("prose-operation", PROVE, "`GET /v1/parcels?status")]),
    changed(
        "a path",
        FIND,
        ["address, `/v1/parcels`", "address, `/v1/packages`"],
        &[("prose-path", FIND, "`/v1/packages`")],
    ),
    added("a path of the server", "`https://parcels.example/v1/lost`", &[("prose-path", PROVE, "/v1/lost")]),
    added("a file", "See `contract/openapi.yml`.", &[("prose-path", PROVE, "openapi.yml")]),
    changed("a header", FIND, ["`X-Depot`", "`X-Depott`"], &[("prose-header", FIND, "`X-Depott`")]),
    changed("an event", SEND, ["`parcel.moved`,", "`parcel.movd`,"], &[("prose-event", SEND, "`parcel.movd`,")]),
    changed("a field", FIND, ["`weight_grams`:", "`weight_gram`:"], &[("prose-field", FIND, "`weight_gram`:")]),
    changed("a value", FIND, ["`at_door`. ", "`at_dor`. "], &[("prose-field", FIND, "`at_dor`. ")]),
    added("a value of a field", "Then `\"state\": \"gone\"`.", &[("prose-field", PROVE, "gone")]),
    changed("an error code", SEND, ["`bad_parcel`:", "`bad_parcels`:"], &[("prose-field", SEND, "`bad_parcels`:")]),
    changed(
        "a variable",
        FIND,
        ["from `PARCELS_KEY`", "from `PARCEL_KEY`"],
        &[("prose-variable", FIND, "`PARCEL_KEY`")],
    ),
    changed(
        "an option of a command",
        PROVE,
        ["`proofbook test --page find`", "`proofbook test --pages find`"],
        &[("prose-command", PROVE, "--pages")],
    ),
    added("a command", "Run `proofbook tset`.", &[("prose-command", PROVE, "tset")]),
    added("a name of code", "Call `ParcelClient::send()`.", &[("prose-name", PROVE, "ParcelClient")]),
    added("a name in a heading", "### `X-Nobody`", &[("prose-header", PROVE, "X-Nobody")]),
    added("a name in a quotation", "> `X-Nobody`", &[("prose-header", PROVE, "X-Nobody")]),
    added("a name in a table", "| A |\n|---|\n| `X-Nobody` |", &[("prose-header", PROVE, "X-Nobody")]),
];

const NUMBERS: &[Fault] = &[
    changed(
        "a rate",
        FIND,
        ["{{contract limit.requests_per_minute}} calls", "60 requests"],
        &[("typed-number", FIND, "make 60 requests")],
    ),
    changed(
        "a time",
        SEND,
        ["{{contract limit.label_hours as duration}}", "48 hours"],
        &[("typed-number", SEND, "48 hours")],
    ),
    changed(
        "a number of things",
        SEND,
        ["{{contract limit.parcels_per_list}} parcels", "100 parcels"],
        &[("typed-number", SEND, "100 parcels")],
    ),
];

const LINKS: &[Fault] = &[
    changed("a page", FIND, ["](send.md#", "](sent.md#"], &[("dead-link", FIND, "](sent.md#")]),
    changed(
        "a heading",
        FIND,
        ["#write-the-body-first", "#write-the-body-last"],
        &[("dead-anchor", FIND, "body-last")],
    ),
    added("a heading of the same page", "[here](#nowhere)", &[("dead-anchor", PROVE, "#nowhere")]),
    added("a name that nothing defines", "[here][nowhere]", &[("dead-link", PROVE, "[nowhere]")]),
    added("a link in HTML", "<a href=\"nowhere.html\">here</a>", &[("dead-link", PROVE, "nowhere.html")]),
    added("a page outside of the book", "[here](../book.toml)", &[("dead-link", PROVE, "../book.toml")]),
    changed("a picture", SEND, ["](parcel.svg)", "](ship.svg)"], &[("bad-image", SEND, "](ship.svg)")]),
    changed("a picture without words", SEND, ["![A parcel on a ship]", "![]"], &[("bad-image", SEND, "![](")]),
    added("a picture in HTML", "<img src=\"parcel.svg\">", &[("bad-image", PROVE, "<img")]),
];

const CONTRACTS: &[Fault] = &[
    changed(
        "an example that breaks its schema",
        CONTRACT,
        ["example: { weight_grams: 1200, address", "example: { weight_grams: 0, address"],
        &[("bad-contract", CONTRACT, "weight_grams: 0")],
    ),
    changed(
        "an example in lines",
        CONTRACT,
        ["                    weight_grams: 1200\n", "                    weight_grams: heavy\n"],
        &[
            ("sandbox-fault", FIND, "```bash\n"),
            ("sandbox-fault", FIND, "```python\n"),
            ("sandbox-fault", FIND, "```javascript\n"),
            ("wrong-output", FIND, "```json,varies"),
            ("wrong-output", FIND, "```json,varies"),
            ("wrong-output", FIND, "```json,varies"),
            ("bad-contract", CONTRACT, "weight_grams: heavy"),
        ],
    ),
    changed(
        "an operation that no block shows any more",
        SEND,
        ["method=\"DELETE\"", "method=\"GET\""],
        &[("wrong-output", SEND, "```text\n204"), ("operation-not-shown", CONTRACT, "operationId: stopParcel")],
    ),
    changed(
        "an operation that no block shows yet",
        CONTRACT,
        [
            "    delete:\n",
            "    head:\n      operationId: peekParcel\n      responses: { \"200\": { description: It is there. } }\n    delete:\n",
        ],
        &[("operation-not-shown", CONTRACT, "operationId: peekParcel")],
    ),
    changed(
        "an error code that no block shows",
        CONTRACT,
        ["enum: [bad_query,", "enum: [lost, bad_query,"],
        &[("error-not-shown", CONTRACT, "enum: [lost, bad_query,")],
    ),
    changed(
        "a header that no block shows",
        CONTRACT,
        [
            "            X-Depot:\n",
            "            X-Ship: { description: Who has them., schema: { type: string } }\n            X-Depot:\n",
        ],
        &[("header-not-shown", CONTRACT, "X-Ship")],
    ),
    changed(
        "an event that no block shows",
        CONTRACT,
        ["webhooks:\n", EVENT],
        &[("event-not-shown", CONTRACT, "parcel.seen:")],
    ),
];

const EVENT: &str = "webhooks:
  parcel.seen:
    post:
      operationId: parcelSeen
      requestBody:
        content: { application/json: { schema: { $ref: \"#/components/schemas/Parcel\" } } }
      responses: { \"204\": { description: Taken. } }
";

#[tokio::test]
async fn a_name_that_nothing_has_is_found() {
    each_is_found(NAMES).await;
}

#[tokio::test]
async fn a_number_that_the_contract_has_is_found() {
    each_is_found(NUMBERS).await;
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_found() {
    each_is_found(LINKS).await;
}

#[tokio::test]
async fn a_fault_of_the_contract_is_found() {
    each_is_found(CONTRACTS).await;
}
