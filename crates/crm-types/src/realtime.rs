//! What `GET /api/events` (server-sent events) sends.

use crate::ids::{CustomerId, JobId, OrganizationId};
use crate::jobs::{JobKind, JobState};
use serde::{Deserialize, Serialize};

/// A change that an open page may want to show. `id` is the SSE event id; `Last-Event-ID` resumes after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RealtimeEvent {
    /// MRR, subscriptions or customers changed: read the figures again.
    #[serde(rename = "mrr.changed")]
    MrrChanged {
        /// How many movements were written.
        movements: i64,
    },
    /// Customers, subscriptions or transactions changed without a movement.
    #[serde(rename = "billing.changed")]
    BillingChanged {
        /// How many events were applied, or customers computed again.
        events: i64,
    },
    /// Staff changed a customer.
    #[serde(rename = "customer.updated")]
    CustomerUpdated {
        /// Whom.
        id: CustomerId,
    },
    /// Staff changed an organisation.
    #[serde(rename = "organization.updated")]
    OrganizationUpdated {
        /// Which.
        id: OrganizationId,
    },
    /// Long work moved on.
    #[serde(rename = "job.progress")]
    JobProgress {
        /// Which.
        id: JobId,
        /// What kind of work.
        kind: JobKind,
        /// Where it stands.
        state: JobState,
        /// Rows that were dealt with.
        done: i64,
        /// Rows there are; null until they were counted.
        total: Option<i64>,
    },
    /// Events were parked or died: the inbox wants a look.
    #[serde(rename = "inbox.attention")]
    InboxAttention {
        /// Parked just now.
        parked: i64,
        /// Dead just now.
        dead: i64,
    },
    /// A sweep, a comparison with Stripe or a repair moved on.
    #[serde(rename = "healing.changed")]
    HealingChanged,
    /// Too much was missed to resume: read everything again.
    #[serde(rename = "reset")]
    Reset,
}

impl RealtimeEvent {
    /// The SSE event name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MrrChanged { .. } => "mrr.changed",
            Self::BillingChanged { .. } => "billing.changed",
            Self::CustomerUpdated { .. } => "customer.updated",
            Self::OrganizationUpdated { .. } => "organization.updated",
            Self::JobProgress { .. } => "job.progress",
            Self::InboxAttention { .. } => "inbox.attention",
            Self::HealingChanged => "healing.changed",
            Self::Reset => "reset",
        }
    }
}
