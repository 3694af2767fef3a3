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
