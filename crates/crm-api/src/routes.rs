//! The routes, a module for each capability. Request, reply, documentation and handler of a route stand together.

pub mod account_links;
pub mod analytics;
pub mod api_keys;
pub mod audit;
pub mod auth;
pub mod coaching;
pub mod customers;
pub mod docs;
pub mod events;
pub mod health;
pub mod jobs;
pub mod mrr_movements;
pub mod organizations;
pub mod own_account;
pub mod prices;
pub mod profiles;
pub mod second_factor;
pub mod settings;
pub mod setup;
pub mod stripe_events;
pub mod subscriptions;
pub mod system;
pub mod transactions;
pub mod users;
pub mod views;
pub mod webhooks;
