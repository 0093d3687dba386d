//! Coaching: who coaches whom, and who did.

use crate::customers::CustomerRef;
use crate::ids::{CoachingRelationshipId, CustomerId, OrganizationId};
use crate::organizations::OrganizationRef;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a coaching relationship stands.
    CoachingStatus {
        /// Goes on.
        Active => "active",
        /// Rests, and is still the one that the client has.
        Paused => "paused",
        /// Is over.
        Ended => "ended",
    }
}

/// That somebody coaches somebody, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachingRelationship {
    /// Our id.
    pub id: CoachingRelationshipId,
    /// Who coaches.
    pub coach: CustomerRef,
    /// Who is coached.
    pub client: CustomerRef,
    /// Where.
    pub organization: Option<OrganizationRef>,
    /// How it stands.
    pub status: CoachingStatus,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Until when, itself not included; null while it is not over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it is over: what staff wrote, or `replaced` when another coach took over, `removed` when none did, and `archived` when
    /// one of the two was.
    pub end_reason: Option<String>,
}

/// Begins a coaching relationship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCoachingRelationship {
    /// Who coaches.
    pub coach_id: CustomerId,
    /// Who is coached. 409 when somebody coaches them at that time.
    pub client_id: CustomerId,
    /// Where; the client's organisation when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Not in the future; now when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
}

/// Ends a coaching relationship.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CoachingEnd {
    /// Why: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

text_enum! {
    /// The orders of the list of coaching relationships.
    CoachingSort {
        /// What began last first; the default.
        StartedAtDescending => "-started_at",
        /// What began first first.
        StartedAt => "started_at",
    }
}

/// Somebody who coaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coach {
    /// Their id as a customer.
    pub id: CustomerId,
    /// Their name; else their e-mail, phone or Stripe id.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The business that they belong to.
    pub organization: Option<OrganizationRef>,
    /// Whom they coach now.
    pub clients: i64,
    /// Known since.
    pub created_at: DateTime<Utc>,
}

text_enum! {
    /// The orders of the list of coaches.
    CoachSort {
        /// By name, without regard to case; the default.
        Name => "name",
        /// By name, backwards.
        NameDescending => "-name",
        /// Known longest first.
        CreatedAt => "created_at",
        /// Newest first.
        CreatedAtDescending => "-created_at",
    }
}
