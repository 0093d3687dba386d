//! Customers: one row per person, from first touch on.

pub(crate) mod copy;
pub mod bulk;
mod cells;
pub mod edit;
pub mod export;
mod fields;
pub mod import;
pub mod list;
pub mod notes;
pub mod search;
pub mod upsert;
