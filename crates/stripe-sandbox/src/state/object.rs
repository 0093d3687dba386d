//! The rows behind Stripe's objects: only what varies. `crate::shape` adds the rest when it renders them.

use std::collections::BTreeMap;

use crate::calendar::Interval;
use crate::state::table::rows;

/// Key-value pairs of an object, in a fixed order.
pub type Metadata = BTreeMap<String, String>;

#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub id: String,
    pub created: i64,
    pub name: String,
    pub description: Option<String>,
    pub active: bool,
    pub metadata: Metadata,
}

#[derive(Debug, Clone)]
pub(crate) struct Price {
    pub id: String,
    pub created: i64,
    pub product: String,
    /// Lower case ISO 4217.
    pub currency: String,
    /// Minor units of the currency.
    pub unit_amount: i64,
    /// None: a one-time price.
    pub recurring: Option<(Interval, u32)>,
    pub nickname: Option<String>,
    pub lookup_key: Option<String>,
    pub active: bool,
    pub metadata: Metadata,
}

#[derive(Debug, Clone)]
pub(crate) struct Coupon {
    pub id: String,
    pub created: i64,
    pub name: String,
    pub terms: CouponTerms,
    pub duration: CouponDuration,
    pub times_redeemed: u32,
}

/// What a coupon takes off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CouponTerms {
    /// Basis points: 2550 is 25.5 %.
    Percent(u32),
    /// Minor units of one currency; in another currency the coupon takes nothing off.
    Amount {
        /// Minor units.
        minor: i64,
        /// Lower case ISO 4217.
        currency: String,
    },
}

/// For how long a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponDuration {
    /// The next invoice with an amount.
    Once,
    /// Every invoice.
    Forever,
    /// Every invoice for that many months.
    Repeating(u32),
}

#[derive(Debug, Clone)]
pub(crate) struct Discount {
    pub id: String,
    pub coupon: String,
    pub customer: String,
    pub subscription: String,
    pub start: i64,
    pub end: Option<i64>,
}

/// How a customer's next payments go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PaymentBehaviour {
    /// A card that works.
    #[default]
    Succeed,
    /// No payment method is on file: payments fail until one is.
    NoMethod,
    /// A card that is declined until this is changed.
    Decline,
    /// A card that is declined so many times and then works again.
    DeclineTimes(u32),
}

#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub id: String,
    pub created: i64,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub locale: Option<String>,
    pub metadata: Metadata,
    /// Set by the first invoice; the other currencies are refused from then on, as Stripe does.
    pub currency: Option<String>,
    /// Negative: credit that the next invoices use up.
    pub balance: i64,
    pub delinquent: bool,
    pub deleted: bool,
    /// Tax included in every amount, in basis points of the net amount.
    pub tax_bp: u32,
    pub behaviour: PaymentBehaviour,
    pub payment_method: Option<String>,
    pub invoices: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefundStatus {
    Succeeded,
    Failed,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub id: String,
    pub created: i64,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub status: RefundStatus,
    pub metadata: Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

#[derive(Debug, Clone)]
pub(crate) struct Dispute {
    pub id: String,
    pub created: i64,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub reason: String,
    pub status: DisputeStatus,
    /// When the money came back.
    pub reinstated_at: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct PaymentIntent {
    pub id: String,
    pub created: i64,
    pub customer: String,
    pub invoice: String,
    pub amount: i64,
    pub currency: String,
    pub latest_charge: Option<String>,
    pub succeeded: bool,
    pub canceled_at: Option<i64>,
    pub failed: bool,
    pub description: &'static str,
    pub payment_method: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub id: String,
    pub created: i64,
    pub customer: String,
    pub invoice: String,
    pub payment_intent: String,
    pub amount: i64,
    pub amount_refunded: i64,
    pub currency: String,
    pub succeeded: bool,
    pub description: &'static str,
    pub payment_method: Option<String>,
    pub refunds: Vec<String>,
}

rows! {
    Product => "product",
    Price => "price",
    Coupon => "coupon",
    Discount => "discount",
    Customer => "customer",
    Refund => "refund",
    Dispute => "dispute",
    PaymentIntent => "payment_intent",
    Charge => "charge",
}
