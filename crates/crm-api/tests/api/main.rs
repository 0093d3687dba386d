//! The API over real HTTP. Each test has a server on a port of its own and a database of its own.
#![allow(missing_docs, reason = "tests explain themselves by their names")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod access;
mod analytics;
mod api_keys;
mod auth;
mod business;
mod coaching;
mod command_line;
mod compress;
mod customers;
mod customers_bulk;
mod customers_edit;
mod customers_export;
mod customers_import;
mod events;
mod examples;
mod health;
mod idempotency;
mod interactions;
mod limits;
mod mrr_movements;
mod openapi;
mod organizations;
mod permutations;
mod plans;
mod prices;
mod problems;
mod profiles;
mod refetch;
mod refresh;
mod revenue;
mod revenue_tools;
mod second_factor;
mod settings;
mod setup;
mod simulated_year;
mod stripe_events;
mod subscriptions;
mod support;
mod system;
mod transactions;
mod trust;
mod users;
mod views;
mod webhooks;
