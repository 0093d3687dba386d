//! Revenue shared among coaches, organisations and the platform.

use crate::Money;
use crate::billing::TransactionKind;
use crate::customers::CustomerRef;
use crate::ids::{
    CoachingRelationshipId, OrganizationId, PayoutStatementId, RevenueShareId, ShareRuleId, SubscriptionId,
};
use crate::organizations::OrganizationRef;
use crate::text_enum::text_enum;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Of what a payment is shared.
    ShareBase {
        /// Of all that the customer paid.
        Gross => "gross",
        /// Of that, less the tax within.
        NetOfTax => "net_of_tax",
        /// Of that, less the tax within and the payment fee.
        NetOfFees => "net_of_fees",
    }
}

text_enum! {
    /// For whom a rule is. The nearest rule that holds at the instant of a payment decides.
    ShareScope {
        /// For all who are coached.
        Default => "default",
        /// For those who are coached at one organisation.
        Organization => "organization",
        /// For one coaching relationship.
        Relationship => "relationship",
    }
}

/// A rule by which payments for individual subscriptions are shared while it holds, if somebody coaches the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareRule {
    /// Our id.
    pub id: ShareRuleId,
    /// For whom.
    pub scope: ShareScope,
    /// For whom is coached there.
    pub organization: Option<OrganizationRef>,
    /// For this coaching relationship.
    pub relationship_id: Option<CoachingRelationshipId>,
    /// Who coaches in it.
    pub coach: Option<CustomerRef>,
    /// Who is coached in it.
    pub client: Option<CustomerRef>,
    /// Of what.
    pub base: ShareBase,
    /// The coach's part in basis points: 3000 is 30 %.
    pub coach_bp: i32,
    /// The organisation's part in basis points; the platform's where the customer is coached at none.
    pub organization_bp: i32,
    /// The first instant at which it holds.
    pub starts_at: DateTime<Utc>,
    /// The first instant at which it does not any more; null while it has no end.
    pub ends_at: Option<DateTime<Utc>>,
}

/// By which rule what a client pays is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachingShare {
    /// The nearest that holds; null when none does, and nothing is shared.
    pub rule: Option<ShareRule>,
}

/// A new rule. It takes over from what holds for the same at its first instant, until the next that is there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewShareRule {
    /// For those who are coached there; for all when neither this nor a relationship is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// For one coaching relationship.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship_id: Option<CoachingRelationshipId>,
    /// Of what; `gross` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<ShareBase>,
    /// The coach's part in basis points, 0 to 10000.
    pub coach_bp: i32,
    /// The organisation's part in basis points; 0 when not given. With the coach's at most 10000.
    #[serde(default)]
    pub organization_bp: i32,
    /// When it begins, 1970 to 9999; now when not given. Payments since then are shared anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
}

/// Ends a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShareRuleEnd {
    /// The first instant at which it does not hold any more; now when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// The orders of the list of rules.
    ShareRuleSort {
        /// What begins last first; the default.
        StartsAtDescending => "-starts_at",
        /// What begins first first.
        StartsAt => "starts_at",
    }
}

/// How a payment or a refund was shared: a row of an append-only ledger. The three shares add up to `shared_amount`, to the
/// minor unit. A row that takes back an earlier one has its amounts with the other sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevenueShare {
    /// Our id.
    pub id: RevenueShareId,
    /// The payment or refund, as `GET /api/transactions?q=` finds it.
    pub business_key: String,
    /// In or out.
    pub kind: TransactionKind,
    /// Who paid.
    pub customer: CustomerRef,
    /// Who coaches them, and has a share.
    pub coach: CustomerRef,
    /// Where they are coached; it has a share too.
    pub organization: Option<OrganizationRef>,
    /// For which subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// The rule that held.
    pub rule_id: ShareRuleId,
    /// Of what.
    pub base: ShareBase,
    /// What the customer paid for individual subscriptions, tax and all; negative when it went back.
    pub user_payment_amount: Money,
    /// What of that is shared.
    pub shared_amount: Money,
    /// The coach's.
    pub coach_share_amount: Money,
    /// The coach's part, in per cent.
    pub coach_share_percentage: f64,
    /// The organisation's.
    pub organization_share_amount: Money,
    /// The organisation's part, in per cent.
    pub organization_share_percentage: f64,
    /// The rest, which is the platform's.
    pub prometheus_revenue: Money,
    /// What it was paid for: the first instant of the service period ...
    pub period_start: Option<DateTime<Utc>>,
    /// ... and the first after it.
    pub period_end: Option<DateTime<Utc>>,
    /// The month to which it counts: its first day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-10-01"))]
    pub month: NaiveDate,
    /// The row that this one takes back.
    pub reverses: Option<RevenueShareId>,
    /// When the money moved at Stripe.
    pub occurred_at: DateTime<Utc>,
    /// When the row was written.
    pub created_at: DateTime<Utc>,
}

