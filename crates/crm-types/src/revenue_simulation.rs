//! What a period would have come to under other rules.

use crate::Money;
use crate::customers::CustomerRef;
use crate::ids::{CoachingRelationshipId, JobId, OrganizationId};
use crate::jobs::JobState;
use crate::organizations::OrganizationRef;
use crate::revenue::{PayoutParty, ShareBase, ShareScope};
use crate::text_enum::text_enum;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Months that a simulation may go over.
pub const MOST_MONTHS: u32 = 36;
/// Rules that may be proposed together.
pub const MOST_RULES: usize = 100;

/// A rule that is tried out: for all, for an organisation, or for one coaching relationship. It stands for whatever rules the same
/// have in the whole period; other rules stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProposedRule {
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
}

/// Which months to replay, under which rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSimulation {
    /// The first month: any day of it.
    #[cfg_attr(feature = "openapi", schema(example = "2026-10-01"))]
    pub from: NaiveDate,
    /// The last month (inclusive): any day of it. At most 36 months in all.
    #[cfg_attr(feature = "openapi", schema(example = "2026-10-31"))]
    pub to: NaiveDate,
    /// 1 to 100 rules.
    pub rules: Vec<ProposedRule>,
}

/// A rule that a simulation tries out, with the names of whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimulatedRule {
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
    /// The coach's part in basis points.
    pub coach_bp: i32,
    /// The organisation's part in basis points.
    pub organization_bp: i32,
}

/// A simulation: how far it is, and what it came to so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Simulation {
    /// Its id, which is that of its job.
    pub id: JobId,
    /// The first month: its first day.
    pub from: NaiveDate,
    /// The last month: its first day.
    pub to: NaiveDate,
    /// The rules that are tried out, in the order in which they were proposed.
    pub rules: Vec<SimulatedRule>,
    /// How far it is.
    pub state: JobState,
    /// Clients that were replayed.
    pub done: i64,
    /// Clients there are; null until they were counted.
    pub total: Option<i64>,
    /// Why it was given up.
    pub error: Option<String>,
    /// What it comes to, currencies apart.
    pub totals: Vec<SimulationTotal>,
    /// Asked for.
    pub created_at: DateTime<Utc>,
    /// Over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a simulation comes to in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimulationTotal {
    /// Payments, refunds and disputes that either rules share.
    pub shares: i64,
    /// By the rules that hold.
    pub now: SimulatedParts,
    /// By the proposed ones.
    pub proposed: SimulatedParts,
}

/// What some rules come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimulatedParts {
    /// What clients paid of what is shared, less what went back.
    pub paid: Money,
    /// What of it is shared.
    pub shared: Money,
    /// What of that is the coaches'.
    pub coaches: Money,
    /// What of that is the organisations'.
    pub organizations: Money,
    /// What of that is the platform's.
    pub platform: Money,
}

/// What a simulation comes to for a coach or an organisation, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimulatedParty {
    /// Whose it is.
    pub party: PayoutParty,
    /// The coach, when it is a coach's.
    pub coach: Option<CustomerRef>,
    /// The organisation, when it is an organisation's.
    pub organization: Option<OrganizationRef>,
    /// Payments, refunds and disputes in which either rules give them a part.
    pub shares: i64,
    /// By the rules that hold.
    pub now: Money,
    /// By the proposed ones.
    pub proposed: Money,
    /// How much more that is.
    pub difference: Money,
}

text_enum! {
    /// The orders of what a simulation comes to for each.
    SimulatedPartySort {
        /// Who gains most first; the default.
        DifferenceDescending => "-difference",
        /// Who loses most first.
        Difference => "difference",
        /// Who has most now first.
        NowDescending => "-now",
        /// Who has least now first.
        Now => "now",
        /// Who would have most first.
        ProposedDescending => "-proposed",
        /// Who would have least first.
        Proposed => "proposed",
    }
}

/// Publishes the rules of a simulation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// When they begin, 1970 to 9999; now when not given. Payments since then are shared anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
}
