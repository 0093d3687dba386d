//! What is expected: how long customers stay, what they are worth, and MRR in the months to come.
//!
//! The model is pure ([`sbg`]), and so is all that is made of it; `store` reads what it is told from the rollups.

mod known;
mod month;
mod project;
mod report;
mod sbg;
mod store;
mod told;

pub use store::forecast;

/// The discount for a year that the caller does not name, in basis points.
pub const USUAL_DISCOUNT_BP: i32 = 1_000;
