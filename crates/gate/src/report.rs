//! What came of a run, for people and for machines.
//!
//! - [`human`]: what failed first, and what to do about it
//! - [`json`]: everything, by a documented schema
//! - [`junit`]: what CI servers read
//! - [`github`]: annotations on the lines of a pull request

pub mod github;
pub mod human;
pub mod json;
pub mod junit;
