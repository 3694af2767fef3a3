use std::path::Path;

use mdbook_driver::config::Config;
use proofbook_contract::Contract;
use proofbook_gate::Settings;
use proofbook_gate::reference::Directives;

#[test]
fn dump() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let settings = Settings::of(&Config::from_disk(root.join("book.toml")).unwrap()).unwrap();
    let contract = Contract::from_path(root.join("contract/openapi.yaml")).unwrap();
    let directives = Directives::new(&contract, &settings);
    for name in ["operations", "events", "errors", "limits", "headers"] {
        let text = directives.line(&format!("{{{{contract {name}}}}}\n")).unwrap().unwrap();
        std::fs::write(format!("/tmp/pb/ref/{name}.md"), text).unwrap();
    }
}

#[test]
fn check_copy() {
    use proofbook_gate::prose::Surroundings;
    let provided = [("command-line".to_owned(), "text".to_owned()), ("coverage".to_owned(), "text".to_owned())].into();
    let book = proofbook_gate::Book::load_with("/tmp/pb/ref-book", &provided).unwrap();
    let paths = ["/", "/explorer/", "/openapi.yaml", "/openapi.json", "/sandbox/*"];
    let surroundings = Surroundings { commands: &|_| Ok(()), paths: &paths };
    let checked = proofbook_gate::check::check(&book, book.contract(), &surroundings, &["openapi.yaml", "openapi.json", "explorer/"]);
    for finding in checked.findings { println!("{finding}"); }
    for page in book.pages().iter().filter(|page| page.path().contains("reference/")) {
        std::fs::write(format!("/tmp/pb/ref/page-{}", page.path().rsplit('/').next().unwrap()), page.text()).unwrap();
        let blocks = proofbook_gate::blocks::blocks(page);
        println!("{} {} blocks", page.path(), blocks.len());
    }
}
