//! Churn, retention, cohorts, trials and lifetime value. Definitions: docs/METRICS.md.

use crate::analytics::Step;
use crate::text_enum::text_enum;
use crate::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What cohorts are divided by.
    CohortGroup {
        /// The revenue stream of their first movement.
        Stream => "stream",
        /// The tier of their first movement; coaching and B2B as one group each.
        Tier => "tier",
        /// Where the customers came from.
        Source => "source",
    }
}

/// Who stayed, who left, and what that did to MRR, in one stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retention {
    /// Customers whose MRR was above 0 when it began.
    pub start_customers: i64,
    /// Of them, those whose MRR reached 0 in it; each counts once.
    pub churned_customers: i64,
    /// Customers whose MRR is above 0 at its end.
    pub end_customers: i64,
    /// `churned_customers / start_customers`: 0.05 is 5 %. Null when nobody paid at the start, as all rates here.
    pub customer_churn_rate: Option<f64>,
    /// MRR when it began.
    pub start_mrr: Money,
    /// Of customers who never paid before.
    pub new: Money,
    /// Of customers who came back.
    pub reactivation: Money,
    /// Of customers who pay more.
    pub expansion: Money,
    /// Of customers who pay less; negative or 0.
    pub contraction: Money,
    /// Of customers who left; negative or 0.
    pub churn: Money,
    /// MRR at its end.
    pub end_mrr: Money,
    /// (churn + contraction) / MRR at the start.
    pub gross_mrr_churn_rate: Option<f64>,
    /// (churn + contraction - expansion - reactivation) / MRR at the start; negative when more was won than lost.
    pub net_mrr_churn_rate: Option<f64>,
    /// MRR at the end of those who paid at the start.
    pub retained_mrr: Money,
    /// The same, but of each at most what they paid at the start.
    pub kept_mrr: Money,
    /// Net revenue retention: `retained_mrr / start_mrr`.
    pub nrr: Option<f64>,
    /// Gross revenue retention: `kept_mrr / start_mrr`, never above 1.
    pub grr: Option<f64>,
    /// (new + expansion + reactivation) / (contraction + churn); null when nothing was lost.
    pub quick_ratio: Option<f64>,
}

/// One step of a series of retention figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionStep {
    /// First day.
    pub from: NaiveDate,
    /// Last day (inclusive).
    pub to: NaiveDate,
    /// Whether the step is a whole one and over; the figures of others still change, or are of fewer days.
    pub complete: bool,
    /// Its figures.
    pub figures: Retention,
}

/// The figures of those who belonged to a stream or tier when a stretch began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionGroup {
    /// A stream or tier, as filters take it: `rev1_individual`, `tier1`, ...
    pub key: String,
    /// What to show.
    pub label: String,
    /// Of the whole period.
    pub total: Retention,
    /// Of each step.
    pub steps: Vec<RetentionStep>,
}

/// Churn and retention of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChurnReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// The step between two days.
    pub interval: Step,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Of the whole period.
    pub total: Retention,
    /// Of each step, oldest first.
    pub steps: Vec<RetentionStep>,
    /// By stream or tier, when asked for: their customers and MRR add up to the total's.
    pub groups: Vec<RetentionGroup>,
}

/// What a customer is worth until they leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifetimeValue {
    /// MRR at the end of the day.
    pub mrr: Money,
    /// Customers whose MRR is above 0 then.
    pub customers: i64,
    /// Average revenue per account (or user): MRR / customers.
    pub arpa: Option<Money>,
    /// Mean monthly customer churn of the last six full months; months in which nobody paid at the start are left out.
    pub mean_churn_rate: Option<f64>,
    /// How many months that is the mean of.
    pub churn_months: i64,
    /// ARPA / mean churn; null without customers, or when nobody left.
    pub ltv: Option<Money>,
}

/// Lifetime value at the end of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LtvStep {
    /// The last day of the step.
    pub day: NaiveDate,
    /// As at its end.
    pub value: LifetimeValue,
}

