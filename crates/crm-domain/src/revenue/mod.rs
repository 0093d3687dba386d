//! Revenue shared among coaches, organisations and the platform: rules, and the ledger of what was shared.

pub mod agreed;
pub mod closing;
pub mod derive;
pub mod ledger;
pub mod minimums;
pub mod rules;
pub mod shares;
pub mod statements;
