//! The whole product from outside: one module a promise, a folder of the same name with its fixtures.
//!
//! - [`serve`]: one command serves the book, the explorer, the contract and the sandbox, and follows what is saved
//! - [`build`]: the static site and the offline book
//! - [`sandbox`]: the fake API alone
//!
//! [`support`] starts the real binary. Nothing here sleeps or takes a fixed port: tests wait for what is printed or sent.

mod build;
mod sandbox;
mod serve;
mod support;