/// Lifetime value of a stream or tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LtvGroup {
    /// A stream or tier, as filters take it.
    pub key: String,
    /// What to show.
    pub label: String,
    /// At the end of the period.
    pub value: LifetimeValue,
}

/// ARPA and lifetime value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LtvReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the series.
    pub from: NaiveDate,
    /// The day at whose end `total` and `groups` are.
    pub to: NaiveDate,
    /// The step between two days.
    pub interval: Step,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// First day of the six full months whose churn counts.
    pub churn_from: NaiveDate,
    /// Last day of them.
    pub churn_to: NaiveDate,
    /// Of everybody.
    pub total: LifetimeValue,
    /// At the end of each step, oldest first.
    pub steps: Vec<LtvStep>,
    /// By stream or tier, when asked for.
    pub groups: Vec<LtvGroup>,
}

/// Trials, and what became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialConversion {
    /// Trials that ended.
    pub ended: i64,
    /// Of them, those whose subscription became active afterwards.
    pub converted: i64,
    /// `converted / ended`; null when none ended.
    pub rate: Option<f64>,
}

/// Trials that ended in a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialStep {
    /// First day.
    pub from: NaiveDate,
    /// Last day (inclusive).
    pub to: NaiveDate,
    /// Whether the step is a whole one and over.
    pub complete: bool,
    /// What became of them.
    pub figures: TrialConversion,
}

/// Trials that began in a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialCohort {
    /// First day.
    pub from: NaiveDate,
    /// Last day (inclusive).
    pub to: NaiveDate,
    /// Trials that began.
    pub started: i64,
    /// Of them, those that still run.
    pub running: i64,
    /// What became of the others, whenever they ended.
    pub figures: TrialConversion,
    /// Whether the step is over and none of its trials runs any more: the rate is final.
    pub complete: bool,
}

/// Trials of a stream or tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialGroup {
    /// A stream or tier, as filters take it.
    pub key: String,
    /// What to show.
    pub label: String,
    /// Those that ended in the period.
    pub total: TrialConversion,
}

/// How many trials become paid subscriptions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialReport {
    /// Only trials in this currency; null: in all of them, for counts can be added.
    pub currency: Option<Currency>,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// The step between two days.
    pub interval: Step,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Those that ended in the period.
    pub total: TrialConversion,
    /// By when they ended, oldest first.
    pub steps: Vec<TrialStep>,
    /// By when they began, oldest first.
    pub cohorts: Vec<TrialCohort>,
    /// By stream or tier, when asked for.
    pub groups: Vec<TrialGroup>,
}

/// A cohort so many months after it began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortCell {
    /// Calendar months after the first: 0 is the end of the cohort's own month.
    pub k: u32,
    /// Customers who pay at the end of that month.
    pub customers: i64,
    /// Their MRR then, minor units.
    pub mrr: i64,
    /// `customers / size`.
    pub customer_retention: Option<f64>,
    /// MRR / MRR at the end of month 0.
    pub mrr_retention: Option<f64>,
    /// False while that month is not over: the cell still changes.
    pub complete: bool,
}

/// Customers whose first paid subscription began in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cohort {
    /// The first day of the month.
    pub month: NaiveDate,
    /// How many they are.
    pub size: i64,
    /// From month 0 to the last that has begun.
    pub cells: Vec<CohortCell>,
}

/// The cohorts of a stream, a tier or a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortsOf {
    /// As filters take it; empty for customers of whom no source is known.
    pub key: String,
    /// What to show.
    pub label: String,
    /// Oldest first.
    pub cohorts: Vec<Cohort>,
}

/// How cohorts of customers stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortReport {
    /// The currency of every amount: customers count to the cohort of their first MRR in it.
    pub currency: Currency,
    /// The first cohort's month: its first day.
    pub from: NaiveDate,
    /// The last cohort's month: its first day.
    pub to: NaiveDate,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Everybody, oldest first.
    pub cohorts: Vec<Cohort>,
    /// Divided, when asked for: sizes, customers and MRR add up to those of `cohorts`.
    pub groups: Vec<CohortsOf>,
}
