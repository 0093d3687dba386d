//! The pages, one capability each.

mod account_link;
pub mod analytics;
pub mod coaches;
pub mod customers;
pub mod dashboard;
pub mod jobs;
pub mod login;
pub mod mrr_movements;
mod not_found;
pub mod organizations;
pub mod plans;
pub mod revenue;
pub mod settings;
mod setup;
pub mod stripe_actions;
pub mod subscriptions;
pub mod transactions;

pub use account_link::AccountLinkPage;
pub use not_found::NotFoundPage;
pub use setup::{SetupPage, as_error};
