//! Customers: one row per person.

use crate::Money;
use crate::ids::CustomerId;
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
    /// First touch, as Stripe's metadata says: organic, influencer, paid_ads, referral, content, event.
    pub acquisition_source: Option<String>,
    /// `utm_campaign` of the first touch.
    pub utm_campaign: Option<String>,
    /// Stripe's id.
    pub stripe_customer_id: Option<String>,
    /// First became a paying customer.
    pub first_paid_at: Option<DateTime<Utc>>,
    /// Known since.
    pub created_at: DateTime<Utc>,
    /// Last change of anything above.
    pub updated_at: DateTime<Utc>,
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
    }
}
