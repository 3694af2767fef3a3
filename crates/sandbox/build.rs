//! Turns the contract into JSON: reading YAML would take longer than all the rest of a sandbox's start.

use std::path::Path;
use std::{env, fs};

const CONTRACT: &str = "../../contract/openapi.yaml";

fn main() {
    println!("cargo::rerun-if-changed={CONTRACT}");
    if let Err(error) = convert() {
        println!("cargo::error=contract/openapi.yaml: {error}");
    }
}

fn convert() -> Result<(), Box<dyn std::error::Error>> {
    let document: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string(CONTRACT)?)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("openapi.json"), document.to_string())?;
    Ok(())
}
