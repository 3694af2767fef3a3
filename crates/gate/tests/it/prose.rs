use std::fs;
use std::path::Path;

use proofbook_contract::Contract;
use proofbook_gate::prose::{Surroundings, check};
use proofbook_gate::{Book, Finding, Settings};
use tempfile::TempDir;

const CONTRACT: &str = r##"
openapi: 3.1.1
info: { title: Pets, version: 1.0.0 }
servers: [{ url: "https://api.pets.example" }]
x-limits: { requests_per_minute: 120, page_size_max: 100, tag_length_seconds: 300, photo_bytes: 65536, name_characters: 40 }
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
    let expected: Vec<String> =
        spans.iter().enumerate().map(|(index, (_, said))| format!("src/page.md:{}: {said}", 2 * index + 1)).collect();
    assert_eq!(Case::new(&page).said(), expected);
}

const ALLOW: &str = "name what there is, or allow it with a reason in allow.toml";

#[test]
fn operations_and_their_parameters() {
    passes(&["GET /v1/pets", "GET /v1/pets?sort_by=name", "GET /v1/pets/{id}", "GET /v1/pets/pet_abcd", "GET /v1/pets/…"]);
    passes(&["PUT /control/7/x", "DELETE /files/a/b", "GET"]);
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
            "GET /v1/pets?sort=name",
            "prose-operation: `GET /v1/pets?sort=name`: the operation `GET /v1/pets` has no query parameter `sort`; name \
             what there is, or allow it with a reason in allow.toml",
        ),
        (
            "GET /v1/pets?sort_by=age",
            "prose-field: `GET /v1/pets?sort_by=age`: the contract lists no value `age` for `sort_by`; name what there is, \
             or allow it with a reason in allow.toml",
        ),
        ("PUT /control/7/y", "prose-operation: the contract has no operation `PUT /control/7/y`; {ALLOW}"),
    ].map(|(span, said)| (span, &*said.replace("{ALLOW}", ALLOW).leak())));
}

#[test]
fn the_handbook() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let book = Book::load(&root).unwrap();
    let contract = Contract::from_path(root.join("contract/openapi.yaml")).unwrap();
    let mut settings = Settings::default();
    settings.code = ["crates/client/src", "crates/client/examples", "crates/client/Cargo.toml", "crates/sandbox/src"].map(Into::into).to_vec();
    let paths = ["/explorer/", "/openapi.yaml", "/openapi.json", "/sandbox/*"];
    let surroundings = Surroundings { commands: &|_| Ok(()), paths: &paths };
    let findings = check(&book, &contract, &settings, &surroundings);
    for finding in findings {
        eprintln!("{finding}");
    }
}
