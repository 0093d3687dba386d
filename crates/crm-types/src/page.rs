//! Keyset pages.

use crate::Money;
use serde::{Deserialize, Serialize};

/// Rows on a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most rows a page may have.
pub const MAX_LIMIT: u32 = 200;
/// Where counting stops unless the caller asks for `count=exact`.
pub const TOTAL_CAP: i64 = 10_000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows, in the order that was asked for.
    pub items: Vec<T>,
    /// Give it back as `cursor` for the page after this one; null on the last page.
    pub next_cursor: Option<String>,
    /// How many rows match; at most 10,000 unless `count=exact` was given.
    pub total: i64,
    /// True when counting stopped at the cap.
    #[serde(default)]
    pub total_capped: bool,
    /// With `count=exact`: the sum of the matching rows' amount, one for each currency. Never added up across currencies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<Money>,
}

/// How exactly to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Stop at 10,000.
    #[default]
    Capped,
    /// Count all, and sum the amounts.
    Exact,
}
