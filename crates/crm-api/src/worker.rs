//! Work beside the requests.

pub mod applier;
pub mod healer;
pub mod jobs;
pub mod rates;
pub mod refetcher;
