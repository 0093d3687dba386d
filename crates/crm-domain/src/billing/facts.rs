//! Facts: what an event says, in our own normal form. The newest snapshot of each object wins.

use crate::mrr::amount::Coupon;
use crate::subscriptions::version::Version;
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::plans::{Interval, Stream, Tier};
use serde::{Deserialize, Serialize};

/// Which snapshot of an object is newest: `created` of its event, then how far the object had come, then the event id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// `created` of the event.
    pub at: DateTime<Utc>,
    /// Orders snapshots of one second.
    pub rank: i16,
    /// Breaks what ties are left, always in the same way.
    pub event: String,
}

/// One thing that an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A person.
    Customer(Box<CustomerFact>),
    /// A product.
    Product(ProductFact),
    /// A price.
    Price(PriceFact),
    /// A snapshot of a subscription.
    Version {
        /// Stripe's customer id.
        customer: String,
        /// The snapshot.
        version: Box<Version>,
    },
    /// Anything about a payment, or a coupon.
    Object(ObjectFact),
}

/// A Stripe customer.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerFact {
    /// `cus_...`.
    pub id: String,
    /// Where it stands among snapshots.
    pub stamp: Stamp,
    /// Created at Stripe.
    pub created: DateTime<Utc>,
    /// E-mail.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Metadata, verbatim.
    pub metadata: serde_json::Value,
    /// Deleted at Stripe.
    pub deleted: bool,
}

/// A Stripe product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductFact {
    /// `prod_...`.
    pub id: String,
    /// Where it stands among snapshots.
    pub stamp: Stamp,
    /// Name.
    pub name: Option<String>,
    /// False when archived or deleted.
    pub active: bool,
    /// `stream` of its metadata.
    pub stream: Option<Stream>,
    /// `tier` of its metadata.
    pub tier: Option<Tier>,
}

/// A Stripe price or plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceFact {
    /// `price_...`, or a plan's id.
    pub id: String,
    /// Where it stands among snapshots.
    pub stamp: Stamp,
    /// Its product.
    pub product: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// Currency.
    pub currency: Currency,
    /// Minor units as a decimal; null when tiered.
    pub unit_amount: Option<String>,
    /// Null for a one-time price.
    pub interval: Option<Interval>,
    /// Every how many intervals.
    pub interval_count: i32,
    /// Billed by usage.
    pub metered: bool,
    /// False when archived or deleted.
    pub active: bool,
    /// `stream` of its metadata.
    pub stream: Option<Stream>,
    /// `tier` of its metadata.
    pub tier: Option<Tier>,
}

/// An invoice, payment, refund or coupon.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectFact {
    /// Stripe's id, or one of ours for a failed attempt.
    pub id: String,
    /// Stripe's customer id, where the object has one.
    pub customer: Option<String>,
    /// Where it stands among snapshots.
    pub stamp: Stamp,
    /// What it is.
    pub body: Body,
}

/// The normal form of each kind of object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// `in_...`.
    Invoice(Invoice),
    /// One attempt to collect that failed.
    FailedAttempt(FailedAttempt),
    /// `pi_...`.
    PaymentIntent(PaymentIntent),
    /// `ch_...`.
    Charge(Charge),
    /// `re_...`.
    Refund(Refund),
    /// `du_...` or `dp_...`.
    Dispute(Dispute),
    /// What a charge cost, where an event holds its balance transaction.
    Fee(Fee),
    /// `inpay_...`: which payment paid which invoice.
    InvoicePayment(InvoicePayment),
    /// A coupon.
    Coupon(Coupon),
    /// A coupon at work: names its coupon.
    Discount {
        /// The coupon's id.
        coupon: String,
    },
}

