//! Business rules and the SQL that keeps them. No HTTP, no environment variables.
//!
//! One module per capability. Pure logic stands apart from SQL, which lives in each capability's `store`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod accounts;
pub mod analytics;
pub mod api_keys;
pub mod audit;
pub mod billing;
pub mod coaching;
mod copy;
pub mod customers;
pub mod db;
pub(crate) mod exact;
pub mod exchange_rates;
pub mod filter;
#[cfg(test)]
mod fixture;
pub mod forecast;
pub mod healing;
pub mod idempotency;
pub mod interactions;
pub mod jobs;
pub mod lifecycle;
pub mod mrr;
pub mod organizations;
pub mod page;
pub mod plans;
pub mod profiles;
pub mod realtime;
pub mod revenue;
mod row;
pub mod second_factor;
pub mod settings;
pub mod stripe_actions;
pub mod subscriptions;
pub mod system;
pub mod users;
pub mod views;
