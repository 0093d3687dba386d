//! What a customer paid and owes, and where they came from.

use crate::Money;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a customer paid and owes in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerValue {
    /// `paid - refunded`.
    pub lifetime_value: Money,
    /// Payments that succeeded, whether or not they went back since.
    pub paid: Money,
    /// What went back.
    pub refunded: Money,
    /// What is still to be paid of open invoices.
    pub outstanding: Money,
    /// How many invoices are open.
    pub open_invoices: i64,
    /// When the oldest of them was made.
    pub outstanding_since: Option<DateTime<Utc>>,
    /// How many payments succeeded.
    pub payments: i64,
    /// How many attempts to collect failed.
    pub failed_payments: i64,
    /// The newest payment that succeeded.
    pub last_paid_at: Option<DateTime<Utc>>,
}

/// A move between tiers or streams, or into coaching and out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TierTransition {
    /// A tier, `rev1_coached` or a stream: `tier1`, `rev2_coaching`, ...
    pub from: String,
    /// A tier, `rev1_coached` or a stream.
    pub to: String,
    /// What it did to MRR.
    pub mrr_impact: Money,
    /// `upgrade` or `downgrade`; for coaching `coaching_started`, `coaching_paused`, `coaching_resumed` or `coaching_ended`.
    pub reason: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Where a customer came from: the first touch, as they or Stripe's metadata told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attribution {
    /// `referral`, `paid_ads`, ...
    pub source: Option<String>,
    /// UTM source.
    pub utm_source: Option<String>,
    /// UTM medium.
    pub utm_medium: Option<String>,
    /// UTM campaign.
    pub utm_campaign: Option<String>,
    /// UTM content.
    pub utm_content: Option<String>,
    /// UTM term.
    pub utm_term: Option<String>,
    /// The page they came in by.
    pub landing_page: Option<String>,
    /// The page that led there.
    pub referrer: Option<String>,
    /// Known since.
    pub first_seen_at: DateTime<Utc>,
}