impl Body {
    /// As `stripe_objects.kind` has it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invoice(_) => "invoice",
            Self::FailedAttempt(_) => "failed_attempt",
            Self::PaymentIntent(_) => "payment_intent",
            Self::Charge(_) => "charge",
            Self::Refund(_) => "refund",
            Self::Dispute(_) => "dispute",
            Self::Fee(_) => "fee",
            Self::InvoicePayment(_) => "invoice_payment",
            Self::Coupon(_) => "coupon",
            Self::Discount { .. } => "discount",
        }
    }

    /// Ids of objects that belong to the same payment.
    pub fn links(&self) -> Vec<&str> {
        let ids: Vec<&Option<String>> = match self {
            Self::Invoice(i) => vec![&i.payment_intent, &i.charge],
            Self::FailedAttempt(a) => vec![&a.invoice, &a.payment_intent],
            Self::PaymentIntent(p) => vec![&p.invoice, &p.latest_charge],
            Self::Charge(c) => vec![&c.invoice, &c.payment_intent],
            Self::Refund(r) => vec![&r.charge, &r.payment_intent],
            Self::Dispute(d) => vec![&d.charge, &d.payment_intent],
            Self::Fee(f) => vec![&f.charge],
            Self::InvoicePayment(p) => vec![&p.invoice, &p.payment_intent, &p.charge],
            Self::Coupon(_) | Self::Discount { .. } => vec![],
        };
        ids.into_iter().filter_map(Option::as_deref).collect()
    }

    /// Whether it is part of a payment (coupons are not).
    pub const fn is_payment(&self) -> bool {
        !matches!(self, Self::Coupon(_) | Self::Discount { .. })
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// draft, open, paid, void, uncollectible.
    pub status: String,
    /// As the customer sees it.
    pub number: Option<String>,
    /// The subscription it is for.
    pub subscription: Option<String>,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Paid so far.
    pub amount_paid: i64,
    /// Still open.
    pub amount_remaining: i64,
    /// Tax within the total.
    pub tax: i64,
    /// Why it was made: `subscription_cycle`, `subscription_update`, `manual` ...
    pub billing_reason: Option<String>,
    /// Paid outside Stripe.
    pub out_of_band: bool,
    /// Made.
    pub created: DateTime<Utc>,
    /// Paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// Only in the shape before basil.
    pub payment_intent: Option<String>,
    /// Only in the shape before basil.
    pub charge: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub lines: Vec<InvoiceLine>,
}

/// What an invoice is for, in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// The price; lines that somebody wrote by hand have none.
    pub price: Option<String>,
    /// After discounts; negative for what is credited.
    pub amount: i64,
    /// The service period: its first instant ...
    pub from: Option<DateTime<Utc>>,
    /// ... and the first after it.
    pub to: Option<DateTime<Utc>>,
}

/// An attempt to collect that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedAttempt {
    /// The invoice tells of it, not the payment intent.
    pub of_invoice: bool,
    /// Of this invoice ...
    pub invoice: Option<String>,
    /// ... or of this payment intent.
    pub payment_intent: Option<String>,
    /// What was to be collected.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// The attempt's number, or the charge that failed.
    pub attempt: String,
    /// What the bank said.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A payment intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// succeeded, processing, canceled, requires_...
    pub status: String,
    /// What is to be collected.
    pub amount: i64,
    /// What was.
    pub amount_received: i64,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Only in the shape before basil.
    pub invoice: Option<String>,
    /// It collects an invoice, whichever: that invoice's own events tell of the money.
    #[serde(default)]
    pub for_invoice: bool,
    /// The newest charge.
    pub latest_charge: Option<String>,
    /// What the bank said last.
    pub last_error: Option<String>,
    /// Made.
    pub created: DateTime<Utc>,
}

/// A charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// succeeded, pending, failed.
    pub status: String,
    /// What was charged.
    pub amount: i64,
    /// What went back.
    pub amount_refunded: i64,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Its payment intent.
    pub payment_intent: Option<String>,
    /// Only in the shape before basil.
    pub invoice: Option<String>,
    /// Made.
    pub created: DateTime<Utc>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// pending, requires_action, succeeded, failed, canceled.
    pub status: String,
    /// What goes back, positive.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// Of this charge.
    pub charge: Option<String>,
    /// Of this payment intent.
    pub payment_intent: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Made.
    pub created: DateTime<Utc>,
}

/// A dispute: the customer's bank takes a payment back, or asks about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// warning_needs_response, warning_under_review, warning_closed, needs_response, under_review, won, lost, prevented.
    pub status: String,
    /// What is disputed, positive.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// Of this charge.
    pub charge: Option<String>,
    /// Of this payment intent.
    pub payment_intent: Option<String>,
    /// What the bank says why.
    pub reason: Option<String>,
    /// The money is withdrawn from the account, and was not reinstated.
    pub withdrawn: bool,
    /// When it was withdrawn first, else when the dispute was made.
    pub at: DateTime<Utc>,
}

/// What Stripe kept of a charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fee {
    /// Of this charge.
    pub charge: Option<String>,
    /// What it cost.
    pub amount: i64,
    /// Currency of the amount: that of the account's balance, which need not be the charge's.
    pub currency: Currency,
}

/// Which payment paid which invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoicePayment {
    /// The invoice.
    pub invoice: Option<String>,
    /// Paid by this payment intent ...
    pub payment_intent: Option<String>,
    /// ... or by this charge.
    pub charge: Option<String>,
}
