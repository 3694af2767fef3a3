//! What the hidden lines of a page's Rust blocks use. Nothing that a reader sees mentions it.
//!
//! ```text
//! # fn main() -> handbook::Result { handbook::run(async {
//! let client = policy_aggregator::Client::from_env()?;
//! // … what the reader copies …
//! # Ok(()) }) }
//! ```
//!
//! It does not extract, compile or start the blocks: `build.rs` and `blocks.rs` do.

use std::error::Error;
use std::future::Future;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

use proofbook_sandbox::Sandbox;
use proofbook_sandbox::policy_aggregator::DEFAULT_KEY;

/// What a block ends with. Whatever error a page's code has goes through `?`.
pub type Result = std::result::Result<(), Box<dyn Error + Send + Sync>>;

/// Runs a block against a sandbox of its own, which `Client::from_env` finds: its address and a key are in
/// `POLICY_AGGREGATOR_BASE_URL` and `POLICY_AGGREGATOR_API_KEY` before the block begins.
///
/// Call it once, first thing in the block's `main`.
///
/// # Errors
/// The block's own; each answer of the sandbox that broke the contract, even if the block did not mind; or why the sandbox
/// did not start.
///
/// # Panics
/// If the block does, or on a second call.
pub fn run<F: Future<Output = Result>>(block: F) -> Result {
    // The address is known before anything runs on it.
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    lead_clients_to(&format!("http://{}", listener.local_addr()?));

    // This workspace's reqwest comes without a choice of cryptography; a reader's own comes with one.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::builder().listener(listener).start())?;
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(block)));

    let broken = sandbox.violations();
    let _inside = runtime.enter();
    if broken.is_empty() {
        drop(sandbox);
        return outcome.unwrap_or_else(|panic| resume_unwind(panic));
    }
    // Dropped it would panic, and a block that should panic would pass by that.
    std::mem::forget(sandbox);
    let own = match outcome {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) => format!("\nthe block itself ended with: {error}"),
        Err(_) => "\nthe block itself panicked".to_owned(),
    };
    Err(format!("the sandbox broke its contract:\n- {}{own}", broken.join("\n- ")).into())
}

/// Sets what `Client::from_env` reads.
#[expect(
    unsafe_code,
    reason = "what a reader copies reads the environment, so there is no other way to hand it a sandbox"
)]
fn lead_clients_to(url: &str) {
    static CALLED: Once = Once::new();
    assert!(!CALLED.is_completed(), "handbook::run is called once a block: put all of the block into one future");
    CALLED.call_once(|| {
        // SAFETY: No other thread reads the environment: a block is a process of its own, `blocks.rs` calls its `main`
        // before it starts any thread, and this runs before the runtime does. A second call does not come here.
        unsafe {
            std::env::set_var("POLICY_AGGREGATOR_BASE_URL", url);
            std::env::set_var("POLICY_AGGREGATOR_API_KEY", DEFAULT_KEY);
        }
    });
}
