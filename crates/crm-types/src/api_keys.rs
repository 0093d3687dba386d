//! API keys: how other programs log in.

use crate::accounts::{Permission, UserRef};
use crate::ids::ApiKeyId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What every key begins with.
pub const API_KEY_PREFIX: &str = "crm_live_";

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Its id; the key itself carries it.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// Who made it.
    pub created_by: Option<UserRef>,
    /// Made.
    pub created_at: DateTime<Utc>,
    /// When it stops working; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last used, to the minute; null for never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is refused; null while it works.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Makes a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for; 1 to 80 characters.
    pub name: String,
    /// What it may do: at least one, and nothing that you may not do yourself.
    pub scopes: Vec<Permission>,
    /// When it stops working; never, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was just made. The key itself is shown only now.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedApiKey {
    /// The key without its secret.
    pub api_key: ApiKey,
    /// For `Authorization: Bearer`.
    pub key: String,
}
