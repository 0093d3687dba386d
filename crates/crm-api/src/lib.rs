//! The server: REST with OpenAPI, workers, command line, and the app's bundle.
#![recursion_limit = "256"]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod compress;
pub mod config;
pub mod customer_reads;
pub mod database;
pub mod demo;
pub mod error;
pub mod extract;
pub mod headers;
pub mod idempotency;
pub mod inbox;
pub mod openapi;
pub mod params;
pub mod rate_feed;
pub mod realtime;
pub mod reports;
pub mod request;
pub mod routes;
pub mod server;
pub mod stripe;
pub mod telemetry;
pub mod together;
pub mod version;
pub mod worker;

pub use app::AppState;
pub use error::{ApiError, ApiResult};
