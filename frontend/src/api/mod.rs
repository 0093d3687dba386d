//! The REST API as the app calls it: one file per capability, one place that builds requests.
//!
//! Reading goes through [`crate::query`], which caches by address; a capability's file gives the addresses. Writing goes
//! through the functions here, which return what the server said.

pub mod accounts;
pub mod analytics;
pub mod api_keys;
pub mod coaching;
pub mod customers;
mod decode;
mod error;
pub mod exchange_rates;
pub mod healing;
mod http;
pub mod interactions;
pub mod jobs;
pub mod organizations;
pub mod plans;
pub mod profiles;
mod repeat;
pub mod revenue;
pub mod second_factor;
pub mod settings;
pub mod stripe_actions;
pub mod stripe_events;
pub mod users;
pub mod views;

pub use decode::from_json;
pub use error::ApiError;
pub use http::{Method, get_text, request, send, send_body, send_file, send_json};
