//! The state of the system, for the health page.

use crate::Money;
use crate::billing::InboxStats;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What an admin wants to know when something seems wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemHealth {
    /// The product's version.
    pub version: String,
    /// PostgreSQL's version.
    pub postgres_version: String,
    /// Bytes on disk.
    pub database_bytes: i64,
    /// Since when this process runs.
    pub started_at: DateTime<Utc>,
    /// Resident memory of this process, in bytes; null where the platform does not say.
    pub memory_bytes: Option<i64>,
    /// Whether some process applies events now.
    pub worker_running: bool,
    /// The Stripe inbox.
    pub inbox: InboxStats,
    /// How many webhook secrets are active; 0 means that webhooks are refused.
    pub webhook_secrets: u32,
    /// Whether a Stripe API key is set.
    pub stripe_api_key: bool,
    /// Where Stripe should send its webhooks.
    pub webhook_url: String,
    /// Sum of all movements - sum of all subscriptions' MRR, one for each currency: always 0.
    pub mrr_difference: Vec<Money>,
    /// Customers that wait to be recomputed (after a mapping, a policy or `rebuild`).
    pub recompute_pending: i64,
}
