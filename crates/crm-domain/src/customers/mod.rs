//! Customers: one row per person, from first touch on.

pub mod edit;
mod fields;
pub mod list;
pub mod notes;
pub mod upsert;
