//! The three revenue streams beside each other, and what explains a change. Definitions: docs/METRICS.md.

use crate::analytics_retention::TrialConversion;
use crate::exchange_rates::RateUse;
use crate::ids::CustomerId;
use crate::mrr::MovementType;
use crate::plans::{Stream, Tier};
use crate::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Customers of one kind: how many, what they pay, how many left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomersPart {
    /// A tier, a stream, `coached` or `uncoached`.
    pub key: String,
    /// What to show.
    pub label: String,
    /// Customers whose MRR is above 0 at the end of the period, and mostly for this.
    pub customers: i64,
    /// Their MRR.
    pub mrr: Money,
    /// Average revenue per user: MRR / customers.
    pub arpu: Option<Money>,
    /// Those who paid when the period began.
    pub start_customers: i64,
    /// Of them, those whose MRR reached 0 in it.
    pub churned_customers: i64,
    /// `churned_customers / start_customers`.
    pub customer_churn_rate: Option<f64>,
    /// MRR at the end of those who paid at the start / their MRR at the start.
    pub nrr: Option<f64>,
}

/// REV 1: individuals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndividualStream {
    /// Everybody of the stream.
    pub total: CustomersPart,
    /// By tier; those without one last, when there are any. They add up to `total`.
    pub tiers: Vec<CustomersPart>,
    /// Trials that ended in the period, in every currency.
    pub trials: TrialConversion,
    /// Who had a coach: for churn, when the period began; for customers and MRR, at its end.
    pub coached: CustomersPart,
    /// Who had none. Both add up to `total`.
    pub uncoached: CustomersPart,
}

/// REV 2: coaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachingStream {
    /// Who pays for the coaching software.
    pub total: CustomersPart,
    /// People who coach somebody now.
    pub coaches_with_clients: i64,
    /// Whom they coach now.
    pub clients: i64,
    /// `clients / coaches_with_clients`.
    pub portfolio_size: Option<f64>,
    /// Coaches with a share of what was paid in the last month of the period.
    pub earning_coaches: i64,
    /// What they earned in these months, refunds taken off.
    pub share_earnings: Money,
    /// `share_earnings / earning_coaches`.
    pub share_per_coach: Option<Money>,
    /// 1 - customer churn of the stream.
    pub coach_retention_rate: Option<f64>,
    /// Net revenue retention of coached individuals: how the portfolios grow.
    pub portfolio_nrr: Option<f64>,
}

/// REV 3: businesses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessStream {
    /// Who pays for the B2B software.
    pub total: CustomersPart,
    /// Organisations that anybody belongs to now, archived ones left out.
    pub organizations: i64,
    /// People who pay for coaching and belong to one.
    pub coaches: i64,
    /// `coaches / organizations`.
    pub coaches_per_organization: Option<f64>,
    /// Individuals who pay and belong to one.
    pub clients: i64,
    /// Penetration: `clients / organizations`.
    pub clients_per_organization: Option<f64>,
    /// MRR now of everybody who belongs to one, by stream.
    pub mrr_by_stream: Vec<StreamAmount>,
    /// Their sum / organizations.
    pub combined_mrr_per_organization: Option<Money>,
}

/// An amount of one stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamAmount {
    /// Which.
    pub stream: Stream,
    /// What to show.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// All streams together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ecosystem {
    /// MRR of each stream at the end of the period, by what is paid for.
    pub mrr_by_stream: Vec<StreamAmount>,
    /// Their sum: MRR.
    pub mrr: Money,
    /// 12 x MRR.
    pub arr: Money,
}

/// A step up on the way from individual to coach and organisation, taken in the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JourneyStep {
    /// `coached`, `rev2_coach` or `rev3_org`: what they became.
    pub key: String,
    /// What to show.
    pub label: String,
    /// How many customers took it.
    pub customers: i64,
    /// What the step did to MRR; null where it does nothing by itself, as being coached.
    pub mrr_impact: Option<Money>,
    /// Customer journey value: what those who took it have paid so far, on average.
    pub lifetime_per_customer: Option<Money>,
}

/// The streams' figures, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamsReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// Individuals.
    pub rev1: IndividualStream,
    /// Coaches.
    pub rev2: CoachingStream,
    /// Businesses.
    pub rev3: BusinessStream,
    /// All of them.
    pub ecosystem: Ecosystem,
    /// From one to the next.
    pub journey: Vec<JourneyStep>,
}

/// A customer behind a cell of the bridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BridgeCustomer {
    /// Who.
    pub id: CustomerId,
    /// Name or e-mail to show.
    pub name: String,
    /// Their part of the cell, signed.
    pub amount: Money,
}

/// Movements of one type in a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BridgeCell {
    /// The type.
    pub movement: MovementType,
    /// Signed sum.
    pub amount: Money,
    /// How many movements have their largest part here.
    pub count: i64,
    /// Those who moved most, largest first; at most three.
    pub customers: Vec<BridgeCustomer>,
}

/// One stream or tier of the bridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BridgeSegment {
    /// A stream or tier, as filters take it.
    pub key: String,
    /// What to show.
    pub label: String,
    /// Its stream.
    pub stream: Stream,
    /// Its tier, for individuals by tier.
    pub tier: Option<Tier>,
    /// MRR before the first day.
    pub start: Money,
    /// One cell for each type, in the order of a waterfall.
    pub cells: Vec<BridgeCell>,
    /// MRR at the end of the last day.
    pub end: Money,
    /// `end - start - sum of cells`: always 0.
    pub difference: Money,
}

/// What explains the change of MRR between two dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BridgeReport {
    /// The currency of every amount.
    pub currency: Currency,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period (inclusive).
    pub to: NaiveDate,
    /// What was written down by then counts; null: everything.
    pub as_of: Option<DateTime<Utc>>,
    /// MRR before the first day: the sum of the segments'.
    pub start: Money,
    /// MRR at the end of the last day: the sum of the segments'.
    pub end: Money,
    /// `end - start - sum of all cells`: always 0.
    pub difference: Money,
    /// By stream or tier.
    pub segments: Vec<BridgeSegment>,
    /// The rates that other currencies were converted with; null: nothing was converted.
    pub rates: Option<Vec<RateUse>>,
}
