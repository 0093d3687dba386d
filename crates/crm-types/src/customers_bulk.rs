//! One change to many customers, and many customers in a file.

use crate::customers::Priority;
use crate::ids::{CustomerId, OrganizationId, UserId};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most ids of a request; more customers are chosen by what they have in common.
pub const MOST_IDS: usize = 1_000;

/// What is done to each customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// Give these tags beside those they have.
    AddTags(Vec<String>),
    /// Take these tags away.
    RemoveTags(Vec<String>),
    /// A member of staff looks after them from now on; null: nobody.
    SetOwner(Option<UserId>),
    /// They belong to this organization from now on; null: to none.
    SetOrganization(Option<OrganizationId>),
    /// They are coached by this customer from now on; null: by nobody. What runs ends in the same instant.
    SetCoach(Option<CustomerId>),
    /// How much they matter.
    SetPriority(Priority),
    /// Out of the lists, and out of the coaching that runs. Who has a running subscription stays.
    Archive {},
    /// Back into the lists. Who would have somebody else's e-mail stays out.
    Restore {},
}

/// One change to many customers: `ids`, or `all_matching`, not both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// What to do.
    pub action: BulkAction,
    /// To these; 1 to 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<CustomerId>>,
    /// To all whom the list shows with these query parameters (its filters, not its page and order); `{}` is everybody.
    /// Values are texts, numbers or booleans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub all_matching: Option<Map<String, Value>>,
}

/// Of the customers that a list shows, those that go into a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportSelection {
    /// These, as far as the filters find them; 1 to 1,000.
    pub ids: Vec<CustomerId>,
}

text_enum! {
    /// The shape of a file of customers.
    ExportFormat {
        /// Comma-separated values with a header, for any spreadsheet and for the import.
        Csv => "csv",
        /// Excel.
        Xlsx => "xlsx",
        /// One JSON object a line, each as the API shows a customer.
        Ndjson => "ndjson",
    }
}

/// Where a file can be fetched once, without a log-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportLink {
    /// Relative to the server.
    pub url: String,
    /// Until when; a download that began goes on.
    pub expires_at: DateTime<Utc>,
}
