//! Customers out of a file.

use crate::ids::ImportId;
use crate::jobs::Job;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a column of a file may hold.
    ImportField {
        /// E-mail address, by which a customer is known again.
        Email => "email",
        /// The whole name.
        Name => "name",
        /// Given name; with the family name it makes the name.
        FirstName => "first_name",
        /// Family name.
        LastName => "last_name",
        /// Phone.
        Phone => "phone",
        /// A BCP 47 language tag such as `de-CH`.
        Locale => "locale",
        /// An IANA time zone.
        TimeZone => "time_zone",
        /// low, medium, high or vip.
        Priority => "priority",
        /// Several, with commas, semicolons or bars between them.
        Tags => "tags",
        /// E-mail of the member of staff who looks after them.
        OwnerEmail => "owner_email",
        /// Name of the organisation that they belong to.
        Organization => "organization",
        /// Where they came from.
        AcquisitionSource => "acquisition_source",
        /// Known since: a day, or a time in UTC.
        CreatedAt => "created_at",
    }
}

text_enum! {
    /// What to do with a row whose e-mail a customer has already.
    OnExisting {
        /// Leave the customer as they are; the default.
        Skip => "skip",
        /// Take over the cells that are not empty; tags are added to those they have.
        Update => "update",
        /// Count the row as wrong.
        Fail => "fail",
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportColumn {
    /// As the first line names it.
    pub name: String,
    /// What it seems to hold, by its name.
    pub suggestion: Option<ImportField>,
}

/// A file of customers that was sent in. It is deleted after 30 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// As the sender called it.
    pub file_name: Option<String>,
    /// Its size.
    pub bytes: i64,
    /// How its letters are written: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: String,
    /// What stands between two cells.
    pub delimiter: String,
    /// From the first line.
    pub columns: Vec<ImportColumn>,
    /// Rows below the first line, without empty ones.
    pub rows: i64,
    /// The first 20 rows; none in the list of imports.
    pub preview: Vec<Vec<String>>,
    /// The newest run or dry run.
    pub job: Option<Job>,
    /// Who sent it.
    pub created_by: String,
    /// Sent.
    pub created_at: DateTime<Utc>,
}

/// How to make customers out of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportRun {
    /// For each column, in their order: what it holds, or null for one to leave out.
    pub mapping: Vec<Option<ImportField>>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// What to do with customers who exist.
    #[serde(default = "skip")]
    pub on_existing: OnExisting,
    /// Tags for every row, beside its own: they find the customers of this file again.
    #[serde(default)]
    pub add_tags: Vec<String>,
}

const fn skip() -> OnExisting {
    OnExisting::Skip
}

text_enum! {
    /// The orders of the list of imports.
    ImportSort {
        /// Newest first; the default.
        CreatedAtDescending => "-created_at",
        /// Oldest first.
        CreatedAt => "created_at",
    }
}
