//! The MRR movement ledger.

use crate::Money;
use crate::ids::{CustomerId, MovementId, SubscriptionId};
use crate::plans::{Stream, Tier};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why MRR changed (see docs/METRICS.md).
    MovementType {
        /// 0 before, and never paid.
        New => "new",
        /// 0 before, but paid once.
        Reactivation => "reactivation",
        /// More than before.
        Expansion => "expansion",
        /// Less than before, but not 0.
        Contraction => "contraction",
        /// 0 after.
        Churn => "churn",
        /// Only the exchange rate changed.
        Fx => "fx",
    }
}

/// One change of a customer's MRR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MrrMovement {
    /// Ledger row.
    pub id: MovementId,
    /// Whose MRR.
    pub customer_id: CustomerId,
    /// Name or e-mail to show.
    pub customer_name: Option<String>,
    /// The subscription that moved.
    pub subscription_id: SubscriptionId,
    /// Why.
    pub movement: MovementType,
    /// `after - before`. With `stream` or `tier` as a filter: the part of it that belongs there.
    pub amount: Money,
    /// The customer's MRR before.
    pub before: Money,
    /// The customer's MRR after.
    pub after: Money,
    /// Stream of the part that moved most.
    pub stream: Option<Stream>,
    /// Tier of the part that moved most.
    pub tier: Option<Tier>,
    /// More about the why: `trial_converted`, `paused`, `upgrade`, `payment_failed`, `cancelled` ...
    pub reason: Option<String>,
    /// When it happened at Stripe.
    pub occurred_at: DateTime<Utc>,
    /// When we wrote it down.
    pub recorded_at: DateTime<Utc>,
    /// The Stripe event that caused it.
    pub stripe_event_id: String,
}

text_enum! {
    /// The orders of the movement list.
    MovementSort {
        /// Newest first; the default.
        OccurredAtDescending => "-occurred_at",
        /// Oldest first.
        OccurredAt => "occurred_at",
        /// Largest loss first, in minor units.
        Amount => "amount",
        /// Largest gain first, in minor units.
        AmountDescending => "-amount",
    }
}
