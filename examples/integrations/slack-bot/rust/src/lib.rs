//! Policy changes in a Slack channel, and `/policy` to look them up.
//!
//! - [`configuration`]: what the environment says
//! - [`endpoint`]: what Slack and Policy Aggregator send
//! - [`signature`]: whether Slack sent it
//! - [`command`]: the command `/policy`; [`api`]: where its answers come from
//! - [`feed`]: the loop that posts what is stored; [`slack`]: Slack's Web API
//! - [`blocks`]: messages within Slack's limits
//! - [`store`]: what came, and what was said about it

pub mod api;
pub mod blocks;
pub mod command;
pub mod configuration;
pub mod endpoint;
pub mod feed;
pub mod signature;
pub mod slack;
pub mod store;
