//! Revenue shared among coaches, organisations and the platform: rules, and the ledger of what was shared.

pub mod agreed;
pub mod closing;
pub mod derive;
pub mod fees;
pub mod invariants;
pub mod ledger;
mod load;
pub mod minimums;
pub mod rules;
pub mod settling;
pub mod shares;
pub mod simulate;
pub mod simulated;
pub mod statement_file;
pub mod statements;
