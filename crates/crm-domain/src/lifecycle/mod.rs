//! The journey of each person, derived from facts.

pub mod store;
