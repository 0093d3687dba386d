//! MRR: what a subscription is worth a month, and the ledger of its movements.

pub mod amount;
pub mod coached;
pub mod derive;
pub(crate) mod effect;
pub mod ledger;
pub mod list;
