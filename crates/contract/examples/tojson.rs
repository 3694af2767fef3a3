//! x
#![allow(clippy::unwrap_used)]
fn main() {
    let c = proofbook_contract::Contract::from_path(std::env::args().nth(1).unwrap()).unwrap();
    println!("{}", serde_json::to_string_pretty(c.document()).unwrap());
}
