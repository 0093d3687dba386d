//! Subscriptions: snapshots as Stripe sent them, and the row derived from the newest.

mod items;
pub mod list;
pub mod upsert;
pub mod version;
