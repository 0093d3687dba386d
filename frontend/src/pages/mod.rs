//! The pages, one capability each.

pub mod customers;
pub mod dashboard;
pub mod jobs;
pub mod login;
pub mod mrr_movements;
mod not_found;
pub mod settings;
mod setup;
pub mod subscriptions;
pub mod transactions;

pub use not_found::NotFoundPage;
pub use setup::SetupPage;
