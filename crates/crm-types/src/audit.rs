//! The audit log: who changed what.

use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text_enum! {
    /// What kind of somebody it was.
    ActorKind {
        /// A member of staff.
        User => "user",
        /// Another program, by an API key.
        ApiKey => "api_key",
        /// The product itself, or somebody at its command line.
        System => "system",
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of somebody.
    pub actor_kind: ActorKind,
    /// The user or API key.
    pub actor_id: Option<Uuid>,
    /// Their name as it was then.
    pub actor_name: String,
    /// From where.
    pub address: Option<String>,
    /// As in the logs and the `x-request-id` header.
    pub request_id: Option<String>,
    /// Resource and verb, such as `customer.updated`.
    pub action: String,
    /// What was changed: `customer`.
    pub resource: String,
    /// Its id.
    pub resource_id: String,
    /// The changed fields as they were; null for what was created.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<serde_json::Value>,
    /// The changed fields as they became; null for what was deleted.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<serde_json::Value>,
}

text_enum! {
    /// The orders of the audit log.
    AuditSort {
        /// Newest first; the default.
        IdDescending => "-id",
        /// Oldest first.
        Id => "id",
    }
}
