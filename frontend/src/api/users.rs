//! Staff: accounts, the links that let somebody in once, and one's own account.

use super::accounts::{LoggedIn, logged_in};
use super::http::{anonymous, decode, encode};
use super::{ApiError, Method, request, send, send_body, send_json};
use crate::session::Session;
use crm_types::ids::{SessionId, UserId};
use crm_types::users::{
    AcceptInvitation, AccountLink, AccountLinkHolder, NewPassword, NewUserAccount, PasswordChange, ProfilePatch,
    UserAccount, UserAccountPatch,
};
use serde::Deserialize;

/// All of the staff.
pub const USERS: &str = "/api/users";

/// The reply of [`USERS`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Users {
    /// By name; those who are kept out come last.
    pub items: Vec<UserAccount>,
}

impl Users {
    /// What somebody is called; an id that names nobody stays as it is.
    pub fn name_of(&self, id: &str) -> String {
        self.items.iter().find(|user| user.id.to_string() == id).map_or_else(|| id.to_owned(), |user| user.name.clone())
    }
}

/// Where a colleague is logged in.
pub fn sessions(id: UserId) -> String {
    format!("{USERS}/{id}/sessions")
}

/// Invites somebody; the reply has the link to hand over.
pub async fn invite(session: Session, new: &NewUserAccount) -> Result<AccountLink, ApiError> {
    send_json(session, Method::Post, USERS, new).await
}

/// Changes an account; 409 with the present one in `current` when somebody was faster.
pub async fn change(session: Session, id: UserId, patch: &UserAccountPatch) -> Result<UserAccount, ApiError> {
    send_json(session, Method::Patch, &format!("{USERS}/{id}"), patch).await
}

/// Another invitation link; the former one stops working.
pub async fn renew_invitation(session: Session, id: UserId) -> Result<AccountLink, ApiError> {
    request(session, Method::Post, &format!("{USERS}/{id}/invitation")).await
}

/// A link with which a colleague sets a new password.
pub async fn offer_password_reset(session: Session, id: UserId) -> Result<AccountLink, ApiError> {
    request(session, Method::Post, &format!("{USERS}/{id}/password-reset")).await
}

/// Ends a colleague's session.
pub async fn end_session(session: Session, id: UserId, other: SessionId) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("{}/{other}", sessions(id))).await
}

/// Changes what I am called.
pub async fn rename_me(session: Session, name: &str) -> Result<UserAccount, ApiError> {
    let patch = ProfilePatch { name: name.to_owned() };
    send_json(session, Method::Patch, "/api/auth/me", &patch).await
}

/// Changes my password; all other sessions end.
pub async fn change_password(session: Session, change: &PasswordChange) -> Result<(), ApiError> {
    send_body(session, Method::Post, "/api/auth/password", change).await
}

/// Whom an invitation link or a reset link lets in; `path` is that of the API.
pub async fn link_holder(path: &str) -> Result<AccountLinkHolder, ApiError> {
    decode(&anonymous(Method::Get, path, None).await?)
}

/// Accepts an invitation; the reply logs in.
pub async fn accept_invitation(path: &str, accept: &AcceptInvitation) -> Result<LoggedIn, ApiError> {
    logged_in(&anonymous(Method::Post, path, Some(encode(accept)?)).await?)
}

/// Sets a new password by a link; the reply logs in.
pub async fn reset_password(path: &str, password: &NewPassword) -> Result<LoggedIn, ApiError> {
    logged_in(&anonymous(Method::Post, path, Some(encode(password)?)).await?)
}
