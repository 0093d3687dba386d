//! Long work as people see it: what it is, how far it is, what came of it.

mod card;
mod words;

pub use card::JobCard;
pub use words::{job_state, job_title, job_tone, outcome, skipped};
