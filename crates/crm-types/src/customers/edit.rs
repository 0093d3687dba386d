//! What staff send to create and change a customer.

use super::Priority;
use crate::ids::{CustomerId, OrganizationId};
use crate::patch;
use serde::{Deserialize, Serialize};

/// A customer who is not from Stripe. One of e-mail, name and phone must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// Unique among customers who are not archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A BCP 47 language tag such as `de-CH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// An IANA time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `medium` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// At most 50 of at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// A member of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<crate::ids::UserId>,
    /// An organisation that is not archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// A customer who is not archived: begins a coaching relationship.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coach_id: Option<CustomerId>,
    /// Where they came from, such as `referral`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition_source: Option<String>,
}

/// Changes a customer: a JSON merge patch, where null empties a field. What staff typed in stays when Stripe says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomerPatch {
    /// The version that you saw, unless `If-Match` says it; 409 with the present customer when somebody was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Unique among customers who are not archived.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Option<String>>,
    /// At most 200 characters.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Option<Option<String>>,
    /// At most 50 characters.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub phone: Option<Option<String>>,
    /// A BCP 47 language tag such as `de-CH`.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub locale: Option<Option<String>>,
    /// An IANA time zone.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub time_zone: Option<Option<String>>,
    /// How much they matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// All tags; at most 50 of at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// A member of staff.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::ids::UserId>))]
    pub owner_id: Option<Option<crate::ids::UserId>>,
    /// An organisation that is not archived.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<OrganizationId>))]
    pub organization_id: Option<Option<OrganizationId>>,
    /// Another customer who is not archived. The running coaching relationship ends, and one with them begins; null only ends it.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<CustomerId>))]
    pub coach_id: Option<Option<CustomerId>>,
}
