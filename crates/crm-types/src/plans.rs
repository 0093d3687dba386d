//! Revenue streams, tiers and the prices that belong to them.

use crate::text_enum::text_enum;
use crate::{Currency, Money};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where money comes from.
    Stream {
        /// Individual app users.
        Rev1Individual => "rev1_individual",
        /// Coaches who pay for the coaching software.
        Rev2Coaching => "rev2_coaching",
        /// Gyms, clubs and other organisations.
        Rev3B2b => "rev3_b2b",
    }
}

text_enum! {
    /// The level of an individual subscription.
    Tier {
        /// Basic.
        Tier1 => "tier1",
        /// Standard.
        Tier2 => "tier2",
        /// Premium.
        Tier3 => "tier3",
    }
}

text_enum! {
    /// How often a price is charged.
    Interval {
        /// Every day.
        Day => "day",
        /// Every week.
        Week => "week",
        /// Every month.
        Month => "month",
        /// Every year.
        Year => "year",
    }
}

text_enum! {
    /// Who said to which stream a price belongs.
    MappingSource {
        /// An admin, here.
        Admin => "admin",
        /// `stream` in the price's own metadata at Stripe.
        PriceMetadata => "price_metadata",
        /// `stream` in the metadata of its product at Stripe.
        ProductMetadata => "product_metadata",
    }
}

/// A Stripe price as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// Stripe's id, `price_...` (or a plan id of the older API).
    pub id: String,
    /// Stripe's product id.
    pub product_id: Option<String>,
    /// The plan it belongs to: its product, or the price itself where it names none.
    pub plan_id: String,
    /// The product's name.
    pub product_name: Option<String>,
    /// The price's nickname.
    pub nickname: Option<String>,
    /// Per unit; null for tiered prices.
    pub unit_amount: Option<Money>,
    /// The price's currency.
    pub currency: Currency,
    /// Null for a one-time price.
    pub interval: Option<Interval>,
    /// Every how many intervals.
    pub interval_count: i32,
    /// False when archived at Stripe.
    pub active: bool,
    /// The stream it counts for; null while unmapped.
    pub stream: Option<Stream>,
    /// The tier, for `rev1_individual` only.
    pub tier: Option<Tier>,
    /// Who said so; null while unmapped.
    pub mapped_by: Option<MappingSource>,
    /// Events that wait for this price to be mapped.
    pub parked_events: i64,
    /// Subscriptions that have it now, also those that are over: those of `GET /api/subscriptions?price_id=`.
    pub subscriptions: i64,
    /// Of them, those that are active or past due.
    pub subscribers: i64,
    /// Its part of MRR, one for each currency.
    pub mrr: Vec<Money>,
    /// When it was last heard of.
    pub updated_at: DateTime<Utc>,
}

/// A plan: Stripe's product, with its prices and who subscribes to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Stripe's product id; the price's for a price that names no product.
    pub id: String,
    /// The product's name; a price's nickname or the id where Stripe told none.
    pub name: String,
    /// False when archived at Stripe.
    pub active: bool,
    /// The streams and tiers that its prices count for, each once.
    pub streams: Vec<PlanStream>,
    /// Subscriptions to it that are active or past due, whatever they cost.
    pub subscribers: i64,
    /// Subscriptions to it that are in their trial.
    pub trials: i64,
    /// Subscriptions to it that are set to end.
    pub cancelling: i64,
    /// Its part of MRR, one for each currency: that of the list's order first. Over all plans it adds up to MRR.
    pub mrr: Vec<Money>,
    /// Its prices: those that are sold first, then by what they cost.
    pub prices: Vec<Price>,
}

/// Where a plan's prices count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanStream {
    /// The stream.
    pub stream: Stream,
    /// The tier, for `rev1_individual` only.
    pub tier: Option<Tier>,
}

text_enum! {
    /// The orders of the plan list.
    PlanSort {
        /// By name; the default.
        Name => "name",
        /// By name, backwards.
        NameDescending => "-name",
        /// Fewest subscribers first.
        Subscribers => "subscribers",
        /// Most subscribers first.
        SubscribersDescending => "-subscribers",
        /// Least MRR first, in one currency.
        Mrr => "mrr",
        /// Most MRR first, in one currency.
        MrrDescending => "-mrr",
    }
}

/// Says to which stream and tier a price belongs. Recomputes every customer who ever had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceMapping {
    /// The stream.
    pub stream: Stream,
    /// Required for `rev1_individual`, refused for the others.
    #[serde(default)]
    pub tier: Option<Tier>,
}

/// What a mapping set in motion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceMappingReply {
    /// The price as it is now.
    pub price: Price,
    /// Parked events that were released.
    pub released_events: i64,
    /// Customers whose movements are being recomputed.
    pub customers_to_recompute: i64,
}

/// What a mapping would change. Nothing is changed by asking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MappingPreview {
    /// Customers whom it touches.
    pub customers: i64,
    /// Of them, those whom the figures below were computed of: at most 5,000.
    pub computed: i64,
    /// Of those, whose movements would be corrected.
    pub rewritten: i64,
    /// Subscription events that wait for the price and would be applied.
    pub waiting_events: i64,
    /// MRR now where it would change, by stream, tier and currency.
    pub changes: Vec<MappingChange>,
}

/// MRR of a stream and tier before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MappingChange {
    /// The stream.
    pub stream: Stream,
    /// The tier, for individuals.
    pub tier: Option<Tier>,
    /// Of these customers, today.
    pub before: Money,
    /// Of these customers, with the mapping.
    pub after: Money,
}
