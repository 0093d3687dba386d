//! Coaching: who coaches whom, and who did.

pub mod coaches;
pub mod edit;
pub mod list;

pub(crate) use edit::set_coach;
