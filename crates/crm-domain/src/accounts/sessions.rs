use super::{SESSION_DAYS, SecretToken, store};
use crate::db::{DomainError, Result};
use crm_types::accounts::{Session, User};
use crm_types::ids::{SessionId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Where a session is used from, as far as the request tells.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// `User-Agent`, cut at 400 characters.
    pub user_agent: Option<String>,
    /// The peer's address.
    pub address: Option<String>,
}

/// A session that was just opened.
#[derive(Debug)]
pub struct NewSession {
    /// Its id, which access tokens carry.
    pub id: SessionId,
    /// Its first refresh token.
    pub refresh: SecretToken,
}

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedReason {
    /// The user logged out on that device.
    Logout,
    /// The user logged out on all devices.
    LogoutEverywhere,
    /// A spent refresh token was shown again.
    TokenReuse,
    /// An administrator disabled the user.
    UserDisabled,
    /// The password was changed.
    PasswordChanged,
    /// Somebody who manages the staff ended it.
    EndedByColleague,
}

impl RevokedReason {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::LogoutEverywhere => "logout_everywhere",
            Self::TokenReuse => "token_reuse",
            Self::UserDisabled => "user_disabled",
            Self::PasswordChanged => "password_changed",
            Self::EndedByColleague => "ended_by_colleague",
        }
    }
}

/// Opens a session for a user who proved who they are.
///
/// # Errors
/// When the database fails.
pub async fn open_session(conn: &mut PgConnection, user: UserId, device: &Device) -> Result<NewSession> {
    let session = NewSession { id: SessionId(Uuid::now_v7()), refresh: SecretToken::generate() };
    store::insert_session(conn, session.id, user, device, SESSION_DAYS, &session.refresh.digest()).await?;
    Ok(session)
}

/// The user of a session that is neither over nor revoked, when the user is not disabled. Role and name are today's.
///
/// # Errors
/// When the database fails.
pub async fn active_user(conn: &mut PgConnection, session: SessionId) -> Result<Option<User>> {
    store::find_active_user(conn, session).await
}

/// The user's sessions that are still good, newest first; `current` marks the one that asks, when it is one of them.
///
/// # Errors
/// When the database fails.
pub async fn list_sessions(conn: &mut PgConnection, user: UserId, current: Option<SessionId>) -> Result<Vec<Session>> {
    store::list_sessions(conn, user, current).await
}

/// Ends one session of the user.
///
/// # Errors
/// [`DomainError::NotFound`] when the user has no such session that is still good.
pub async fn revoke_session(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
    reason: RevokedReason,
) -> Result<()> {
    match store::revoke_session_of(conn, user, session, reason).await? {
        true => Ok(()),
        false => Err(DomainError::not_found("session", session)),
    }
}

/// Ends the session that a refresh token belongs to; gives its id when there was one to end.
///
/// # Errors
/// When the database fails.
pub async fn revoke_by_token(conn: &mut PgConnection, token: &SecretToken) -> Result<Option<SessionId>> {
    store::revoke_session_of_token(conn, &token.digest()).await
}

/// Ends all sessions of the user; gives their ids.
///
/// # Errors
/// When the database fails.
pub async fn revoke_user_sessions(
    conn: &mut PgConnection,
    user: UserId,
    reason: RevokedReason,
) -> Result<Vec<SessionId>> {
    store::revoke_sessions_of(conn, user, None, reason).await
}

/// Ends all sessions of the user but one; gives the ids of those that ended.
///
/// # Errors
/// When the database fails.
pub async fn revoke_other_sessions(
    conn: &mut PgConnection,
    user: UserId,
    kept: SessionId,
    reason: RevokedReason,
) -> Result<Vec<SessionId>> {
    store::revoke_sessions_of(conn, user, Some(kept), reason).await
}

/// Deletes sessions that ended a week ago or longer, with their tokens; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(conn: &mut PgConnection) -> Result<u64> {
    store::delete_ended_sessions(conn).await
}
