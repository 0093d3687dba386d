//! Organisations: businesses that customers belong to.

pub mod edit;
mod fields;
pub mod found;
pub mod list;
pub mod revenue;
