//! What goes over the wire, once: the server writes these shapes, the browser reads them.
//!
//! Nothing here knows a database or a web framework; `just lint` proves it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod accounts;
pub mod analytics;
pub mod analytics_forecast;
pub mod analytics_payments;
pub mod analytics_retention;
pub mod analytics_streams;
pub mod api_keys;
pub mod audit;
pub mod billing;
pub mod coaching;
pub mod customer_value;
pub mod customers;
pub mod customers_bulk;
pub mod customers_import;
pub mod error;
pub mod exchange_rates;
pub mod healing;
pub mod ids;
pub mod interactions;
pub mod invariants;
pub mod jobs;
pub mod money;
pub mod mrr;
pub mod organizations;
pub mod page;
mod patch;
pub mod plans;
pub mod profiles;
pub mod realtime;
pub mod revenue;
pub mod revenue_simulation;
pub mod second_factor;
pub mod settings;
pub mod stripe_actions;
pub mod subscriptions;
pub mod system;
mod text_enum;
pub mod users;
pub mod views;

pub use error::{FieldError, Problem};
pub use money::{Currency, Money};
pub use page::Page;
