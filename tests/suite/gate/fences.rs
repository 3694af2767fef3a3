//! Faults of fences: blocks that would not be proven.

use super::PROVE;
use super::faults::{Fault, added, each_is_found};

const FENCES: &[Fault] = &[
    added("a language", "```shell-session\n$ true\n```", &[("unknown-language", PROVE, "```shell-session")]),
    added("a short name of a language", "```py\nprint()\n```", &[("unknown-language", PROVE, "```py")]),
    added("a language in capitals", "```Bash\ntrue\n```", &[("unknown-language", PROVE, "```Bash")]),
    added("no language", "```\ntrue\n```\n", &[("missing-language", PROVE, "```\ntrue")]),
    added("an indented block", "Do this:\n\n    true now\n", &[("missing-language", PROVE, "    true now")]),
    added("a word", "```bash,quiet\ntrue\n```", &[("unknown-attribute", PROVE, "```bash,quiet")]),
    added("a word of another language", "```json,status=404\n{}\n```", &[("unknown-attribute", PROVE, "```json,st")]),
    added("a status that is none", "```bash,status=4o4\ntrue\n```", &[("unknown-attribute", PROVE, "```bash,status")]),
    added("a word without its value", "```bash,status\ntrue\n```", &[("unknown-attribute", PROVE, "```bash,status")]),
    added(
        "an exit code that is none",
        "```bash,exit=256\ntrue\n```",
        &[("unknown-attribute", PROVE, "```bash,exit=2")],
    ),
    added("a file that is nowhere", "```text,file\nx\n```", &[("unknown-attribute", PROVE, "```text,file")]),
    added("a file elsewhere", "```text,file=../x\nx\n```", &[("unknown-attribute", PROVE, "```text,file")]),
    added("a file at the root", "```text,file=/x\nx\n```", &[("unknown-attribute", PROVE, "```text,file")]),
    added(
        "a file that no block reads",
        "```python,file=parcels.py\nraise wrong(\n```\n\n```python\nprint()\n```",
        &[("unknown-attribute", PROVE, "```python,file")],
    ),
    added("ignore", "```bash,ignore\nfalse\n```", &[("block-exempt", PROVE, "```bash,ignore")]),
    added("no_run", "```python,no_run\nraise\n```", &[("block-exempt", PROVE, "```python,no_run")]),
    added("ignore, of Rust", "```rust,ignore\nfalse\n```", &[("block-exempt", PROVE, "```rust,ignore")]),
    added("code in HTML", "<pre><code>false</code></pre>", &[("block-exempt", PROVE, "<pre><code>false")]),
    added("no line", "```bash\n\n```", &[("empty-block", PROVE, "```bash\n\n")]),
    added(
        "a block that continues none",
        "```javascript,continues\nconsole.log(1);\n```",
        &[("continues-nothing", PROVE, "```javascript,continues")],
    ),
    added(
        "a block that continues one of another language",
        "```bash\ntrue\n```\n\n```python,continues\nprint(1)\n```",
        &[("continues-nothing", PROVE, "```python,continues")],
    ),
    added("a block in a list", "- One:\n\n  ```bash\n  false\n  ```", &[("block-failed", PROVE, "  ```bash\n")]),
    added("a block in a quotation", "> ```bash\n> false\n> ```", &[("block-failed", PROVE, "> ```bash")]),
    added("a block between tildes", "~~~bash\nfalse\n~~~", &[("block-failed", PROVE, "~~~bash")]),
];

/// What stands below it is code for the reader: the page's other blocks are gone.
const NOT_CLOSED: &[Fault] = &[added("a fence", "````bash\ntrue", &[("fence-not-closed", PROVE, "````bash")])];

#[tokio::test]
async fn a_fence_that_can_not_be_proven_is_found() {
    each_is_found(FENCES).await;
}

#[tokio::test]
async fn a_fence_that_is_never_closed_is_found() {
    each_is_found(NOT_CLOSED).await;
}
