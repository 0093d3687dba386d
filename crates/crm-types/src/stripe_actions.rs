//! What staff ask Stripe to do. A thing that was asked is pending until Stripe's webhook tells that it happened.

use crate::Money;
use crate::ids::{CustomerId, StripeActionId, SubscriptionId, TransactionId};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Days of a free trial.
pub const TRIAL_DAYS: u32 = 10;
/// Most units of a price.
pub const MOST_UNITS: i64 = 100_000;

text_enum! {
    /// What is asked of Stripe.
    StripeActionKind {
        /// A subscription begins.
        Start => "start",
        /// Another price or quantity.
        Change => "change",
        /// A coupon takes something off.
        ApplyCoupon => "apply_coupon",
        /// It does no more.
        RemoveCoupon => "remove_coupon",
        /// Nothing is collected for a while.
        Pause => "pause",
        /// It is again.
        Resume => "resume",
        /// It ends now.
        CancelNow => "cancel_now",
        /// It ends with its period.
        CancelAtPeriodEnd => "cancel_at_period_end",
        /// It goes on after all.
        Reactivate => "reactivate",
        /// Money goes back.
        Refund => "refund",
    }
}

text_enum! {
    /// How far an action is.
    StripeActionState {
        /// Asked; Stripe's webhook has not told of it yet.
        Pending => "pending",
        /// The webhook came.
        Confirmed => "confirmed",
        /// Stripe refused, or was not reached: nothing was changed.
        Failed => "failed",
        /// No webhook came within a quarter of an hour.
        Unconfirmed => "unconfirmed",
    }
}

/// Something that Stripe was asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeAction {
    /// Our id.
    pub id: StripeActionId,
    /// What was asked.
    pub kind: StripeActionKind,
    /// How far it is.
    pub state: StripeActionState,
    /// Whom it is about.
    pub customer_id: CustomerId,
    /// The subscription, once there is one.
    pub subscription_id: Option<SubscriptionId>,
    /// The payment that is refunded.
    pub transaction_id: Option<TransactionId>,
    /// What was asked, for people.
    pub summary: String,
    /// Why it failed, or why nobody knows yet.
    pub reason: Option<String>,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it was confirmed or failed.
    pub settled_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// The orders of the list of actions.
    StripeActionSort {
        /// Newest first; the default.
        AskedAtDescending => "-asked_at",
        /// Oldest first.
        AskedAt => "asked_at",
    }
}

/// A subscription to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewStripeSubscription {
    /// Whose it will be. They are made known to Stripe when they are not yet.
    pub customer_id: CustomerId,
    /// Stripe's price id.
    pub price_id: String,
    /// Units: 1 to 100,000.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(default = 1, minimum = 1, maximum = 100_000))]
    pub quantity: i64,
    /// Whether it begins with a free trial of 10 days; else it is paid at once.
    #[serde(default)]
    pub trial: bool,
    /// A coupon's id.
    #[serde(default)]
    pub coupon: Option<String>,
}

fn one() -> i64 {
    1
}

text_enum! {
    /// What a change within a period costs, and when.
    ProrationBehavior {
        /// The difference comes with the next invoice; the default.
        NextInvoice => "next_invoice",
        /// The difference is charged now.
        Now => "now",
        /// The rest of the period stays as it was paid.
        None => "none",
    }
}

/// Another price or quantity. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubscriptionChange {
    /// The item's present price; may be left out when there is one item.
    #[serde(default)]
    pub item_price_id: Option<String>,
    /// The new price: same currency.
    #[serde(default)]
    pub price_id: Option<String>,
    /// The new quantity: 1 to 100,000.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100_000))]
    pub quantity: Option<i64>,
    /// What the change costs within the running period, and when.
    #[serde(default)]
    pub proration: Option<ProrationBehavior>,
    /// The instant to which unused and remaining time are reckoned, as the preview said: with it, what was shown is what is
    /// charged.
    #[serde(default)]
    pub prorated_at: Option<DateTime<Utc>>,
}

/// What a change would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePreview {
    /// The lines of the invoice that follows.
    pub lines: Vec<PreviewLine>,
    /// What the change adds within the running period: the sum of the lines that are prorated.
    pub prorated: Money,
    /// What that invoice comes to, with all its lines, discounts and tax.
    pub total: Money,
    /// What is collected of it: less the customer's credit.
    pub due: Money,
    /// When it is collected.
    pub due_at: Option<DateTime<Utc>>,
    /// To be given with the change, when something is prorated.
    pub prorated_at: Option<DateTime<Utc>>,
}

/// A line of an invoice that does not exist yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewLine {
    /// In Stripe's words.
    pub description: String,
    /// Before discounts; negative for what is credited.
    pub amount: Money,
    /// Whether it is about a part of a period.
    pub proration: bool,
    /// What it is for, half-open.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after it.
    pub to: Option<DateTime<Utc>>,
}

/// A coupon to apply, in place of what was applied before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CouponApplication {
    /// The coupon's id.
    pub coupon: String,
}

/// A coupon, as Stripe has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeCoupon {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What it takes off, for people: `20 % off, forever`.
    pub terms: String,
}

/// A pause of collection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubscriptionPause {
    /// When it ends by itself; never when left out.
    #[serde(default)]
    pub resumes_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// When a subscription ends.
    CancellationTime {
        /// At once; nothing is paid back by itself.
        Now => "now",
        /// With the period, or the trial, that runs.
        PeriodEnd => "period_end",
    }
}

text_enum! {
    /// Why a subscription is cancelled, in Stripe's words.
    CancellationReason {
        /// The price.
        TooExpensive => "too_expensive",
        /// Something is missing.
        MissingFeatures => "missing_features",
        /// Another product.
        SwitchedService => "switched_service",
        /// Not used.
        Unused => "unused",
        /// How they were treated.
        CustomerService => "customer_service",
        /// Hard to use.
        TooComplex => "too_complex",
        /// It does not do well what it does.
        LowQuality => "low_quality",
        /// Anything else.
        Other => "other",
    }
}

/// A cancellation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubscriptionCancellation {
    /// When.
    pub when: CancellationTime,
    /// Why.
    pub reason: CancellationReason,
    /// In the customer's words, up to 500 characters.
    #[serde(default)]
    pub comment: Option<String>,
}

text_enum! {
    /// Why money goes back, in Stripe's words.
    RefundReason {
        /// They asked for it.
        RequestedByCustomer => "requested_by_customer",
        /// Paid twice.
        Duplicate => "duplicate",
        /// Not paid by the card's owner.
        Fraudulent => "fraudulent",
    }
}

/// Money to give back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// How much, in the payment's currency; all that is left when left out.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Why.
    pub reason: RefundReason,
}

/// What a customer is to choose at Stripe's checkout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckoutRequest {
    /// Stripe's price id.
    pub price_id: String,
    /// Units: 1 to 100,000.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(default = 1, minimum = 1, maximum = 100_000))]
    pub quantity: i64,
    /// Whether it begins with a free trial of 10 days.
    #[serde(default)]
    pub trial: bool,
}

/// A page of Stripe's for one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeLink {
    /// Its address.
    pub url: String,
}

/// Whether Stripe can be asked for anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StripeConnection {
    /// Whether there is a key.
    pub connected: bool,
    /// How to connect it, when it is not.
    pub how: Option<String>,
}
