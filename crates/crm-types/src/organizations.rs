//! Organisations: businesses that customers belong to.

use crate::Money;
use crate::ids::OrganizationId;
use crate::patch;
use crate::plans::Stream;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What kind of business it is.
    OrganizationKind {
        /// A gym.
        Gym => "gym",
        /// A sports club.
        Club => "club",
        /// A physiotherapy clinic.
        PhysioClinic => "physio_clinic",
        /// A team.
        SportsTeam => "sports_team",
    }
}

text_enum! {
    /// Where the business with them stands.
    OrganizationStatus {
        /// Uses the product.
        Active => "active",
        /// Tries it.
        Trial => "trial",
        /// Left.
        Churned => "churned",
    }
}

/// An organisation, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationRef {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// Our id.
    pub id: OrganizationId,
    /// Unique among organisations that are not archived, without regard to case.
    pub name: String,
    /// What kind of business it is.
    pub kind: OrganizationKind,
    /// Where the business with them stands.
    pub status: OrganizationStatus,
    /// Their site.
    pub website: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their phone.
    pub phone: Option<String>,
    /// What staff know about them.
    pub notes: Option<String>,
    /// Its customers who coach somebody now or pay for the coaching software. Archived ones are in neither count.
    pub coaches: i64,
    /// Its other customers.
    pub clients: i64,
    /// Of those, who pays now.
    pub paying_clients: i64,
    /// What its customers pay a month, coaches and itself included: currencies apart, that of the account first.
    pub mrr: Vec<Money>,
    /// Known since.
    pub created_at: DateTime<Utc>,
    /// Last change of the organisation itself.
    pub updated_at: DateTime<Utc>,
    /// Since when it is out of the way; null for what is in the lists.
    pub archived_at: Option<DateTime<Utc>>,
    /// For optimistic locking.
    pub version: i64,
}

/// What those who belong to an organisation pay a month, by stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationRevenue {
    /// A row for each stream and currency in which somebody pays.
    pub streams: Vec<OrganizationStream>,
    /// Who pays, of its customers who do not coach, from 0 to 1; null when it has none.
    pub penetration: Option<f64>,
}

/// What those pay whose largest subscription is of one stream: `rev3_b2b` is what the organisation pays itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationStream {
    /// Which.
    pub stream: Stream,
    /// How many they are.
    pub people: i64,
    /// What they pay a month.
    pub mrr: Money,
}

/// A new organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// 1 to 200 characters; unique among organisations that are not archived.
    pub name: String,
    /// What kind of business it is.
    pub kind: OrganizationKind,
    /// `active` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OrganizationStatus>,
    /// A web address; without a scheme, https is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// At most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// At most 10,000 characters of plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Changes an organisation: a JSON merge patch, where null empties a field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganizationPatch {
    /// The version that you saw, unless `If-Match` says it; 409 with the present organisation when somebody was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// 1 to 200 characters; unique among organisations that are not archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What kind of business it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganizationKind>,
    /// Where the business with them stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OrganizationStatus>,
    /// A web address; without a scheme, https is meant.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub website: Option<Option<String>>,
    /// An e-mail address.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Option<String>>,
    /// At most 50 characters.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub phone: Option<Option<String>>,
    /// At most 10,000 characters of plain text.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub notes: Option<Option<String>>,
}

text_enum! {
    /// The orders of the list of organisations.
    OrganizationSort {
        /// By name, without regard to case; the default.
        Name => "name",
        /// By name, backwards.
        NameDescending => "-name",
        /// Oldest first.
        CreatedAt => "created_at",
        /// Newest first.
        CreatedAtDescending => "-created_at",
        /// Fewest coaches first.
        Coaches => "coaches",
        /// Most coaches first.
        CoachesDescending => "-coaches",
        /// Fewest clients first.
        Clients => "clients",
        /// Most clients first.
        ClientsDescending => "-clients",
        /// By what its customers pay a month in the currency of the account, least first.
        Mrr => "mrr",
        /// By what its customers pay a month in the currency of the account, most first.
        MrrDescending => "-mrr",
    }
}
