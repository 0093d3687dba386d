//! Staff as their colleagues manage them: accounts, invitations, links that work once.

use crate::accounts::Role;
use crate::ids::UserId;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

text_enum! {
    /// Whether somebody can log in.
    UserState {
        /// Can.
        Active => "active",
        /// Has not accepted the invitation yet.
        Invited => "invited",
        /// Is kept out.
        Disabled => "disabled",
    }
}

/// The account of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserAccount {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// What they log in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they can log in.
    pub state: UserState,
    /// Whether their log-ins ask for a code besides the password.
    pub second_factor: bool,
    /// Last log-in, or last sign of an open browser (to a quarter of an hour).
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Since when there is the account.
    pub created_at: DateTime<Utc>,
    /// For optimistic locking.
    pub version: i64,
}

/// Invites somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUserAccount {
    /// What they will log in with.
    pub email: String,
    /// 1 to 200 characters; they can change it.
    pub name: String,
    /// What they may do. Only an owner can invite owners.
    pub role: Role,
}

/// Changes an account: a JSON merge patch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserAccountPatch {
    /// The version that you saw, unless `If-Match` says it; 409 with the present account when somebody was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// 1 to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they may do. Only an owner can make owners, or change one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `true` keeps them out from now on, on all their devices; `false` lets them in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// A link that lets somebody in once: hand it over yourself. It is shown only now; a new one replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountLink {
    /// Whom it lets in.
    pub user: UserAccount,
    /// The link.
    pub link: String,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Whom a link lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountLinkHolder {
    /// Their name.
    pub name: String,
    /// What they log in with.
    pub email: String,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
}

/// Accepts an invitation.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// Your name.
    #[validate(length(min = 1, max = 200, message = "Enter your name."))]
    pub name: String,
    /// 12 to 128 characters.
    #[validate(length(min = 12, max = 128, message = "Use 12 to 128 characters."))]
    pub password: String,
}

/// Sets a new password with a reset link.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// 12 to 128 characters.
    #[validate(length(min = 12, max = 128, message = "Use 12 to 128 characters."))]
    pub password: String,
}

/// Changes your own password.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[validate(length(min = 1, max = 1024, message = "Enter your present password."))]
    pub current_password: String,
    /// 12 to 128 characters.
    #[validate(length(min = 12, max = 128, message = "Use 12 to 128 characters."))]
    pub password: String,
}

/// Changes what you are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfilePatch {
    /// 1 to 200 characters.
    #[validate(length(min = 1, max = 200, message = "Enter your name."))]
    pub name: String,
}
