//! Customers: one row per person.

mod edit;
mod journey;
mod notes;

pub use edit::{CustomerPatch, NewCustomer};
pub use journey::{CustomerType, LifecycleState, LifecycleTransition};
pub use notes::{CustomerNote, NoteText};

use crate::Money;
use crate::accounts::UserRef;
use crate::ids::CustomerId;
use crate::organizations::OrganizationRef;
use crate::plans::{Stream, Tier};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
