//! Subscriptions: Stripe's state kept verbatim beside ours.

use crate::Money;
use crate::ids::{CustomerId, SubscriptionId};
use crate::plans::{Interval, Stream, Tier};
use crate::stripe_actions::StripeActionKind;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Our reading of a subscription's state.
    SubscriptionStatus {
        /// In its trial.
        FreeTrial => "free_trial",
        /// Paid and running.
        Active => "active",
        /// A payment failed; Stripe retries. Still counts in MRR.
        PastDue => "past_due",
        /// Paused: nothing is collected, MRR 0.
        Paused => "paused",
        /// Over, or never begun (Stripe: canceled, unpaid, incomplete, incomplete_expired).
        Cancelled => "cancelled",
    }
}

/// A subscription in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subscription {
    /// Our id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Name or e-mail to show.
    pub customer_name: Option<String>,
    /// Stripe's id.
    pub stripe_subscription_id: String,
    /// Our status.
    pub status: SubscriptionStatus,
    /// Stripe's own word.
    pub stripe_status: String,
    /// Stream of its largest item.
    pub stream: Option<Stream>,
    /// Tier of its largest item, for individuals.
    pub tier: Option<Tier>,
    /// What is subscribed to, such as `Standard $19 × 1`.
    pub plan: String,
    /// MRR now, or at `as_of` when the list was asked for a day.
    pub mrr: Money,
    /// Billing interval of its largest item.
    pub interval: Option<Interval>,
    /// Every how many intervals.
    pub interval_count: i32,
    /// Quantity over all items.
    pub quantity: i64,
    /// Current period, half-open.
    pub current_period_start: Option<DateTime<Utc>>,
    /// End of the current period.
    pub current_period_end: Option<DateTime<Utc>>,
    /// Trial start.
    pub trial_start: Option<DateTime<Utc>>,
    /// Trial end.
    pub trial_end: Option<DateTime<Utc>>,
    /// Null while the trial runs or when there was none.
    pub converted_from_trial: Option<bool>,
    /// It will end then: a scheduled movement.
    pub cancel_at: Option<DateTime<Utc>>,
    /// It ended then.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why, as the customer or Stripe said.
    pub cancel_reason: Option<String>,
    /// Started.
    pub created_at: DateTime<Utc>,
    /// What Stripe was asked to do with it and has not confirmed yet.
    pub pending: Option<StripeActionKind>,
    /// How a payment that failed is recovered, while it is past due.
    pub recovery: Option<PaymentRecovery>,
}

/// A payment that failed and is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentRecovery {
    /// The invoice's number as the customer sees it.
    pub invoice_number: Option<String>,
    /// What is to be collected.
    pub open: Money,
    /// How often it was tried.
    pub attempts: i64,
    /// When Stripe tries again; null when it does not, or did not tell.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// A subscription with what it consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubscriptionDetails {
    /// As in a list.
    #[serde(flatten)]
    pub subscription: Subscription,
    /// Its items, those that add most to MRR first. They add up to that of the subscription.
    pub items: Vec<SubscriptionItem>,
    /// Coupons that are applied to all of it.
    pub coupons: Vec<String>,
}

/// One item of a subscription: so many units at a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubscriptionItem {
    /// Stripe's product id; the price's where it names no product.
    pub plan_id: String,
    /// The plan's name.
    pub plan: String,
    /// Stripe's price id.
    pub price_id: String,
    /// The price's nickname.
    pub price: Option<String>,
    /// The stream it counts for.
    pub stream: Option<Stream>,
    /// The tier, for `rev1_individual` only.
    pub tier: Option<Tier>,
    /// Units.
    pub quantity: i64,
    /// Per unit, rounded; null for tiered prices.
    pub unit_amount: Option<Money>,
    /// For all units, each time, before discounts; null for metered and tiered prices.
    pub amount: Option<Money>,
    /// How often it is charged.
    pub interval: Interval,
    /// Every how many intervals.
    pub interval_count: i32,
    /// Billed by usage: no part of MRR.
    pub metered: bool,
    /// Its share of the subscription's MRR.
    pub mrr: Money,
}

text_enum! {
    /// The orders of the subscription list.
    SubscriptionSort {
        /// Most MRR first; the default.
        MrrDescending => "-mrr",
        /// Least MRR first.
        Mrr => "mrr",
        /// Newest first.
        CreatedAtDescending => "-created_at",
        /// Oldest first.
        CreatedAt => "created_at",
        /// Whose period ends first; those without a period last.
        CurrentPeriodEnd => "current_period_end",
    }
}
