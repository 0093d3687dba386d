//! What a call can be refused for, in Stripe's words.

/// A refused call. [`Error::status`] and [`Error::code`] are what Stripe's API answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The id names nothing: 404 `resource_missing`.
    #[error("No such {object}: '{id}'")]
    Missing {
        /// Stripe's name of the object, e.g. `customer`.
        object: &'static str,
        /// What was asked for.
        id: String,
    },
    /// A parameter is missing or makes no sense: 400.
    #[error("{message}")]
    Invalid {
        /// The parameter, in Stripe's bracket notation; empty when it is not about one.
        param: String,
        /// Stripe's error code, e.g. `parameter_missing`.
        code: &'static str,
        /// For a person.
        message: String,
    },
    /// The bank said no: 402 `card_declined`.
    #[error("Your card was declined.")]
    Declined,
}

impl Error {
    /// A parameter that was not given.
    #[must_use]
    pub fn required(param: &str) -> Self {
        Self::Invalid {
            param: param.to_owned(),
            code: "parameter_missing",
            message: format!("Missing required param: {param}."),
        }
    }

    /// A parameter with a value that cannot be used.
    #[must_use]
    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::Invalid { param: param.to_owned(), code: "parameter_invalid", message: message.into() }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Missing { .. } => 404,
            Self::Invalid { .. } => 400,
            Self::Declined => 402,
        }
    }

    /// Stripe's `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "resource_missing",
            Self::Invalid { code, .. } => code,
            Self::Declined => "card_declined",
        }
    }

    /// Stripe's `error.type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::Invalid { .. } => "invalid_request_error",
            Self::Declined => "card_error",
        }
    }

    /// Stripe's `error.param`.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        match self {
            Self::Missing { .. } => Some("id"),
            Self::Invalid { param, .. } if !param.is_empty() => Some(param),
            _ => None,
        }
    }
}

/// A result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
