//! Profiles: what a person said about themselves, in versions of which one is active.

use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

text_enum! {
    /// What a field holds.
    FieldKind {
        /// A line of text.
        Text => "text",
        /// Paragraphs.
        LongText => "long_text",
        /// A number.
        Number => "number",
        /// A day, as `2026-03-01`.
        Date => "date",
        /// One of its options.
        Choice => "choice",
        /// True or false.
        YesNo => "yes_no",
    }
}

/// A field that profiles may fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileField {
    /// Its name in `answers`: lower case letters, digits and `_`, beginning with a letter; at most 40.
    pub key: String,
    /// What people read; at most 80 characters.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Of a choice: 1 to 50 of at most 80 characters.
    #[serde(default)]
    pub options: Vec<String>,
}

/// All fields, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileFields {
    /// At most 100.
    pub items: Vec<ProfileField>,
}

/// A version of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Counted from 1 for each customer.
    pub number: i32,
    /// Whether this is the one that counts.
    pub active: bool,
    /// How the person wants to be called; while active, the customer's name.
    pub name: Option<String>,
    /// While active, the customer's phone.
    pub phone: Option<String>,
    /// By field; also of fields that are not asked any more.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub answers: BTreeMap<String, Value>,
    /// Who wrote it down.
    pub author: String,
    /// Written down.
    pub created_at: DateTime<Utc>,
    /// Percent of the declared fields that are filled, rounded down; null while none is declared.
    pub completion_percent: Option<u8>,
}

/// All versions of a customer's profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profiles {
    /// Newest first.
    pub items: Vec<Profile>,
}

/// Writes down a version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// By declared field: a text, a number, a day as text, or true and false. Null and empty texts are left out.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub answers: BTreeMap<String, Value>,
    /// `false` keeps the present version active.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}
