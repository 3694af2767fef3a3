//! Faults of blocks: what they ask of the API, and how they end.

use super::faults::{Fault, added, changed, each_is_found};
use super::{FIND, PROVE, SEND};

const CALLS: &[Fault] = &[
    changed(
        "a field that the answer does not have",
        FIND,
        ["parcel[\"state\"] ==", "parcel[\"status\"] =="],
        &[("block-failed", FIND, "```python")],
    ),
    changed(
        "a path that has another name now",
        FIND,
        ["/v1/parcels?state=moving", "/v1/packages?state=moving"],
        &[("block-failed", FIND, "```bash\n")],
    ),
    changed(
        "a path of another version",
        FIND,
        ["`${url}/v1/parcels`", "`${url}/v2/parcels`"],
        &[("block-failed", FIND, "```javascript")],
    ),
    added(
        "a path that is not there, in a call that looks at no status",
        "```bash\ncurl -sS \"$PARCELS_URL/v1/packages\"\n```",
        &[("unknown-operation", PROVE, "```bash\n")],
    ),
    added(
        "a path that is not there, before more calls than a sandbox remembers",
        "```bash\ncurl -sS \"$PARCELS_URL/v1/packages\"\n\
         curl -sS -H 'Authorization: Bearer k' \"$PARCELS_URL/v1/parcels/pcl_[1-600]\" >all\n```",
        &[("unknown-operation", PROVE, "```bash\n")],
    ),
    added(
        "a thousand calls that break the contract",
        "```bash\ncurl -sS \"$PARCELS_URL/v1/parcels?n=[1-1000]\" >all\n```",
        &[("bad-request", PROVE, "```bash\n"); 5],
    ),
    added(
        "a method that the path does not have",
        "```bash\ncurl -sS -X PUT \"$PARCELS_URL/v1/parcels\"\n```",
        &[("unknown-operation", PROVE, "```bash\n")],
    ),
    added(
        "a path that is not there, in a program that passes over errors",
        "```javascript\nawait fetch(`${process.env.PARCELS_URL}/v1/packages`);\n```",
        &[("unknown-operation", PROVE, "```javascript\n")],
    ),
    changed(
        "a value that the contract does not have, without an announced error",
        FIND,
        ["```bash,status=400\n", "```bash\n# No status.\n"],
        &[("bad-request", FIND, "```bash\n# No")],
    ),
    changed(
        "a 404 that is not announced",
        FIND,
        ["bash,status=404,exit=22", "bash,exit=22"],
        &[("unknown-operation", FIND, "```bash,exit=22")],
    ),
    changed(
        "an announced status that does not come",
        FIND,
        ["bash,status=404,exit=22", "bash,status=404,status=503,exit=22"],
        &[("unexpected-status", FIND, "```bash,status=404,status=503")],
    ),
    changed(
        "a request in HTTP that has no operation",
        FIND,
        ["GET /v1/parcels/pcl_1 HTTP/1.1\nAuth", "GET /v1/letters/pcl_1 HTTP/1.1\nAuth"],
        &[("wrong-output", FIND, "```http\nHTTP/1.1 200")],
    ),
    added(
        "a request in HTTP that has no operation, and no answer",
        "```http\nGET /v1/letters HTTP/1.1\n```",
        &[("unknown-operation", PROVE, "```http\n")],
    ),
    added("a request that is no HTTP", "```http\nGET letters\n```", &[("invalid-syntax", PROVE, "```http\n")]),
    added(
        "a header that HTTP does not allow",
        "```http\nGET /v1/parcels HTTP/1.1\nMy Key: 1\n```",
        &[("invalid-syntax", PROVE, "```http\n")],
    ),
];

const ENDS: &[Fault] = &[
    changed(
        "a shell that fails",
        SEND,
        ["--data-binary @parcel.json", "--data-binary @letter.json"],
        &[("block-failed", SEND, "```bash\n")],
    ),
    changed(
        "a shell that fails though nothing says so",
        FIND,
        ["bash,status=404,exit=22", "bash,status=404"],
        &[("block-failed", FIND, "```bash,status=404\ncurl -sSf")],
    ),
    changed(
        "a shell that fails in another way",
        PROVE,
        ["|| exit 3", "|| exit 4"],
        &[("block-failed", PROVE, "```bash,exit=3")],
    ),
    changed(
        "a shell that fails before the line at which it should",
        PROVE,
        ["test -e no-such-file", "false\ntest -e no-such-file"],
        &[("block-failed", PROVE, "```bash,exit=3")],
    ),
    changed("a shell that should fail", PROVE, ["|| exit 3", "|| true"], &[("block-failed", PROVE, "```bash,exit=3")]),
    added("a program that fails", "```python\nraise SystemExit(4)\n```", &[("block-failed", PROVE, "```python\n")]),
    added("a program that is none", "```python\ndef parcel(:\n```", &[("block-failed", PROVE, "```python\n")]),
    added(
        "a program that fails in another way",
        "```javascript,exit=3\nprocess.exit(4);\n```",
        &[("block-failed", PROVE, "```javascript,exit=3")],
    ),
    added(
        "a program that ends before the block that continues it",
        "```python\nraise SystemExit(0)\n```\n\n```python,continues\nimport nothing_of_that_name\n```",
        &[("block-failed", PROVE, "```python\n")],
    ),
    added(
        "a shell that ends before its last line",
        "```bash\nexit 0\nfalse\n```",
        &[("block-failed", PROVE, "```bash\n")],
    ),
    added(
        "a shell that is told to go on after errors",
        "```bash\nset +e\nfalse\n```",
        &[("block-failed", PROVE, "```bash\n")],
    ),
    added("a command of a pipe that fails", "```bash\nfalse | true\n```", &[("block-failed", PROVE, "```bash\n")]),
    added(
        "a variable that nothing sets",
        "```bash\necho \"$PARCELS_TOKEN\"\n```",
        &[("block-failed", PROVE, "```bash\n")],
    ),
    changed(
        "a command of a terminal that fails",
        PROVE,
        ["$ test -n \"$PARCELS_KEY\" &&", "$ test -z \"$PARCELS_KEY\" &&"],
        &[("block-failed", PROVE, "```console")],
    ),
];

#[tokio::test]
async fn a_call_that_does_not_do_what_the_page_says_is_found() {
    each_is_found(CALLS).await;
}

#[tokio::test]
async fn a_block_that_ends_otherwise_is_found() {
    each_is_found(ENDS).await;
}
