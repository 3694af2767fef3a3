//! Takes Policy Aggregator's changes in, each once, whichever way it came.
//!
//! - [`work`]: what is done with a change. **Begin here: this part is yours.**
//! - [`configuration`]: what the environment says
//! - [`problem`]: what to do about an error: retry, give up, or alert
//! - [`api`]: Policy Aggregator's API with a key
//! - [`poll`]: asks for changes, from a stored cursor
//! - [`endpoint`]: takes webhooks; answers for health and metrics
//! - [`store`]: where events are safe, in SQLite
//! - [`worker`]: the loop that works on what is stored
//! - [`metrics`]: what is counted

pub mod api;
pub mod configuration;
pub mod endpoint;
pub mod metrics;
pub mod poll;
pub mod problem;
pub mod store;
pub mod work;
pub mod worker;
