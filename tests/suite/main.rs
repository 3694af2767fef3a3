//! The whole product from outside: one module a promise, a folder of the same name with its fixtures.
//!
//! - [`serve`]: one command serves the book, the explorer, the contract and the sandbox, and follows what is saved
//! - [`build`]: the static site and the offline book
//! - [`sandbox`]: the fake API alone
//! - [`handbook`]: everything on every page of the handbook holds
//! - [`admin`]: the webhook tester in a real browser
//! - [`api`]: one call from the terminal, and as a program
//! - [`action`]: the GitHub Action's steps, run here
//! - [`bundle`]: what is sent to support has no secret in it
//! - [`browser`]: what a reader sees in a real browser; [`tabs`]: variants in several languages there
//! - [`contract`]: a public linter and the examples
//! - [`feedback`]: the form at the foot of each page, and what came in by it
//! - [`findings`]: the gate's codes and their page; [`watch`]: the gate on each save
//! - [`forms`]: the issue forms, and their words
//! - [`organisation`]: what the pages say of support, and the file that it comes from
//! - [`reports`]: the gate's reports for machines
//! - [`gate`]: the gate on a book of another API, and every fault that can be planted in it
//! - [`receivers`]: the sample webhook receivers; [`samples`] makes samples ready to run, [`sender`] sends them webhooks
//! - [`screenshots`]: the pictures of the tools are what the tools look like
//! - [`slack`]: the sample Slack bot, against a fake of Slack's Web API
//! - [`style`]: the prose linter on every page
//! - [`showcase`]: what others have built, as text only, and what is wrong with an entry
//! - [`template`]: a project of one's own, made and tested as its CI does
//! - [`traceability`]: each criterion and task of the story has a row, and what the row names is there
//! - [`validate`]: the judge of integrations, on right and wrong ones
//! - [`webhook`]: the tool for webhooks on the command line
//! - [`workspace`]: what is compiled for the tests serves whoever runs one package
//! - [`zapier`]: the sample app for Zapier, in Zapier's own tester
//! - [`fuzz`]: thousands of generated calls
//! - [`history`]: released versions of the contract; [`review`]: the review calendar, and the job that reminds
//! - [`libraries`]: the official webhook libraries for Python and JavaScript
//!
//! [`support`] starts the real binary, [`chromium`] a browser; [`tools`] installs what runs beside it. Nothing here sleeps
//! or takes a fixed port: tests wait for what is printed or sent.

mod action;
mod admin;
mod api;
mod browser;
mod build;
mod bundle;
mod chromium;
mod contract;
mod feedback;
mod findings;
mod forms;
mod fuzz;
mod gate;
mod handbook;
mod history;
mod libraries;
mod organisation;
mod receivers;
mod reports;
mod review;
mod samples;
mod sandbox;
mod screenshots;
mod sender;
mod serve;
mod showcase;
mod slack;
mod style;
mod support;
mod tabs;
mod template;
mod tools;
mod traceability;
mod validate;
mod watch;
mod webhook;
mod workspace;
mod zapier;
