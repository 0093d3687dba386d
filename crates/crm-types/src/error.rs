//! The one error envelope (RFC 9457) and the errors of parsing.

use serde::{Deserialize, Serialize};

/// `application/problem+json`: what every 4xx and 5xx answers with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable name of the kind of problem, as a relative URL such as `/problems/validation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short sentence that is the same for every occurrence of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// Quote it to your administrator: the logs carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Which fields are wrong (status 409 and 422).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The permission that is missing (status 403).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The thing as it is now (status 409, when somebody changed it since you looked).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
    /// Seconds to wait before the next try (status 429 and 503).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name, dotted for nested ones.
    pub field: String,
    /// A stable code such as `required`, `too_long`, `unknown_value`, `taken`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl FieldError {
    /// A field error from its three parts.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// A text that is none of an enum's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownText {
    text: String,
    allowed: &'static [&'static str],
}

impl UnknownText {
    pub(crate) fn new(text: &str, allowed: &'static [&'static str]) -> Self {
        Self { text: text.chars().take(64).collect(), allowed }
    }
}

impl std::fmt::Display for UnknownText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not one of {}", self.text, self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownText {}
