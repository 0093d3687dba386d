//! Payments that failed, came back or were earned. Definitions: docs/METRICS.md.

use crate::analytics_streams::StreamAmount;
use crate::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Payments of a stretch of time. Rates are null when there is nothing to have a share of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentFigures {
    /// Payments that succeeded.
    pub payments: i64,
    /// What they brought, tax and all.
    pub paid: Money,
    /// Average order value: paid / payments.
    pub average: Option<Money>,
    /// Refunds.
    pub refunds: i64,
    /// What went back; negative or 0.
    pub refunded: Money,
    /// What went back / what was paid in the same time.
    pub refund_rate: Option<f64>,
    /// Payments that were disputed, unless that was won since.
    pub disputes: i64,
    /// What that took; negative or 0.
    pub disputed: Money,
    /// What disputes took / what was paid in the same time.
    pub dispute_rate: Option<f64>,
    /// Attempts to collect that failed, whatever became of their payment.
    pub failed_attempts: i64,
    /// failed attempts / (failed attempts + payments).
    pub failure_rate: Option<f64>,
    /// Invoices (or payments without one) of which the first attempt that failed is in this time.
    pub failed_invoices: i64,
    /// What they were for.
    pub failed_amount: Money,
    /// Of them, those that were paid later, whenever.
    pub recovered_invoices: i64,
    /// What that brought.
    pub recovered_amount: Money,
    /// `recovered_invoices / failed_invoices`.
    pub recovery_rate: Option<f64>,
    /// `recovered_amount / failed_amount`.
    pub amount_recovery_rate: Option<f64>,
}

/// Payments of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentStep {
    /// First day of the month.
    pub from: NaiveDate,
    /// Its last day (inclusive).
    pub to: NaiveDate,
    /// Whether the month is over.
    pub complete: bool,
    /// Its figures.
    pub figures: PaymentFigures,
}

/// Payments, refunds, failures and recovery, by month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the first month.
    pub from: NaiveDate,
    /// Last day of the last month (inclusive).
    pub to: NaiveDate,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Of all months.
    pub total: PaymentFigures,
    /// Of each month, oldest first.
    pub steps: Vec<PaymentStep>,
}

/// Revenue earned in a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecognisedStep {
    /// First day of the month.
    pub from: NaiveDate,
    /// Its last day (inclusive).
    pub to: NaiveDate,
    /// Whether the month is over.
    pub complete: bool,
    /// What was earned in it.
    pub recognised: Money,
    /// The same by stream; they add up to `recognised`.
    pub streams: Vec<StreamAmount>,
    /// What of it is not for a stream that is known.
    pub other: Money,
}

/// Revenue when it is earned: what was paid, spread over the days that it was paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecognisedReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the first month.
    pub from: NaiveDate,
    /// Last day of the last month (inclusive).
    pub to: NaiveDate,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Earned in all these months.
    pub recognised: Money,
    /// Paid, and to be earned after the last month.
    pub deferred: Money,
    /// Each month, oldest first.
    pub steps: Vec<RecognisedStep>,
}
