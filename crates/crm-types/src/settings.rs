//! The account's settings: policies that decide what a figure counts.

use crate::Currency;
use crate::plans::MappingChange;
use crate::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// When a cancellation counts.
    CancellationPolicy {
        /// At the end of the paid period; until then it is a scheduled movement.
        PeriodEnd => "period_end",
        /// When it was asked for.
        Request => "request",
    }
}

/// The account's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountSettings {
    /// Shown beside the product's name.
    pub account_name: String,
    /// The currency that dashboards open with.
    pub reporting_currency: Currency,
    /// IANA name; days begin and end in it.
    pub time_zone: String,
    /// Whether `forever` coupons reduce MRR.
    pub discounts_forever: bool,
    /// Whether `once` and `repeating` coupons reduce MRR while they run.
    pub discounts_limited: bool,
    /// When a cancellation counts.
    pub cancellation: CancellationPolicy,
    /// For optimistic locking.
    pub version: i64,
}

/// Changes settings: a JSON merge patch. A changed policy recomputes every movement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountSettingsPatch {
    /// The version that you saw; 409 when somebody was faster.
    pub version: i64,
    /// 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// An ISO 4217 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporting_currency: Option<Currency>,
    /// An IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounts_forever: Option<bool>,
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounts_limited: Option<bool>,
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<CancellationPolicy>,
}

/// Policies to try. What is absent stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyChange {
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounts_forever: Option<bool>,
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounts_limited: Option<bool>,
    /// See `AccountSettings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<CancellationPolicy>,
}

/// What policies would change. Nothing is changed by asking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyPreview {
    /// Customers who have a discount or are set to end, as far as the change is about that.
    pub customers: i64,
    /// Of them, those whom the figures below were computed of: at most 5,000.
    pub computed: i64,
    /// Of those, whose movements would be corrected.
    pub rewritten: i64,
    /// MRR now where it would change, by stream, tier and currency.
    pub changes: Vec<MappingChange>,
}
