//! Customers: one row per person, from first touch on.

pub(crate) mod copy;
pub mod edit;
mod fields;
pub mod list;
pub mod notes;
pub mod search;
pub mod upsert;
