//! Saved views: filters, order and columns of a list under a name.

use crate::accounts::UserRef;
use crate::ids::ViewId;
use crate::patch;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedView {
    /// Its id; `view` in the list's address.
    pub id: ViewId,
    /// The list's page: `/customers`.
    pub list: String,
    /// Unique among its owner's views of the list, without regard to case.
    pub name: String,
    /// Filters as the list's address names them.
    pub params: BTreeMap<String, String>,
    /// The columns after the first, in the list's order; null for the usual ones.
    pub columns: Option<Vec<String>>,
    /// The order; null for the usual one.
    pub sort: Option<String>,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whose it is.
    pub owner: UserRef,
    /// For optimistic locking.
    pub version: i64,
    /// Saved first.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
}

/// Saves a view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// The list's page: `/customers`.
    pub list: String,
    /// 1 to 80 characters.
    pub name: String,
    /// Filters as the list's address names them; at most 50.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// The columns after the first; at most 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Whether everybody sees it.
    #[serde(default)]
    pub shared: bool,
}

/// Changes a view: a JSON merge patch, where null stands for what the list usually shows. `params` is replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ViewPatch {
    /// The version that you saw, unless `If-Match` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<BTreeMap<String, String>>,
    /// The columns after the first.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub columns: Option<Option<Vec<String>>>,
    /// The order.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub sort: Option<Option<String>>,
    /// Whether everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_what_changes_and_nothing_else() {
        let patch: ViewPatch = serde_json::from_str(r#"{"version":2,"columns":null,"sort":"-mrr"}"#).unwrap();
        assert_eq!((patch.columns.clone(), patch.sort.clone()), (Some(None), Some(Some("-mrr".into()))));
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"version":2,"columns":null,"sort":"-mrr"}"#);
        assert!(serde_json::from_str::<ViewPatch>(r#"{"owner":"me"}"#).is_err(), "a view keeps its owner");
        assert!(serde_json::from_str::<NewView>(r#"{"list":"/customers","name":"A","owner_id":"x"}"#).is_err());
    }
}
