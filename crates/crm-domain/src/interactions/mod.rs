//! Interactions with customers, and the timeline of all that happened with one of them.

pub mod create;
pub mod list;
pub mod timeline;
