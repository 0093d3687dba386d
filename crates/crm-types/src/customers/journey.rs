//! What a person is to the business, and how they became it.

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
        /// Pays as an individual and is coached: somebody coaches them, and it does not rest.
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
    /// Why: such as `trial_started`, `first_payment`, `coaching_started`, `cancelled`.
    pub reason: String,
}