text_enum! {
    /// The orders of the list of shares.
    RevenueShareSort {
        /// Newest first; the default.
        OccurredAtDescending => "-occurred_at",
        /// Oldest first.
        OccurredAt => "occurred_at",
        /// The coach's largest share first.
        CoachShareDescending => "-coach_share_amount",
        /// The coach's smallest share first.
        CoachShare => "coach_share_amount",
    }
}

/// What was shared in a month, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevenueMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// What customers who are coached paid for individual subscriptions, tax and all, less what went back.
    pub paid: Money,
    /// What of it is shared.
    pub shared: Money,
    /// What of it is the coaches'.
    pub coaches: Money,
    /// What of it is the organisations'.
    pub organizations: Money,
    /// What of it is the platform's.
    pub platform: Money,
    /// Whether it is closed: nothing more counts to it.
    pub closed: bool,
}

text_enum! {
    /// Who gets a statement.
    PayoutParty {
        /// Who coaches.
        Coach => "coach",
        /// Where clients are coached.
        Organization => "organization",
    }
}

text_enum! {
    /// How far a statement is.
    StatementStatus {
        /// The month is not closed: what it comes to so far.
        Open => "open",
        /// The month is closed: the amounts stay.
        Closed => "closed",
        /// To be paid.
        Approved => "approved",
        /// Paid.
        Paid => "paid",
    }
}

/// What a month comes to for a coach or an organisation, in one currency. The rows behind `earned` and `refunded`:
/// `GET /api/revenue/shares` with `coach` or `organization`, `month` and `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayoutStatement {
    /// Our id; the same before and after the month is closed.
    pub id: PayoutStatementId,
    /// The month: its first day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-10-01"))]
    pub month: NaiveDate,
    /// Whose it is.
    pub party: PayoutParty,
    /// The coach, when it is a coach's.
    pub coach: Option<CustomerRef>,
    /// The organisation, when it is an organisation's.
    pub organization: Option<OrganizationRef>,
    /// From the statement before: what is owed to the platform (negative), or was too little to pay. An open month after
    /// another open one does not know it yet: 0.
    pub carried: Money,
    /// Their part of what was paid.
    pub earned: Money,
    /// Their part of what went back; negative.
    pub refunded: Money,
    /// Below that, nothing is paid.
    pub minimum: Money,
    /// What is to be paid.
    pub payable: Money,
    /// To the next statement.
    pub forward: Money,
    /// How far it is.
    pub status: StatementStatus,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was marked as paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// How it was paid, as the bank has it.
    pub payment_reference: Option<String>,
}

text_enum! {
    /// The orders of the list of statements.
    StatementSort {
        /// Newest month first; the default.
        MonthDescending => "-month",
        /// Oldest month first.
        Month => "month",
        /// What pays most first.
        PayableDescending => "-payable",
        /// What pays least first.
        Payable => "payable",
    }
}

/// Statements of a month that were approved or paid together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthSettling {
    /// The month: its first day.
    pub month: NaiveDate,
    /// How many moved on. Those that were so before are not counted.
    pub statements: i64,
    /// What they come to, by currency.
    pub amounts: Vec<Money>,
}

/// Marks a statement, or all that are approved, as paid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StatementPayment {
    /// How it was paid, as the bank has it: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
}

text_enum! {
    /// The shape of a statement's file.
    StatementFormat {
        /// Comma-separated, UTF-8 with a mark.
        Csv => "csv",
        /// An Excel workbook.
        Xlsx => "xlsx",
    }
}

/// The balance below which nothing is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayoutMinimum {
    /// In minor units of the currency; 0 pays whatever is above nothing.
    pub minor: i64,
}

/// What payments in a currency cost, declared: it stands where Stripe did not tell the fee of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentFee {
    /// Of the amount, in basis points: 290 is 2.9 %.
    pub rate_bp: i32,
    /// And for each payment.
    pub fixed: Money,
    /// Since when, until the next of this currency.
    pub starts_at: DateTime<Utc>,
}

/// Declares what payments in a currency cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPaymentFee {
    /// Of the amount, in basis points, 0 to 10000.
    pub rate_bp: i32,
    /// And for each payment, in minor units, 0 to 1000000000.
    #[serde(default)]
    pub fixed_minor: i64,
    /// Since when, 1970 to 9999; now when not given. Payments since then are shared anew where a rule is of what is left
    /// after fees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
}

/// What closing a month, or several, did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthClosing {
    /// The month, the last of them: its first day.
    pub month: NaiveDate,
    /// How many months were closed.
    pub months: i64,
    /// Statements that were made.
    pub statements: i64,
    /// Of those, statements with something to pay.
    pub payable: i64,
}
