//! Who asks, and what they may do.
//!
//! `rules` says what each route needs; `guard` enforces it before the handler runs; a handler that wants to know who
//! asks takes a [`Principal`], one that only writes down who it was takes [`By`], which may be an API key.

pub mod address;
pub mod api_keys;
pub mod cookies;
pub mod guard;
pub mod limit;
pub mod passwords;
mod principal;
pub mod rules;
pub mod secret;
pub mod sessions;
pub mod throttle;
pub mod token;

pub use passwords::fingerprint;
pub use principal::{By, Caller, Principal};
pub use rules::{Access, Rule};
