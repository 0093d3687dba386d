//! Work beside the requests.

pub mod applier;
pub mod refetcher;
