//! What readers say of a page: the form at its foot, and the summary of what came in.
//!
//! - [`form`]: the form in a real browser; [`summary`]: `proofbook feedback summary`

mod form;
mod summary;
