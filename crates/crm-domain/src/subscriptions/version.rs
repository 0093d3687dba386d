//! A snapshot of a subscription in our own normal form, whatever shape of Stripe's API it came in.

use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::plans::Interval;
use serde::{Deserialize, Serialize};

/// A subscription as an event showed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Stripe's status, verbatim.
    pub status: String,
    /// One currency for all items.
    pub currency: Currency,
    /// All items.
    pub items: Vec<Item>,
    /// Ids of discounts on the whole subscription.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<String>,
    /// `pause_collection` is set.
    #[serde(default)]
    pub paused: bool,
    /// Set to end with its period.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// Set to end at this instant.
    pub cancel_at: Option<DateTime<Utc>>,
    /// When the cancellation was asked for.
    pub canceled_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Trial, half-open.
    pub trial_start: Option<DateTime<Utc>>,
    /// End of the trial.
    pub trial_end: Option<DateTime<Utc>>,
    /// Current period, half-open.
    pub period_start: Option<DateTime<Utc>>,
    /// End of the current period.
    pub period_end: Option<DateTime<Utc>>,
    /// When the subscription was created.
    pub created: DateTime<Utc>,
    /// What the customer or Stripe said of the cancellation.
    pub cancel_reason: Option<String>,
    /// `acquisition_source` of the metadata.
    pub source: Option<String>,
}

/// One item of a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Stripe's price (or plan) id.
    pub price: String,
    /// Units.
    pub quantity: i64,
    /// Minor units per unit as a decimal; null for tiered prices.
    pub unit_amount: Option<String>,
    /// Billing interval.
    pub interval: Interval,
    /// Every how many intervals.
    pub interval_count: i32,
    /// Billed by usage: no part of MRR.
    #[serde(default)]
    pub metered: bool,
    /// Units that make one charged unit, and whether the rest counts as one.
    #[serde(default)]
    pub transform: Option<TransformQuantity>,
    /// Ids of discounts on this item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<String>,
}

/// Stripe's `transform_quantity`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TransformQuantity {
    /// Units in one charged unit.
    pub divide_by: i64,
    /// Whether a started one is charged.
    pub round_up: bool,
}

/// A snapshot with its place in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The event that brought it.
    pub event_id: String,
    /// Stripe's subscription id.
    pub subscription: String,
    /// The event's `created`.
    pub at: DateTime<Utc>,
    /// Orders snapshots of one second: created, updated, deleted; then by how far the status is.
    pub rank: i16,
    /// What it showed.
    pub body: Snapshot,
}

/// How Stripe's word for a status orders snapshots of one second.
pub fn status_rank(status: &str) -> i16 {
    match status {
        "incomplete" => 0,
        "trialing" => 1,
        "active" => 2,
        "past_due" => 3,
        "paused" => 4,
        "unpaid" => 5,
        _ => 6,
    }
}
