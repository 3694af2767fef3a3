#![allow(clippy::unwrap_used)]
use proofbook_contract::Contract;
use proofbook_gate::prose::{Surroundings, check};
use proofbook_gate::{Book, Settings};
use std::path::Path;
#[test]
fn mutate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let tmp = tempfile::TempDir::new().unwrap();
    std::process::Command::new("cp").arg("-r").arg(root.join("src")).arg(tmp.path()).status().unwrap();
    std::fs::write(tmp.path().join("book.toml"), "[book]\n").unwrap();
    let mut spans: Vec<String> = vec![];
    let re = regex::Regex::new(r"`([^`\n]+)`").unwrap();
    for f in ["src/introduction.md","src/quickstart.md","src/integrations/api.md","src/integrations/patterns.md"] {
        let mut fence=false;
        for l in std::fs::read_to_string(root.join(f)).unwrap().lines() {
            if l.trim_start().starts_with("```") || l.trim_start().starts_with("~~~") { fence=!fence; continue }
            if !fence { for c in re.captures_iter(l) { spans.push(c[1].to_owned()); } }
        }
    }
    spans.sort(); spans.dedup();
    let mut page = String::new();
    for s in &spans {
        // drop the last letter but one of the longest word
        let w = s.split(|c:char| !c.is_alphanumeric()).max_by_key(|w| w.len()).unwrap();
        if w.len()<3 { page.push_str("x\n\n"); continue }
        let b: Vec<char> = w.chars().collect();
        let m: String = b.iter().enumerate().filter(|(i,_)| *i != b.len()-2).map(|(_,c)| *c).collect();
        page.push_str(&format!("`{}`\n\n", s.replacen(w, &m, 1)));
    }
    std::fs::write(tmp.path().join("src/mutant.md"), &page).unwrap();
    let s = std::fs::read_to_string(tmp.path().join("src/SUMMARY.md")).unwrap();
    std::fs::write(tmp.path().join("src/SUMMARY.md"), format!("{s}\n- [M](mutant.md)\n")).unwrap();
    let book = Book::load(tmp.path()).unwrap();
    let contract = Contract::from_path(root.join("contract/openapi.yaml")).unwrap();
    let mut settings = Settings::default();
    settings.code = ["crates/client/src", "crates/client/examples", "crates/client/Cargo.toml", "crates/sandbox/src"].map(|p| root.join(p)).to_vec();
    let surroundings = Surroundings { commands: &|w| if w.is_empty() {Ok(())} else {Err("x".into())}, paths: &["/explorer/", "/openapi.yaml", "/openapi.json", "/sandbox/*"] };
    let f = check(&book, &contract, &settings, &surroundings);
    let lines: Vec<&str> = page.lines().collect();
    for (i,l) in lines.iter().enumerate() { if l.is_empty() {continue}
        let hit: Vec<_> = f.iter().filter(|f| f.place.page=="src/mutant.md" && f.place.line==i+1).collect();
        if hit.is_empty() { eprintln!("NOT  {l}   from {}", spans[i/2]); } else { eprintln!("hit  {}", hit[0]); }
    }
}
