//! What every capability needs of the database: the error, keyset cursors, pages.

/// Why a domain call failed.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// The thing does not exist (or not any more).
    #[error("{what} {id} does not exist")]
    NotFound {
        /// Kind of thing, for people: `customer`.
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// A rule forbids it; the caller can mend the field.
    #[error("{message}")]
    Invalid {
        /// The field that is wrong, dotted.
        field: String,
        /// A stable code such as `unknown_value`.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
    /// Somebody else changed it first, or the name is taken.
    #[error("{message}")]
    Conflict {
        /// The field that is in the way, when one is.
        field: Option<String>,
        /// A sentence for people.
        message: String,
    },
    /// Somebody else changed it since the caller looked.
    #[error("{message}")]
    Stale {
        /// A sentence for people.
        message: String,
        /// The thing as it is now.
        current: serde_json::Value,
    },
    /// Known, and not allowed, for a reason that no permission mends.
    #[error("{0}")]
    Refused(String),
    /// Stripe did not do what it was asked.
    #[error(transparent)]
    Stripe(#[from] crate::stripe_actions::Refusal),
    /// Stripe could not be read.
    #[error(transparent)]
    Unread(#[from] crate::healing::source::Unread),
    /// The database said no, or nothing.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A domain result.
pub type Result<T> = std::result::Result<T, DomainError>;

impl DomainError {
    /// A field error.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), code, message: message.into() }
    }

    /// A missing row.
    pub fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }
}
