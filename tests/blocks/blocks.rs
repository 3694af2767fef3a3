//! All Rust blocks of the book as one program: `PROOFBOOK_BLOCK` says which one it is.

use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/blocks.rs"));

fn main() -> ExitCode {
    let name = std::env::var("PROOFBOOK_BLOCK").unwrap_or_default();
    run(&name).unwrap_or_else(|| {
        println!("PROOFBOOK_BLOCK is {name:?}, and the book has no such Rust block; `cargo run -- test` runs them all");
        ExitCode::from(2)
    })
}
