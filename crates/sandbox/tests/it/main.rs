//! The sandbox from outside: over HTTP, as a client and as a receiver of webhooks.

#![allow(missing_docs, clippy::unwrap_used)]

mod caller;
mod compression;
mod controls;
mod data;
mod deliveries;
mod endurance;
mod garbage;
mod generic;
mod lists;
mod receiver;
mod walk;
mod webhook_tests;
