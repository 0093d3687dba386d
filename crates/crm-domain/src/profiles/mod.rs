//! Profiles: declared fields, and versions of a person's answers, of which one is active.

pub mod fields;
pub mod versions;
