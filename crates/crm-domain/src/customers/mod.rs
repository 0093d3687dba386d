//! Customers: one row per person, from first touch on.

pub mod list;
pub mod upsert;
