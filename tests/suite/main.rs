//! The whole product from outside: one module a promise, a folder of the same name with its fixtures.
//!
//! - [`serve`]: one command serves the book, the explorer, the contract and the sandbox, and follows what is saved
//! - [`build`]: the static site and the offline book
//! - [`sandbox`]: the fake API alone
//! - [`handbook`]: everything on every page of the handbook holds
//! - [`action`]: the GitHub Action's steps, run here
//! - [`browser`]: what a reader sees in a real browser
//! - [`contract`]: a public linter and the examples
//! - [`findings`]: the gate's codes and their page; [`watch`]: the gate on each save
//! - [`reports`]: the gate's reports for machines
//! - [`fuzz`]: thousands of generated calls
//! - [`libraries`]: the official webhook libraries for Python and JavaScript
//!
//! [`support`] starts the real binary; [`tools`] installs what runs beside it. Nothing here sleeps or takes a fixed port:
//! tests wait for what is printed or sent.

mod action;
mod browser;
mod build;
mod contract;
mod findings;
mod fuzz;
mod handbook;
mod libraries;
mod reports;
mod sandbox;
mod serve;
mod support;
mod tools;
mod watch;
