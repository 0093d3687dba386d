//! Coaching: who coaches whom, and who did.

pub mod coaches;
pub mod edit;
pub mod list;

pub(crate) use edit::{end_of_archived, hold_clients, set_coach};
