//! The routes, a module for each capability. Request, reply, documentation and handler of a route stand together.

pub mod auth;
pub mod docs;
pub mod events;
pub mod health;
pub mod setup;
