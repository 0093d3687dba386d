//! The second factor: a code from an app, besides the password.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The password was right, and a code is needed as well.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorRequired {
    /// Always true.
    pub second_factor_required: bool,
    /// For `POST /api/auth/second-factor`.
    pub ticket: String,
    /// Seconds until the ticket expires.
    pub expires_in: i64,
}

/// The second step of a log-in.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondFactorLogin {
    /// From the first step.
    pub ticket: String,
    /// Six digits from the app, or a recovery code.
    #[validate(length(min = 6, max = 40, message = "Enter the six digits, or a recovery code."))]
    pub code: String,
}

/// Whether I have a second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorState {
    /// Since when log-ins ask for a code; null for never.
    pub enabled_at: Option<DateTime<Utc>>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// What an app needs to make codes. It counts once a code of it was confirmed.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorEnrolment {
    /// To be typed into the app, in base 32.
    pub secret: String,
    /// The same as an address that apps open.
    pub otpauth_url: String,
    /// The address as a picture, in SVG.
    pub qr_svg: String,
}

/// A code of the app that was just set up.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondFactorConfirmation {
    /// Six digits.
    #[validate(length(min = 6, max = 10, message = "Enter the six digits that the app shows."))]
    pub code: String,
}

/// For who has lost the phone; shown only now.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each works once.
    pub recovery_codes: Vec<String>,
}

/// Turns my second factor off.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRemoval {
    /// An open browser alone cannot turn it off.
    #[validate(length(min = 1, max = 1024, message = "Enter your present password."))]
    pub current_password: String,
}
