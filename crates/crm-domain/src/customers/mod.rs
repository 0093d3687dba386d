//! Customers: one row per person, from first touch on.

pub mod bulk;
pub(crate) mod cells;
pub(crate) mod copy;
pub(crate) mod derived;
pub mod edit;
pub mod export;
pub(crate) mod fields;
pub mod filter;
pub mod import;
pub mod list;
pub mod notes;
pub(crate) mod references;
pub mod search;
pub mod upsert;
pub mod value;
