//! Stripe's side: the inbox, the normaliser, the facts, and the transactions derived from them.

pub mod apply;
pub mod events_list;
pub mod events_replay;
pub mod events_stats;
pub mod facts;
pub mod inbox;
pub mod load;
pub mod normalise;
pub mod objects;
pub mod payments;
pub mod rebuild;
pub mod recompute;
pub mod refetch;
pub mod settle;
pub mod signature;
pub mod transactions;
pub mod transactions_list;

pub use apply::APPLIER_LOCK;
