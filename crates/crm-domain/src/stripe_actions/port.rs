//! What is asked of Stripe, and what it may say. Who asks over the network is another crate's business.

use chrono::{DateTime, Utc};
use crm_types::stripe_actions::{CancellationReason, ChangePreview, ProrationBehavior, RefundReason, StripeCoupon};
use std::future::Future;

/// Something that changes an account at Stripe.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A subscription begins.
    Start {
        /// Stripe's customer id.
        customer: String,
        /// Stripe's price id.
        price: String,
        /// Units.
        quantity: i64,
        /// Days of a free trial; 0 for none.
        trial_days: u32,
        /// A coupon's id.
        coupon: Option<String>,
    },
    /// Another price or quantity.
    Change(ChangeAsk),
    /// A coupon in place of those that are applied.
    ApplyCoupon {
        /// Stripe's subscription id.
        subscription: String,
        /// The coupon's id.
        coupon: String,
    },
    /// No coupon any more.
    RemoveCoupon {
        /// Stripe's subscription id.
        subscription: String,
    },
    /// Nothing is collected; invoices that would be are void.
    Pause {
        /// Stripe's subscription id.
        subscription: String,
        /// When it ends by itself.
        resumes_at: Option<DateTime<Utc>>,
    },
    /// It is collected again.
    Resume {
        /// Stripe's subscription id.
        subscription: String,
        /// Stripe's own status is `paused`: its trial ended without a means of payment.
        stopped: bool,
    },
    /// It ends.
    Cancel {
        /// Stripe's subscription id.
        subscription: String,
        /// Now, or with its period.
        now: bool,
        /// Why.
        reason: CancellationReason,
        /// In the customer's words.
        comment: Option<String>,
    },
    /// It goes on after all.
    Keep {
        /// Stripe's subscription id.
        subscription: String,
    },
    /// Money goes back.
    Refund {
        /// The payment intent (`pi_`) or charge (`ch_`) that was paid.
        payment: String,
        /// Minor units.
        amount: i64,
        /// Why.
        reason: RefundReason,
    },
}

/// Another price or quantity of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeAsk {
    /// Stripe's subscription id.
    pub subscription: String,
    /// The price that the item has now.
    pub item_price: String,
    /// The price that it will have.
    pub price: String,
    /// The units that it will have.
    pub quantity: i64,
    /// What the change costs, and when.
    pub proration: ProrationBehavior,
    /// To which instant time is reckoned; now when it is not said.
    pub prorated_at: Option<DateTime<Utc>>,
}

/// What Stripe made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The id of what was changed or made.
    pub id: String,
}

/// A person whom Stripe is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// Our id, kept at Stripe as `crm_customer_id`.
    pub ours: String,
    /// Where invoices go.
    pub email: String,
    /// Name.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
}

/// Who buys at Stripe's checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// Stripe knows them by this id.
    Known(String),
    /// By their e-mail address.
    Email(String),
}

/// A choice at Stripe's checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Who.
    pub person: Person,
    /// Stripe's price id.
    pub price: String,
    /// Units.
    pub quantity: i64,
    /// Days of a free trial; 0 for none.
    pub trial_days: u32,
}

/// Why Stripe did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no key.
    #[error(
        "Stripe is not connected. Set STRIPE_API_KEY to a secret key of your Stripe account and start the server again."
    )]
    NotConnected,
    /// The bank said no (402).
    #[error("The payment was declined: {0}")]
    Declined(String),
    /// Stripe says that the request makes no sense (400, 404, 409).
    #[error("Stripe refused: {message}")]
    Invalid {
        /// The parameter in Stripe's words, when it is about one.
        param: Option<String>,
        /// In Stripe's words.
        message: String,
    },
    /// The key is wrong, or may not do that (401, 403).
    #[error("Stripe does not accept our key: {0} Set STRIPE_API_KEY to one that may do this.")]
    Unauthorized(String),
    /// Too many requests (429), also after waiting.
    #[error("Stripe takes no more requests just now. Nothing was changed; try again in a minute.")]
    Busy,
    /// Nobody listens there, or what had to be read first was not answered.
    #[error("Stripe cannot be reached just now. Nothing was changed; try again in a minute.")]
    Unreachable,
    /// No answer came in time.
    #[error("Stripe did not answer in time. Whether it was done will show here; trying again does it once only.")]
    Silent,
    /// A fault of Stripe's (5xx).
    #[error(
        "Stripe has a fault of its own just now. Whether it was done will show here; trying again does it once only."
    )]
    Broken,
    /// An answer that nobody can read.
    #[error("Stripe's answer could not be read. Whether it was done will show here; trying again does it once only.")]
    Unreadable,
}

impl Refusal {
    /// Whether it is certain that nothing was done.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Silent | Self::Broken | Self::Unreadable)
    }

    /// Whether Stripe itself says so: under a key it repeats what it said first. Not being reached now says nothing of the
    /// tries before.
    pub const fn is_decided(&self) -> bool {
        matches!(self, Self::Declined(_) | Self::Invalid { .. })
    }
}

/// Stripe as we ask it. Each call tries a few times and is bounded in time; all tries of a write carry one key.
pub trait Stripe: Sync {
    /// Changes something.
    fn ask(&self, ask: &Ask, key: &str) -> impl Future<Output = Result<Answer, Refusal>> + Send;
    /// Makes a person known and gives Stripe's id of them.
    fn create_customer(&self, new: &NewCustomer, key: &str) -> impl Future<Output = Result<String, Refusal>> + Send;
    /// What a change would cost.
    fn preview(&self, change: &ChangeAsk) -> impl Future<Output = Result<ChangePreview, Refusal>> + Send;
    /// Coupons that can be applied.
    fn coupons(&self) -> impl Future<Output = Result<Vec<StripeCoupon>, Refusal>> + Send;
    /// A page on which a customer manages what they pay.
    fn billing_portal(&self, customer: &str, key: &str) -> impl Future<Output = Result<String, Refusal>> + Send;
    /// A page on which somebody subscribes.
    fn checkout(&self, checkout: &Checkout, key: &str) -> impl Future<Output = Result<String, Refusal>> + Send;
}

/// Stripe, when it is connected.
pub type Port<'a, S> = Option<&'a S>;
