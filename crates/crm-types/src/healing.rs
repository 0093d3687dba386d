//! What webhooks missed: the sweep over Stripe's events, its objects beside ours, and accounts from before.

use crate::ids::DifferenceId;
use crate::jobs::Job;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Objects that are compared with Stripe's.
    ReconciledKind {
        /// What customers subscribe to.
        Subscription => "subscription",
        /// What they are billed.
        Invoice => "invoice",
        /// What went back.
        Refund => "refund",
        /// What their banks took back.
        Dispute => "dispute",
    }
}

text_enum! {
    /// How far the repair of an object is.
    RepairState {
        /// Stripe is being asked for the object.
        Asked => "asked",
        /// Its answer is in the inbox. A difference that is still there then is one of how it is read.
        Stored => "stored",
    }
}

text_enum! {
    /// The orders of the list of differences.
    DifferenceSort {
        /// Found last first; the default.
        FoundAtDescending => "-found_at",
        /// Found first first.
        FoundAt => "found_at",
    }
}

/// How well we know what happened at Stripe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Healing {
    /// Whether there is a key. Without one nothing is asked.
    pub connected: bool,
    /// The sweep over Stripe's list of events.
    pub sweep: Sweep,
    /// Stripe's objects beside ours.
    pub reconciliation: Reconciliation,
    /// The newest backfill; null when there never was one.
    pub backfill: Option<Backfill>,
}

/// The sweep: every hour, Stripe's list of events is gone through, and what is missing is put into the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sweep {
    /// Since when one runs; null when none does.
    pub began_at: Option<DateTime<Utc>>,
    /// Events that the present sweep saw so far.
    pub seen: i64,
    /// Of those, missing ones.
    pub found: i64,
    /// When the last one was over; null when none ever was.
    pub finished_at: Option<DateTime<Utc>>,
    /// Events that the last one saw.
    pub last_seen: i64,
    /// Of those, missing ones.
    pub last_found: i64,
    /// Missing events that all sweeps found.
    pub found_ever: i64,
    /// When the next one begins, or the present one goes on.
    pub due_at: DateTime<Utc>,
    /// Why it does not go on now: what Stripe said last.
    pub problem: Option<String>,
}

/// The daily comparison with Stripe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reconciliation {
    /// When the last whole one was over; null when none ever was.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it compared, by kind.
    pub counts: Vec<ReconciledCount>,
    /// Objects that differ now.
    pub differing: i64,
    /// Those of the objects that were compared that differ now, in basis points; null before the first comparison.
    pub drift_bp: Option<i64>,
    /// Objects that are being repaired.
    pub repairing: i64,
    /// The comparison that waits or runs, or the newest when it failed.
    pub job: Option<Job>,
}

/// What was compared of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReconciledCount {
    /// Which.
    pub kind: ReconciledKind,
    /// Objects that Stripe has.
    pub compared: i64,
    /// Of those, what differed then.
    pub differing: i64,
    /// Objects that were here then.
    pub here: i64,
}

/// A field in which we and Stripe differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Our id of the difference.
    pub id: DifferenceId,
    /// What kind of object.
    pub kind: ReconciledKind,
    /// Stripe's id of it.
    pub object_id: String,
    /// The field, as Stripe calls it; `object` when we do not have it at all.
    pub field: String,
    /// What we have; null for nothing.
    pub ours: Option<String>,
    /// What Stripe has; null for nothing.
    pub stripes: Option<String>,
    /// Found first.
    pub found_at: DateTime<Utc>,
    /// Compared last.
    pub compared_at: DateTime<Utc>,
    /// How far its repair is; null when none was asked for.
    pub repair: Option<RepairState>,
    /// Why the repair does not go on, or what Stripe told of the object waits.
    pub repair_problem: Option<String>,
}

/// What is to be repaired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepairRequest {
    /// Differences, by our ids: 1 to 1,000. The whole object of each is repaired.
    #[serde(default)]
    pub ids: Vec<DifferenceId>,
    /// All that differs.
    #[serde(default)]
    pub all: bool,
}

/// What will be repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairReply {
    /// Objects that Stripe will be asked for.
    pub objects: i64,
}

/// How a backfill begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BackfillRequest {
    /// Goes on where the newest one stopped, if that failed or was cancelled.
    #[serde(default)]
    pub resume: bool,
}

/// A whole account, read from Stripe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backfill {
    /// The work: `created` of `done` objects were not known before.
    pub job: Job,
    /// What is read now, as Stripe's API calls it; null when all was.
    pub reading: Option<String>,
    /// Lists that were read to their ends.
    pub lists_done: i64,
    /// Lists there are.
    pub lists: i64,
    /// Whether it can go on where it stopped.
    pub can_resume: bool,
}
