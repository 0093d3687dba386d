//! The rows of subscriptions and invoices.

use crate::state::object::{Discount, Metadata};
use crate::state::table::rows;

/// Stripe's subscription statuses that the sandbox uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The first payment failed; it expires after 23 hours.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// In a trial.
    Trialing,
    /// Paid.
    Active,
    /// A renewal failed and is retried.
    PastDue,
    /// The trial ended without a payment method.
    Paused,
    /// Over.
    Canceled,
}

impl Status {
    /// Stripe's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }

    /// Whether nothing can happen to it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

/// What happens to invoices while collection is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PauseBehaviour {
    /// They are voided.
    #[default]
    Void,
    /// They stay drafts.
    KeepAsDraft,
    /// They are marked uncollectible.
    MarkUncollectible,
}

impl PauseBehaviour {
    /// Stripe's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::KeepAsDraft => "keep_as_draft",
            Self::MarkUncollectible => "mark_uncollectible",
        }
    }

    /// The reverse of [`PauseBehaviour::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "void" => Some(Self::Void),
            "keep_as_draft" => Some(Self::KeepAsDraft),
            "mark_uncollectible" => Some(Self::MarkUncollectible),
            _ => None,
        }
    }
}

/// What happens when a trial ends and no payment method is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrialEnd {
    /// The invoice is made and its payment fails.
    #[default]
    CreateInvoice,
    /// The subscription is canceled.
    Cancel,
    /// The subscription's status becomes `paused`.
    Pause,
}

impl TrialEnd {
    /// Stripe's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateInvoice => "create_invoice",
            Self::Cancel => "cancel",
            Self::Pause => "pause",
        }
    }

    /// The reverse of [`TrialEnd::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "create_invoice" => Some(Self::CreateInvoice),
            "cancel" => Some(Self::Cancel),
            "pause" => Some(Self::Pause),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub id: String,
    pub created: i64,
    pub price: String,
    pub quantity: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cancellation {
    pub reason: Option<&'static str>,
    pub feedback: Option<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub id: String,
    pub created: i64,
    pub customer: String,
    pub currency: String,
    pub status: Status,
    pub items: Vec<Item>,
    /// Periods are counted from here, so that a 31st comes back after February.
    pub anchor: i64,
    /// How many periods lie between the anchor and the current period's end; 0 during a trial.
    pub cycle: u32,
    pub period_start: i64,
    pub period_end: i64,
    pub trial: Option<(i64, i64)>,
    pub trial_end_behaviour: TrialEnd,
    pub cancel_at_period_end: bool,
    pub canceled_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub cancellation: Cancellation,
    pub pause: Option<(PauseBehaviour, Option<i64>)>,
    pub discounts: Vec<Discount>,
    pub latest_invoice: Option<String>,
    pub pending_lines: Vec<Line>,
    pub metadata: Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

impl InvoiceStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: String,
    pub description: String,
    /// Before discounts; negative for a credit.
    pub amount: i64,
    pub price: String,
    pub quantity: i64,
    pub period: (i64, i64),
    pub proration: bool,
    pub item: String,
    /// (discount id, minor units taken off).
    pub discounts: Vec<(String, i64)>,
    /// Included in what remains after discounts.
    pub tax: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Invoice {
    pub id: String,
    pub created: i64,
    pub number: Option<String>,
    pub customer: String,
    pub subscription: String,
    pub currency: String,
    pub status: InvoiceStatus,
    pub billing_reason: &'static str,
    pub period: (i64, i64),
    pub lines: Vec<Line>,
    /// As they were when the invoice was made: the old shape embeds them.
    pub discounts: Vec<Discount>,
    pub subtotal: i64,
    pub total: i64,
    pub tax: i64,
    pub starting_balance: i64,
    pub ending_balance: Option<i64>,
    pub amount_due: i64,
    pub amount_paid: i64,
    pub attempts: u32,
    pub auto_advance: bool,
    pub next_attempt: Option<i64>,
    pub finalized_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub voided_at: Option<i64>,
    pub uncollectible_at: Option<i64>,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub payment: Option<String>,
    pub metadata: Metadata,
}

#[derive(Debug, Clone)]
pub(crate) struct InvoicePayment {
    pub id: String,
    pub created: i64,
    pub invoice: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub paid_at: Option<i64>,
    pub canceled_at: Option<i64>,
}

rows! {
    Subscription => "subscription",
    Invoice => "invoice",
    InvoicePayment => "invoice_payment",
}
