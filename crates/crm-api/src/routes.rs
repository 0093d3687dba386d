//! The routes, a module for each capability. Request, reply, documentation and handler of a route stand together.

pub mod analytics;
pub mod audit;
pub mod auth;
pub mod customers;
pub mod docs;
pub mod events;
pub mod health;
pub mod jobs;
pub mod mrr_movements;
pub mod prices;
pub mod settings;
pub mod setup;
pub mod stripe_events;
pub mod subscriptions;
pub mod system;
pub mod transactions;
pub mod webhooks;
