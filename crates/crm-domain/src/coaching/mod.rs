//! Coaching: who coaches whom, and who did.

mod change;
pub mod clients;
pub mod coach;
pub mod coaches;
pub mod edit;
pub mod handover;
pub mod list;
pub mod months;
mod portfolio;
mod spells;

pub(crate) use change::change_coaches;
pub(crate) use edit::{end_of_archived, hold_clients, set_coach};
pub(crate) use spells::spells;
