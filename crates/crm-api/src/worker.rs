//! Work beside the requests.

pub mod applier;
