//! Receives Policy Aggregator's webhooks: verifies each, stores it, answers, and works on it afterwards.
//!
//! - [`configuration`]: what the environment says
//! - [`endpoint`]: the HTTP side
//! - [`store`]: where deliveries are safe, in SQLite
//! - [`worker`]: the loop that does the work

pub mod configuration;
pub mod endpoint;
pub mod store;
pub mod worker;
