//! Figures and charts. Definitions: docs/METRICS.md.

use crate::exchange_rates::RateUse;
use crate::mrr::MovementType;
use crate::text_enum::text_enum;
use crate::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The step of a series.
    Step {
        /// A day.
        Day => "day",
        /// A week, from Monday.
        Week => "week",
        /// A calendar month.
        Month => "month",
    }
}

text_enum! {
    /// What the compared period is.
    Comparison {
        /// The period of the same length just before.
        Previous => "previous",
        /// The same days a year earlier.
        Year => "year",
    }
}

text_enum! {
    /// What a chart's series are.
    GroupBy {
        /// One series per revenue stream.
        Stream => "stream",
        /// One series per tier; coaching and B2B as one series each.
        Tier => "tier",
    }
}

/// A figure with the value of the compared period and a sparkline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure<T> {
    /// The value; null when it has a zero denominator.
    #[cfg_attr(feature = "openapi", schema(schema_with = nullable::<T>))]
    pub value: Option<T>,
    /// The same in the compared period.
    #[cfg_attr(feature = "openapi", schema(schema_with = nullable::<T>))]
    pub previous: Option<T>,
    /// The value over the period, oldest first, for a sparkline: each day when the period has up to 31, else 12 to 60
    /// steps. Each point is the figure as at the end of its step; churn rate and net new MRR are those of the step alone.
    pub series: Vec<Point<T>>,
}

/// A value of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point<T> {
    /// The last day of the step that the value is for.
    pub day: NaiveDate,
    /// The value; null when it has a zero denominator.
    #[cfg_attr(feature = "openapi", schema(schema_with = nullable::<T>))]
    pub value: Option<T>,
}

/// A type parameter's schema, or null: the derive forgets that an `Option` of one may be null.
#[cfg(feature = "openapi")]
fn nullable<T: utoipa::ToSchema>() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
    Schema::OneOf(OneOfBuilder::new().item(T::schema()).item(ObjectBuilder::new().schema_type(Type::Null)).build())
}

/// The executive dashboard's figures, in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// The currency of every amount here; amounts in others are not in it, unless `rates` says how they were converted.
    pub currency: Currency,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// First day of the compared period.
    pub previous_from: NaiveDate,
    /// Last day of the compared period (inclusive).
    pub previous_to: NaiveDate,
    /// The account's time zone, in which days begin and end.
    pub time_zone: String,
    /// Monthly recurring revenue at the end of the period.
    pub mrr: Figure<Money>,
    /// 12 x MRR.
    pub arr: Figure<Money>,
    /// Customers whose MRR is above 0 at the end of the period.
    pub paying_customers: Figure<i64>,
    /// Trials that run at the end of the period, in every currency.
    pub trials_running: Figure<i64>,
    /// Customers paying at the start whose MRR reached 0 in the period / customers paying at the start: 0.05 is 5 %.
    pub customer_churn_rate: Figure<f64>,
    /// MRR at the end - MRR at the start.
    pub net_new_mrr: Figure<Money>,
    /// MRR / paying customers.
    pub arpu: Figure<Money>,
    /// MRR that will end: subscriptions set to cancel at their period's end.
    pub scheduled_churn: Money,
    /// Prices that events wait for: the subscriptions in them are in no figure until somebody says what stream they are.
    pub unmapped_prices: i64,
    /// MRR at the end of the period in each currency that has any.
    pub currencies: Vec<Money>,
    /// Today; the day of what happened last where that was long ago or the business's clock runs ahead. A period that begins
    /// later has not begun: its figures are those of this day.
    pub newest_day: NaiveDate,
    /// When the newest movement was written; null before the first.
    pub updated_at: Option<DateTime<Utc>>,
    /// The rates that other currencies were converted with; null: nothing was converted.
    pub rates: Option<Vec<RateUse>>,
}

/// MRR over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MrrSeries {
    /// The currency of every amount.
    pub currency: Currency,
    /// The step between two days.
    pub step: Step,
    /// The last day of each step, oldest first.
    pub days: Vec<NaiveDate>,
    /// The series, in stacking order; they add up to `total`.
    pub series: Vec<MrrSeriesLine>,
    /// MRR at the end of each day, minor units.
    pub total: Vec<i64>,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// The rates that other currencies were converted with; null: nothing was converted.
    pub rates: Option<Vec<RateUse>>,
}

/// One series of `MrrSeries`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MrrSeriesLine {
    /// A stream or tier, as filters take it: `rev1_individual`, `tier1`, ...
    pub key: String,
    /// What to show.
    pub label: String,
    /// MRR at the end of each day, minor units.
    pub values: Vec<i64>,
}

/// From the MRR at the start to the MRR at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovementSummary {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// MRR before the first day.
    pub start: Money,
    /// The movements by type, in the order of a waterfall; types without any are there with 0.
    pub movements: Vec<MovementTotal>,
    /// MRR at the end of the last day.
    pub end: Money,
    /// `end - start - sum of movements`: always 0.
    pub difference: Money,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// The rates that other currencies were converted with; null: nothing was converted.
    pub rates: Option<Vec<RateUse>>,
    /// The same for each step of the period, oldest first, when an interval was asked for: each begins where the one before ends.
    pub steps: Vec<MovementStep>,
}

/// The movements of one step of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovementStep {
    /// First day.
    pub from: NaiveDate,
    /// Last day (inclusive).
    pub to: NaiveDate,
    /// MRR before the first day.
    pub start: Money,
    /// The movements by type, in the order of a waterfall.
    pub movements: Vec<MovementTotal>,
    /// MRR at the end of the last day.
    pub end: Money,
}

/// All movements of one type in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovementTotal {
    /// The type.
    pub movement: MovementType,
    /// Signed sum.
    pub amount: Money,
    /// How many movements; of `fx`, how often a rate changed what a stream and tier is worth.
    pub count: i64,
}
