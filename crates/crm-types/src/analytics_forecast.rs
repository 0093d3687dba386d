//! What is expected: lifetimes by the shifted-beta-geometric model, and MRR in the months to come. Definitions: docs/METRICS.md.

use crate::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// MRR as it was at the end of a month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MrrPoint {
    /// Last day of the month.
    pub day: NaiveDate,
    /// MRR at its end.
    pub mrr: Money,
}

/// MRR as it is expected at the end of a month to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastMonth {
    /// Last day of the month.
    pub day: NaiveDate,
    /// What is expected: retained + added.
    pub expected: Money,
    /// Lower end of the interval.
    pub low: Money,
    /// Upper end of the interval.
    pub high: Money,
    /// Of it, what those who paid on the last day that is known still pay.
    pub retained: Money,
    /// Of it, what was won since, at the pace of the last months.
    pub added: Money,
}

/// The pace at which MRR is assumed to be won: the mean of the last full months. Customers who come back are not in it: they are
/// in how customers stay, where they count in their cohort again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastPace {
    /// First day of these months.
    pub from: NaiveDate,
    /// Their last day.
    pub to: NaiveDate,
    /// How many they are.
    pub months: i64,
    /// New MRR, a month.
    pub started: Money,
    /// Expansion less contraction, a month.
    pub changed: Money,
}

/// A month that is known, and what would have been expected of it before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackTestMonth {
    /// Last day of the month.
    pub day: NaiveDate,
    /// MRR at its end.
    pub actual: Money,
    /// What would have been expected.
    pub expected: Money,
    /// Lower end of the interval.
    pub low: Money,
    /// Upper end of the interval.
    pub high: Money,
    /// `expected / actual - 1`: 0.02 is 2 % too much. Null where there was no MRR.
    pub error: Option<f64>,
}

/// The same method, told only what was known some months ago, against what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackTest {
    /// The last day that it was told of.
    pub until: NaiveDate,
    /// The months since, oldest first.
    pub months: Vec<BackTestMonth>,
    /// The mean of the errors, each without its sign (MAPE): 0.02 is 2 %.
    pub mean_error: Option<f64>,
    /// How many of these months lie within the interval.
    pub inside: i64,
}

/// How customers stay: the chance to leave in a month is distributed among them as Beta(alpha, beta).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurvivalModel {
    /// Weight of leaving.
    pub alpha: f64,
    /// Weight of staying.
    pub beta: f64,
}

/// Who is still there so many months after their first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurvivalPoint {
    /// Months after the first.
    pub k: u32,
    /// The part that stayed, as it was seen; null for ages that nobody has reached.
    pub observed: Option<f64>,
    /// The part that the model expects; null without a model.
    pub expected: Option<f64>,
}

/// What one cohort is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortValue {
    /// First day of the cohort's month.
    pub month: NaiveDate,
    /// How many they were.
    pub size: i64,
    /// How many of them pay on the last day that is known.
    pub customers: i64,
    /// Their MRR then.
    pub mrr: Money,
    /// Their own model; null where they do not show how customers differ: then the plan's holds for them.
    pub model: Option<SurvivalModel>,
    /// Months that those who pay are expected to pay for from now on, discounted. Null without a model.
    pub residual_months: Option<f64>,
    /// What these are worth: MRR x `residual_months`.
    pub residual_value: Option<Money>,
}

/// What customers of a plan are worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanValue {
    /// A stream or tier, as filters take it: `rev2_coaching`, `tier1`, ... Empty for everybody.
    pub key: String,
    /// What to show.
    pub label: String,
    /// Customers who ever began with it.
    pub size: i64,
    /// Of them, those who pay on the last day that is known.
    pub customers: i64,
    /// Their MRR then.
    pub mrr: Money,
    /// MRR / customers.
    pub arpa: Option<Money>,
    /// How they stay; null when too little is known.
    pub model: Option<SurvivalModel>,
    /// Why there is no model.
    pub why_not: Option<String>,
    /// Month by month, as far as two years.
    pub survival: Vec<SurvivalPoint>,
    /// Months that a new customer is expected to pay for; null where some never leave (alpha up to 1), and without a model.
    pub lifetime_months: Option<f64>,
    /// The same, each payment discounted to the first.
    pub discounted_months: Option<f64>,
    /// Lifetime value of a new customer: ARPA x `discounted_months`.
    pub ltv: Option<Money>,
    /// What those who pay now are expected to pay from now on, discounted: the sum over the cohorts.
    pub residual_value: Option<Money>,
    /// By month of the first payment, oldest first.
    pub cohorts: Vec<CohortValue>,
}

/// MRR in the months to come, how well that was foretold before, and what customers are worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Last day of the last full month: nothing later is used.
    pub until: NaiveDate,
    /// Full months since the first payment.
    pub known_months: i64,
    /// By how much a payment is worth less for each year that it is later, in basis points.
    pub discount_bp: i32,
    /// The part of simulated futures that the interval holds, in basis points.
    pub interval_bp: i64,
    /// MRR at the end of `until`.
    pub mrr: Money,
    /// MRR at the end of each of the last 24 full months, oldest first.
    pub history: Vec<MrrPoint>,
    /// The months to come; empty when too little is known.
    pub months: Vec<ForecastMonth>,
    /// What is assumed of new MRR.
    pub pace: Option<ForecastPace>,
    /// Why there is no forecast: a sentence; null when there is one.
    pub why_not: Option<String>,
    /// How the method would have done; null when too little is known.
    pub back_test: Option<BackTest>,
    /// Why there is no back-test: a sentence.
    pub why_no_back_test: Option<String>,
    /// Everybody.
    pub total: PlanValue,
    /// By what customers began with.
    pub plans: Vec<PlanValue>,
}
