//! Coaching: who coaches whom, and who did.

use crate::Money;
use crate::customers::{CustomerRef, LifecycleState};
use crate::ids::{CoachingRelationshipId, CustomerId, OrganizationId};
use crate::organizations::OrganizationRef;
use crate::plans::{Stream, Tier};
use crate::text_enum::text_enum;
use chrono::{DateTime, NaiveDate, Utc};
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
    /// After its beginning, and not in the future; now when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
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
    /// What those pay a month now, currencies apart, the largest first.
    pub mrr: Vec<Money>,
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
        /// Who coaches fewest first.
        Clients => "clients",
        /// Who coaches most first.
        ClientsDescending => "-clients",
    }
}

/// Somebody who coaches, with what their clients pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachDetails {
    /// Who it is, and how many they coach.
    pub coach: Coach,
    /// Where they are in the journey themselves.
    pub lifecycle_state: LifecycleState,
    /// What they pay a month themselves; null for who never subscribed.
    pub own_mrr: Option<Money>,
    /// Of the clients, those whose coaching rests.
    pub paused_clients: i64,
    /// Of the clients, those who pay now.
    pub paying_clients: i64,
    /// Since when they are out of the way; null for who is in the lists.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Whom a coach coaches now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachClient {
    /// The coaching relationship.
    pub relationship_id: CoachingRelationshipId,
    /// Who is coached.
    pub client: CustomerRef,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Where they are in the journey.
    pub lifecycle_state: LifecycleState,
    /// Stream of the subscription that pays most; null when none does.
    pub stream: Option<Stream>,
    /// Tier, for individuals.
    pub tier: Option<Tier>,
    /// What they pay a month now; null for who never subscribed.
    pub mrr: Option<Money>,
    /// Whether the coaching goes on or rests.
    pub status: CoachingStatus,
    /// Coached since.
    pub started_at: DateTime<Utc>,
}

text_enum! {
    /// The orders of the list of a coach's clients.
    CoachClientSort {
        /// Who pays most first; the default.
        MrrDescending => "-mrr",
        /// Who pays least first.
        Mrr => "mrr",
        /// By name, without regard to case.
        Name => "name",
        /// By name, backwards.
        NameDescending => "-name",
        /// Coached longest first.
        StartedAt => "started_at",
        /// Coached last first.
        StartedAtDescending => "-started_at",
    }
}

/// What a coach's clients were at the end of a month, and who of them stayed during it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachMonth {
    /// Its first day, in the account's time zone.
    pub month: NaiveDate,
    /// Whom they coached at its end; now, in the month that is not over.
    pub clients: i64,
    /// Of them, those who paid then.
    pub paying_clients: i64,
    /// What those paid a month, currencies apart.
    pub mrr: Vec<Money>,
    /// Whom they coached when it began, and who paid then.
    pub paying_at_start: i64,
    /// Of those, who still pays at its end, whoever coaches them.
    pub still_paying: i64,
    /// `still_paying` of `paying_at_start`, from 0 to 1; null when nobody paid when it began.
    pub retention: Option<f64>,
}

/// How the clients of a coach were over some months, and over all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoachMonths {
    /// Oldest first; the last one is not over.
    pub months: Vec<CoachMonth>,
    /// Whom they coached when the first month began, and who paid then.
    pub paying_at_start: i64,
    /// Of those, who pays now, whoever coaches them.
    pub still_paying: i64,
    /// `still_paying` of `paying_at_start`, from 0 to 1; null when nobody paid then.
    pub retention: Option<f64>,
}

/// Gives all clients of a coach to another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Who coaches them from now on.
    pub to_coach_id: CustomerId,
}

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandedOver {
    /// How many clients have the other coach now.
    pub clients: i64,
}
