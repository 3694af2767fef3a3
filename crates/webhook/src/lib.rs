//! What can be said of a webhook by the Standard Webhooks specification: whether it is genuine, and if not, most likely
//! why; and to which addresses one may be sent. It knows nothing of any one API.
//!
//! - [`explain`]: verifies step by step, and looks for the cause of a signature that does not fit
//! - [`cause`]: the causes, each with what to do
//! - [`signature`]: the signed content, and HMAC-SHA256 of it
//! - [`destination`]: keeps whoever sends out of private networks

pub mod cause;
pub mod destination;
pub mod explain;
pub mod signature;
