//! Notes about a customer.

use crate::ids::NoteId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
