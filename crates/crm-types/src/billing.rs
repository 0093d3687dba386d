//! Transactions and the Stripe inbox.

use crate::Money;
use crate::ids::{CustomerId, SubscriptionId, TransactionId};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Which way the money goes.
    TransactionKind {
        /// In.
        Payment => "payment",
        /// Back to the customer; negative.
        Refund => "refund",
        /// Taken back by the customer's bank; negative.
        Dispute => "dispute",
    }
}

text_enum! {
    /// Where a transaction stands. What was `succeeded`, `refunded` or `disputed` moved money.
    TransactionStatus {
        /// Paid.
        Succeeded => "succeeded",
        /// An attempt that failed, a refund that did not arrive, a dispute that took nothing: won, or dropped.
        Failed => "failed",
        /// Open: an invoice that waits for its payment, a refund on its way, a dispute that took nothing so far.
        Pending => "pending",
        /// A refund that reached the customer.
        Refunded => "refunded",
        /// What a dispute took: withdrawn while it is open, or lost.
        Disputed => "disputed",
    }
}

text_enum! {
    /// What was paid for.
    TransactionType {
        /// A period of a subscription.
        Subscription => "subscription",
        /// A change within a period.
        Upgrade => "upgrade",
        /// Anything else.
        OneTime => "one_time",
    }
}

/// A payment, refund or dispute. Unique by business key, never by event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transaction {
    /// Our id.
    pub id: TransactionId,
    /// The business key: an invoice, payment intent, charge, refund or dispute id of Stripe's, and for a failed attempt its number.
    pub business_key: String,
    /// Who paid.
    pub customer_id: CustomerId,
    /// Name or e-mail to show.
    pub customer_name: Option<String>,
    /// For which subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// Payment, refund or dispute.
    pub kind: TransactionKind,
    /// Where it stands.
    pub status: TransactionStatus,
    /// What for.
    pub transaction_type: TransactionType,
    /// Signed: what goes back is negative. Only what is `succeeded`, `refunded` or `disputed` moved money.
    pub amount: Money,
    /// Tax within the amount.
    pub tax: Money,
    /// What Stripe kept of a payment; null where Stripe did not tell.
    pub fee: Option<Money>,
    /// What went back of a payment so far, refunded or disputed (positive).
    pub refunded: Money,
    /// The invoice's number as the customer sees it.
    pub invoice_number: Option<String>,
    /// Stripe's invoice id.
    pub stripe_invoice_id: Option<String>,
    /// Stripe's payment intent id.
    pub stripe_payment_intent_id: Option<String>,
    /// Why it failed, was refunded or is disputed.
    pub reason: Option<String>,
    /// When it happened at Stripe.
    pub occurred_at: DateTime<Utc>,
}

text_enum! {
    /// What became of a Stripe event.
    EventState {
        /// Waits to be applied.
        Pending => "pending",
        /// Applied.
        Done => "done",
        /// A type that we do not use; kept.
        Ignored => "ignored",
        /// Waits for something that is missing, such as the mapping of a price.
        Parked => "parked",
        /// Cannot be applied; says why. Replay it after the cause is mended.
        Dead => "dead",
    }
}

/// An event of the inbox, in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeEvent {
    /// Stripe's id, `evt_...`.
    pub id: String,
    /// Stripe's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object it is about.
    pub object_id: Option<String>,
    /// The API version it was rendered in.
    pub api_version: Option<String>,
    /// What became of it.
    pub state: EventState,
    /// Why it is parked, dead or being retried.
    pub reason: Option<String>,
    /// How often applying it was tried.
    pub attempts: i32,
    /// When it happened at Stripe.
    pub created: DateTime<Utc>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was applied, ignored, parked or given up.
    pub settled_at: Option<DateTime<Utc>>,
    /// False in Stripe's test mode.
    pub livemode: bool,
}

/// An event with its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeEventDetail {
    /// As in the list.
    #[serde(flatten)]
    pub event: StripeEvent,
    /// The exact text that Stripe sent.
    pub body: String,
}

/// Which events to apply again. Give ids, or a state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// These events, at most 1,000.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Or all events in this state: `dead` or `parked`.
    #[serde(default)]
    pub state: Option<EventState>,
}

/// How many events were put back to `pending`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplayReply {
    /// Events that will be applied again.
    pub replayed: i64,
}

/// The inbox at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxStats {
    /// Waiting to be applied.
    pub pending: i64,
    /// Applied.
    pub done: i64,
    /// Types that we do not use.
    pub ignored: i64,
    /// Waiting for something that is missing.
    pub parked: i64,
    /// Given up.
    pub dead: i64,
    /// When the oldest pending event reached us.
    pub oldest_pending_at: Option<DateTime<Utc>>,
    /// When the newest event reached us.
    pub last_received_at: Option<DateTime<Utc>>,
    /// Prices without a stream.
    pub unmapped_prices: i64,
}

text_enum! {
    /// The orders of the transaction list.
    TransactionSort {
        /// Newest first; the default.
        OccurredAtDescending => "-occurred_at",
        /// Oldest first.
        OccurredAt => "occurred_at",
        /// Smallest amount first (refunds are negative), in minor units.
        Amount => "amount",
        /// Largest amount first, in minor units.
        AmountDescending => "-amount",
    }
}

text_enum! {
    /// The orders of the Stripe inbox.
    StripeEventSort {
        /// Newest arrival first; the default.
        ReceivedAtDescending => "-received_at",
        /// Oldest arrival first.
        ReceivedAt => "received_at",
    }
}
