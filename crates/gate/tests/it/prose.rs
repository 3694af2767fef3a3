use std::fs;

use proofbook_contract::Contract;
use proofbook_gate::prose::{Surroundings, check};
use proofbook_gate::{Book, Finding, Settings};
use tempfile::TempDir;

const CONTRACT: &str = r##"
openapi: 3.1.1
info: { title: Pets, version: 1.0.0 }
servers: [{ url: "https://api.pets.example" }]
x-limits: { requests_per_minute: 120, page_size_max: 100, tag_seconds: 300, photo_bytes: 65536, name_characters: 40,
  try_seconds: [5, 60, 7200, 9000] }
paths:
  /v1/pets:
    get:
      operationId: listPets
      parameters:
        - { name: sort_by, in: query, schema: { type: string, enum: [name, born_at] } }
        - { name: X-Trace-Id, in: header, schema: { type: string } }
      responses:
        "200":
          description: Pets.
          headers: { X-Left-Over: { schema: { type: integer }, required: true } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
    post:
      operationId: addPet
      responses: { "204": { description: Done. } }
  /v1/pets/{id}:
    get:
      operationId: getPet
      parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^pet_[a-z]{4}$" } }]
      responses: { "204": { description: Done. } }
webhooks:
  pet.sold:
    post:
      operationId: petSold
      parameters: [{ name: pets-signature, in: header, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: Done. } }
components:
  schemas:
    Pet:
      type: object
      properties:
        born_at: { type: string }
        owner: { $ref: "#/components/schemas/Owner" }
        state: { type: string, enum: [for_sale, sold] }
    Owner: { type: object, properties: { full_name: { type: string } } }
"##;

/// A book of one page, with a contract, some code and perhaps an allow-list.
struct Case(TempDir);

impl Case {
    fn new(page: &str) -> Self {
        let case = Self(TempDir::new().unwrap());
        case.write("book.toml", "[book]\n");
        case.write("contract/openapi.yaml", CONTRACT);
        case.write("src/SUMMARY.md", "- [Page](page.md)\n");
        case.write("src/page.md", page);
        case.write(
            "code/lib.rs",
            "// Comment::only\npub struct Client;\nimpl Client { pub fn from_env() { read(\"PETS_TOKEN\", \"pets-client\") } }\n",
        );
        case.write("code/other.rs", "struct Policy { max_tries: u32 }\n");
        case
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn findings(&self) -> Vec<Finding> {
        let book = Book::load(self.0.path()).unwrap();
        let mut settings = Settings::default();
        settings.code = vec!["code".into()];
        settings.env.insert("PETS_URL".to_owned(), "{url}".to_owned());
        let contract = Contract::from_text(CONTRACT).unwrap();
        let surroundings = Surroundings { commands: &commands, paths: &["/explorer/", "/control/{id}/x", "/files/*"] };
        check(&book, &contract, &settings, &surroundings)
    }

    fn said(&self) -> Vec<String> {
        self.findings().iter().map(ToString::to_string).collect()
    }
}

fn commands(words: &[&str]) -> Result<(), String> {
    match words {
        [] | ["serve"] | ["serve", "--port", _] => Ok(()),
        _ => Err(format!("no such command: {words:?}")),
    }
}

/// Nothing is wrong with what stands between these backticks, each on a line of its own.
fn passes(spans: &[&str]) {
    let page: String = spans.iter().map(|span| format!("x `{span}`\n")).collect();
    assert_eq!(Case::new(&page).said(), [""; 0]);
}

/// Each of these is a finding: on its line, with its code and message.
fn fails(spans: &[(&str, &str)]) {
    let page: String = spans.iter().map(|(span, _)| format!("x `{span}`\n\n")).collect();
    let expected: Vec<String> = spans
        .iter()
        .enumerate()
        .map(|(index, (_, said))| format!("src/page.md:{}: {said}", 2 * index + 1).replace("OR ALLOW", ALLOW))
        .collect();
    assert_eq!(Case::new(&page).said(), expected);
}

const ALLOW: &str = "name what there is, or allow it with a reason in allow.toml";

#[test]
fn operations_and_their_parameters() {
    passes(&[
        "GET /v1/pets",
        "GET /v1/pets?sort_by=name",
        "GET /v1/pets/{id}",
        "GET /v1/pets/pet_abcd",
        "GET /v1/pets/…",
    ]);
    passes(&["PUT /control/7/x", "DELETE /files/a/b", "GET", "GET /v1/pets?sort_by=… HTTP/1.1"]);
    fails(&[
        (
            "GET /v1/pet",
            "prose-operation: the contract has no operation `GET /v1/pet`; name what there is (nearest: `GET /v1/pets`)",
        ),
        (
            "DELETE /v1/pets",
            "prose-operation: `DELETE /v1/pets`: the contract has `/v1/pets` only for GET, POST; name what there is \
             (nearest: `GET /v1/pets`)",
        ),
        (
            "GET /v1/pets/{pet}",
            "prose-operation: the contract has no operation `GET /v1/pets/{pet}`; name what there is (nearest: `GET \
             /v1/pets/{id}`)",
        ),
        (
            "GET /v1/pets?sort_bi=name",
            "prose-operation: `GET /v1/pets?sort_bi=name`: the operation `GET /v1/pets` has no query parameter `sort_bi`; \
             name what there is (nearest: `sort_by`)",
        ),
        (
            "GET /v1/pets?sort_by=age",
            "prose-field: `GET /v1/pets?sort_by=age`: the contract lists no value `age` for `sort_by`; OR ALLOW",
        ),
        ("PUT /control/7/y", "prose-operation: the contract has no operation `PUT /control/7/y`; OR ALLOW"),
    ]);
}

#[test]
fn paths_of_the_server() {
    passes(&[
        "/v1/pets",
        "/v1/pets/{id}",
        "/v1/pets/pet_abcd",
        "/v1/",
        "/v1/…",
        "/explorer/",
        "/files/x",
        "/owner/0",
        "/",
    ]);
    passes(&["https://api.pets.example", "https://api.pets.example/v1/pets", "https://else.example/v2", "/1.5"]);
    fails(&[
        ("/v1/pest", "prose-path: the server has no path `/v1/pest`; name what there is (nearest: `/v1/pets`)"),
        ("/v2/…", "prose-path: the server has no path `/v2/…`; OR ALLOW"),
        ("/explore/", "prose-path: the server has no path `/explore/`; name what there is (nearest: `/explorer/`)"),
        (
            "https://api.pets.example/v1/dogs",
            "prose-path: `https://api.pets.example/v1/dogs`: the server has no path `/v1/dogs`; name what there is \
             (nearest: `/v1/pets`)",
        ),
        ("/v1/pets?by=name", "prose-operation: `/v1/pets?by=name`: the contract has no query parameter `by`; OR ALLOW"),
    ]);
}

#[test]
fn files_of_the_books_folder() {
    passes(&[
        "code/lib.rs",
        "code/lib.rs:7",
        "code/",
        "code/*.rs",
        "book.toml",
        "src/page.md#x",
        "lib.rs",
        "openapi.yaml",
    ]);
    passes(&["text/html", "application/problem+json", "acme/1.2", "and/or", "1/2", "sort_by/born_at", "code/…/x.rs"]);
    fails(&[
        (
            "code/libs.rs",
            "prose-path: the book's folder has no `code/libs.rs`; name what there is (nearest: `code/lib.rs`)",
        ),
        ("code/none", "prose-path: the book's folder has no `code/none`; OR ALLOW"),
        ("books.toml", "prose-path: the book's folder has no `books.toml`; name what there is (nearest: `book.toml`)"),
        (
            "sort_bi/born_at",
            "prose-field: `sort_bi/born_at`: neither the contract nor the code has the name `sort_bi`; name what there is \
             (nearest: `sort_by`)",
        ),
    ]);
}

#[test]
fn headers_of_the_contract_and_of_http() {
    passes(&["X-Left-Over", "x-left-over", "X-Trace-Id: 7", "pets-signature", "X-Left-*", "pets-client", "max-tries"]);
    passes(&["Retry-After", "ETag", "Authorization: Bearer <key>", "content-type", "WWW-Authenticate", "Link"]);
    fails(&[
        (
            "X-Left-Ofer",
            "prose-header: neither the contract nor HTTP has the header `X-Left-Ofer`; name what there is (nearest: \
             `X-Left-Over`)",
        ),
        (
            "Retry-Afer: 60",
            "prose-header: `Retry-Afer: 60`: neither the contract nor HTTP has the header `Retry-Afer`; OR ALLOW",
        ),
        (
            "pets-signatur",
            "prose-header: neither the contract nor HTTP has the header `pets-signatur`; name what there is (nearest: \
             `pets-signature`)",
        ),
        (
            "X-Right-*",
            "prose-header: `X-Right-*`: nothing in the contract or the code begins with `X-Right-`; OR ALLOW",
        ),
    ]);
}

#[test]
fn events_and_fields_with_dots() {
    passes(&[
        "pet.sold",
        "owner.full_name",
        "pet.owner.full_name",
        "pet.*",
        "owner.…",
        "api.pets.example",
        "example.com",
    ]);
    fails(&[
        ("pet.solt", "prose-event: the contract has no event `pet.solt`; name what there is (nearest: `pet.sold`)"),
        (
            "owner.name",
            "prose-field: no schema of the contract has the field `owner.name`, and no code has it; OR ALLOW",
        ),
        (
            "pet.owner.ful_name",
            "prose-field: no schema of the contract has the field `pet.owner.ful_name`, and no code has it; name what there \
             is (nearest: `full_name`)",
        ),
        ("cat.*", "prose-event: `cat.*`: nothing in the contract or the code begins with `cat.`; OR ALLOW"),
    ]);
}

#[test]
fn fields_values_limits_and_beginnings_of_ids() {
    passes(&["born_at", "for_sale", "sort_by", "requests_per_minute", "max_tries", "\"born_at\": \"…\"", "'for_sale'"]);
    passes(&[
        "pet_…",
        "pet_x7Yz",
        "\"state\": \"sold\"",
        "sort_by=name",
        "?sort_by=born_at",
        "owner",
        "whatever",
        "true",
    ]);
    fails(&[
        (
            "born_on",
            "prose-field: neither the contract nor the code has the name `born_on`; name what there is (nearest: `born_at`)",
        ),
        (
            "\"state\": \"lost\"",
            "prose-field: `\"state\": \"lost\"`: the contract lists no value `lost` for `state`; OR ALLOW",
        ),
        ("?sort=name", "prose-operation: `?sort=name`: the contract has no query parameter `sort`; OR ALLOW"),
        ("dog_…", "prose-field: `dog_…`: nothing in the contract or the code begins with `dog_`; OR ALLOW"),
        ("pets:sell", "prose-field: the contract lists no value `pets:sell`; OR ALLOW"),
        (
            "ownr",
            "prose-field: neither the contract nor the code has the name `ownr`; name what there is (nearest: `owner`)",
        ),
    ]);
}

#[test]
fn variables_commands_and_options() {
    passes(&[
        "PETS_URL",
        "$PETS_TOKEN",
        "${PETS_URL}",
        "PETS_*",
        "PETS_URL=x",
        "HTTP",
        "proofbook",
        "proofbook serve --port 1",
        "cargo run",
    ]);
    passes(&["cargo run -- serve", "PETS_URL=x cargo run -- serve | tee log", "cargo build", "--max-tries"]);
    fails(&[
        (
            "PETS_TOKENS",
            "prose-variable: nothing reads the variable `PETS_TOKENS`; name what there is (nearest: `PETS_TOKEN`)",
        ),
        ("NOBODY=1", "prose-variable: `NOBODY=1`: nothing reads the variable `NOBODY`; OR ALLOW"),
        (
            "proofbook sell",
            "prose-command: the command line refuses `proofbook sell`: no such command: [\"sell\"]; OR ALLOW",
        ),
        (
            "cargo run -- serve --prot 1",
            "prose-command: the command line refuses `cargo run -- serve --prot 1`: no such command: [\"serve\", \"--prot\", \
             \"1\"]; OR ALLOW",
        ),
        (
            "cargo run --example none",
            "prose-command: `cargo run --example none`: the code has no package, program or example `none`; OR ALLOW",
        ),
        (
            "--max-trees",
            "prose-command: no command has the option `--max-trees`; name what there is (nearest: `max_tries`)",
        ),
    ]);
}

#[test]
fn names_of_the_code() {
    passes(&[
        "Client::from_env",
        "Client::from_env()",
        "Policy",
        "from_env(max_tries)",
        "listPets",
        "Owner",
        "Policy<Client>",
    ]);
    fails(&[
        (
            "Clint::from_env",
            "prose-name: `Clint::from_env`: neither the code nor the contract has the name `Clint`; name what there is \
             (nearest: `Client`)",
        ),
        // Each is a name, but of two files.
        ("Policy::from_env", "prose-name: `Policy::from_env`: no code has `Policy` together with `from_env`; OR ALLOW"),
        (
            "from_enf(…)",
            "prose-name: `from_enf(…)`: neither the code nor the contract has the name `from_enf`; name what there is (nearest: `from_env`)",
        ),
        // Only a comment has it.
        ("Comment", "prose-name: neither the code nor the contract has the name `Comment`; OR ALLOW"),
        (
            "listCats",
            "prose-name: neither the code nor the contract has the name `listCats`; name what there is (nearest: `listPets`)",
        ),
    ]);
}

#[test]
fn names_of_blocks_are_known() {
    let page = "`my_helper()`, `MY_TOKEN`, `state.json`, `/hook`\n\n```python\nmy_helper(MY_TOKEN, \"state.json\", \"/hook\")\n```\n";
    assert_eq!(Case::new(page).said(), [""; 0]);
}

#[test]
fn names_that_only_tests_have_are_not_known() {
    let case = Case::new("`only_tested` `NOT_MADE`\n");
    case.write("code/tests/it.rs", "fn only_tested() {}\n");
    case.write("code/target/made.rs", "const NOT_MADE: u8 = 0;\n");
    let findings = case.findings();
    let codes: Vec<_> = findings.iter().map(|finding| finding.code.name()).collect();
    assert_eq!(codes, ["prose-field", "prose-variable"]);
}

#[test]
fn names_are_found_wherever_they_stand() {
    let page = "# `a_1a`\n\n- item `a_2b`\n\n| A | B |\n|---|---|\n| a_3c | two a_4d words |\n| Word | `a_5e` |\n\n[a_6f](x) \
                [`a_7g`](x) <code>a_8h</code>\nplain a_9i\n\n<div>\n<p>\n<code>a_10j</code>\n</div>\n\n```text\n`a_11k`\n```\n";
    let places: Vec<String> = Case::new(page)
        .findings()
        .iter()
        .map(|finding| format!("{} {}", finding.place.line, finding.message.split('`').nth(1).unwrap()))
        .collect();
    assert_eq!(places, ["1 a_1a", "3 a_2b", "7 a_3c", "8 a_5e", "10 a_6f", "10 a_7g", "10 a_8h", "15 a_10j"]);
}

#[test]
fn what_an_include_brings_is_found_on_the_directives_line() {
    let case = Case::new("one\n\n{{#include ../part.md}}\n");
    case.write("part.md", "first\n\n`no_such_name`\n");
    let findings = case.findings();
    assert_eq!(findings.iter().map(|finding| finding.place.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn the_allow_list_needs_reasons_and_entries_that_are_needed() {
    let case = Case::new("`no_such` and `None_Such`\n\n`no_such`\n\n`other_one`\n");
    case.write(
        "allow.toml",
        "# Why.\n\n[[allow]]\ntext = \"no_such\"\nreason = \"A field of the reader's own.\"\npage = \"src/page.md\"\n\n\
         [[allow]]\ntext = \"other_one\"\nreason = \" \"\n\n\
         [[allow]]\ntext = \"gone\"\nreason = \"Once it was there.\"\n\n\
         [[allow]]\ntext = \"no_such\"\nreason = \"Twice.\"\n",
    );
    assert_eq!(
        case.said(),
        [
            "allow.toml:8: allowance-unused: the entry for `other_one` has no reason; say in `reason` why the reader may see \
             it",
            "allow.toml:12: allowance-unused: nothing needs the entry for `gone`; remove it",
            "allow.toml:16: allowance-unused: nothing needs the entry for `no_such`; remove it",
        ]
    );
}

#[test]
fn an_allow_list_of_another_page_allows_nothing_here() {
    let case = Case::new("`no_such`\n");
    case.write("allow.toml", "[[allow]]\ntext = \"no_such\"\nreason = \"Y.\"\npage = \"src/other.md\"\n");
    let said = case.said();
    assert!(said[0].starts_with("src/page.md:1: prose-field"), "{said:?}");
    assert_eq!(
        said[1],
        "allow.toml:1: allowance-unused: nothing needs the entry for `no_such` on src/other.md; remove it"
    );
}

#[test]
fn an_allow_list_that_is_no_toml_says_where() {
    let case = Case::new("text\n");
    case.write("allow.toml", "[[allow]]\ntext = \"x\"\nreason = \"y\"\npages = \"z\"\n");
    let said = case.said();
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("allow.toml:4: invalid-syntax: the allow-list can't be read: unknown field `pages`"),
        "{said:?}"
    );
}

/// The numbers of a page that are typed, with their lines.
fn typed(page: &str) -> Vec<String> {
    let findings = Case::new(page).findings();
    let number = |finding: &Finding| {
        assert_eq!(finding.code.name(), "typed-number", "{finding}");
        let limit = finding.message.rsplit('`').nth(1).unwrap();
        format!("{} {} {limit}", finding.place.line, finding.message.split('`').nth(1).unwrap())
    };
    findings.iter().map(number).collect()
}

#[test]
fn limits_that_are_typed_by_hand() {
    let page = "# Limits\n\nYou may make **120** requests\na minute, and a photo has 64 KiB or 65,536 bytes.\n\n\
                A tag lives for 5 minutes, that is 300 seconds.\n\n- A name has up to 40 characters.\n- A page has 100 items.\n\n\
                | What | How many |\n|---|---|\n| Requests a minute | 120 |\n| Items on a page | 20, at most 100 |\n";
    assert_eq!(
        typed(page),
        [
            "3 120 requests a minute requests_per_minute",
            "4 64 KiB photo_bytes",
            "4 65,536 bytes photo_bytes",
            "6 5 minutes tag_seconds",
            "6 300 seconds tag_seconds",
            "8 40 characters name_characters",
            "9 100 items page_size_max",
            "13 120 requests_per_minute",
            "14 100 page_size_max",
        ]
    );
    let said = Case::new("A tag lives for 5 minutes.\n").said();
    assert_eq!(
        said,
        [
            "src/page.md:1: typed-number: `5 minutes` is typed by hand, and the contract says it as the limit `tag_seconds`; \
          write `{{contract limit.tag_seconds as duration}}` in place of `5 minutes`"
        ]
    );
}

#[test]
fn numbers_that_state_no_limit() {
    let page = "# Names\n\nWait 5 minutes. Send 120 photos, 121 requests a minute, 40 lines, 64 bytes or 100 dogs.\n\n\
                `120 requests a minute`, version 1.120 requests a minute, and {{contract limit.requests_per_minute}} requests a \
                minute.\n\n```text\n120 requests a minute\n```\n\nOn 2026-03-120 requests a minute end. A page in 1,100 \
                items.\n\nIn 5\n\n## minutes of a tag\n";
    assert_eq!(typed(page), [""; 0]);
}

#[test]
fn a_list_of_limits_is_one_fault_where_the_passage_is_about_it() {
    let page = "# Tries\n\nIt tries after 5 seconds, 1 minute and 2 hours.\n\nIt tries after 5 seconds.\n";
    assert_eq!(typed(page), ["3 5 seconds try_seconds"]);
}
