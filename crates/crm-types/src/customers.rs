//! Customers: one row per person.

use crate::Money;
use crate::accounts::UserRef;
use crate::ids::{CustomerId, NoteId, OrganizationId};
use crate::organizations::OrganizationRef;
use crate::patch;
use crate::plans::{Stream, Tier};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a person is to the business now.
    CustomerType {
        /// Known, nothing more.
        Lead => "lead",
        /// Engaged, not converted.
        Prospect => "prospect",
        /// In the free trial.
        FreeTrial => "free_trial",
        /// Subscribes as an individual, or did.
        Rev1User => "rev1_user",
        /// Subscribes to the coaching software, or did.
        Rev2Coach => "rev2_coach",
        /// An organisation that subscribes, or did.
        Rev3Org => "rev3_org",
    }
}

text_enum! {
    /// Where in the journey a person is; derived from facts, never typed in.
    LifecycleState {
        /// Known, nothing more.
        Lead => "lead",
        /// Engaged, not converted.
        Prospect => "prospect",
        /// In the free trial.
        FreeTrial => "free_trial",
        /// Pays as an individual.
        Rev1User => "rev1_user",
        /// Pays as an individual and has a coach.
        Rev1Coached => "rev1_coached",
        /// Pays for the coaching software.
        Rev2Coach => "rev2_coach",
        /// An organisation that pays.
        Rev3Org => "rev3_org",
        /// Paid once, pays no more.
        Churned => "churned",
        /// Came back after churn.
        Reactivated => "reactivated",
    }
}

text_enum! {
    /// How much a customer matters, as staff see it.
    Priority {
        /// Later.
        Low => "low",
        /// Like most.
        Medium => "medium",
        /// Sooner.
        High => "high",
        /// Before all others.
        Vip => "vip",
    }
}

/// A person, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerRef {
    /// Who.
    pub id: CustomerId,
    /// Their name; else their e-mail, phone or Stripe id.
    pub name: String,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Customer {
    /// Our id.
    pub id: CustomerId,
    /// Null when Stripe has none, or when an older customer already has it (then see `billing_email`).
    pub email: Option<String>,
    /// The e-mail that Stripe bills to.
    pub billing_email: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// What the person is to the business.
    pub customer_type: CustomerType,
    /// Where in the journey.
    pub lifecycle_state: LifecycleState,
    /// Stream of the subscription that pays most; null when none does.
    pub stream: Option<Stream>,
    /// Tier, for individuals.
    pub tier: Option<Tier>,
    /// Monthly recurring revenue now; null for who never subscribed.
    pub mrr: Option<Money>,
    /// Paid so far, less what went back: in the currency of the MRR, else of the newest payment. Null before any payment.
    pub lifetime_value: Option<Money>,
    /// First touch, as Stripe's metadata says: organic, influencer, paid_ads, referral, content, event.
    pub acquisition_source: Option<String>,
    /// `utm_campaign` of the first touch.
    pub utm_campaign: Option<String>,
    /// Stripe's id.
    pub stripe_customer_id: Option<String>,
    /// A BCP 47 language tag such as `de-CH`.
    pub locale: Option<String>,
    /// An IANA time zone.
    pub time_zone: Option<String>,
    /// How much they matter.
    pub priority: Priority,
    /// In alphabetical order.
    pub tags: Vec<String>,
    /// Who of the staff looks after them.
    pub owner: Option<UserRef>,
    /// The business that they belong to.
    pub organization: Option<OrganizationRef>,
    /// Who coaches them now.
    pub coach: Option<CustomerRef>,
    /// First became a paying customer.
    pub first_paid_at: Option<DateTime<Utc>>,
    /// Known since.
    pub created_at: DateTime<Utc>,
    /// Last change of anything above.
    pub updated_at: DateTime<Utc>,
    /// Since when they are out of the way; null for who is in the lists.
    pub archived_at: Option<DateTime<Utc>>,
    /// For optimistic locking.
    pub version: i64,
}

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

/// What somebody of the staff wrote about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerNote {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it; the id is null once the user is gone.
    pub author: String,
    /// Plain text.
    pub body: String,
    /// Written.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
    /// For optimistic locking.
    pub version: i64,
}

/// Writes a note, or changes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoteText {
    /// 1 to 10,000 characters of plain text.
    pub body: String,
    /// With a change: the version that you saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// A row of the lifecycle history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleTransition {
    /// Null for the first state.
    pub from: Option<LifecycleState>,
    /// The state from then on.
    pub to: LifecycleState,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Why: such as `trial_started`, `first_payment`, `cancelled`.
    pub reason: String,
}

text_enum! {
    /// The orders of the customer list.
    CustomerSort {
        /// By name, without regard to case.
        Name => "name",
        /// By name, backwards.
        NameDescending => "-name",
        /// Least MRR first.
        Mrr => "mrr",
        /// Most MRR first.
        MrrDescending => "-mrr",
        /// Oldest first.
        CreatedAt => "created_at",
        /// Newest first; the default.
        CreatedAtDescending => "-created_at",
        /// Along the journey, oldest first within: leads first, churned last.
        Lifecycle => "lifecycle",
        /// Churned first.
        LifecycleDescending => "-lifecycle",
        /// By stream, then tier, oldest first within.
        Plan => "plan",
        /// By stream, then tier, backwards.
        PlanDescending => "-plan",
        /// Least important first.
        Priority => "priority",
        /// Most important first.
        PriorityDescending => "-priority",
        /// By acquisition source.
        Source => "source",
        /// By acquisition source, backwards.
        SourceDescending => "-source",
        /// Who paid least so far first.
        LifetimeValue => "lifetime_value",
        /// Who paid most so far first.
        LifetimeValueDescending => "-lifetime_value",
    }
}
