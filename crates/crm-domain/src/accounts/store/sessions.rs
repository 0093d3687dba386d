use super::user;
use crate::accounts::{Device, RevokedReason};
use crate::db::Result;
use crm_types::accounts::{Session, User};
use crm_types::ids::{SessionId, UserId};
use sqlx::PgConnection;

pub(in crate::accounts) async fn insert_session(
    conn: &mut PgConnection,
    id: SessionId,
    user: UserId,
    device: &Device,
    days: i32,
    token: &[u8; 32],
) -> Result<()> {
    sqlx::query!(
        "WITH session AS (
             INSERT INTO sessions (id, user_id, expires_at, user_agent, address)
             VALUES ($1, $2, now() + make_interval(days => $3), left($4, 400), $5) RETURNING id
         ), seen AS (
             UPDATE users SET last_seen_at = now() WHERE id = $2
         )
         INSERT INTO refresh_tokens (hash, session_id) SELECT $6, id FROM session",
        id.0,
        user.0,
        days,
        device.user_agent.as_deref(),
        device.address.as_deref(),
        token.as_slice()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The session was used just now, from this device.
pub(in crate::accounts) async fn see_session(
    conn: &mut PgConnection,
    session: SessionId,
    device: &Device,
) -> Result<()> {
    sqlx::query!(
        "WITH seen AS (
             UPDATE sessions SET last_seen_at = now(), user_agent = COALESCE(left($2, 400), user_agent),
                                 address = COALESCE($3, address) WHERE id = $1 RETURNING user_id
         )
         UPDATE users SET last_seen_at = now() FROM seen WHERE id = seen.user_id",
        session.0,
        device.user_agent.as_deref(),
        device.address.as_deref()
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn find_active_user(conn: &mut PgConnection, session: SessionId) -> Result<Option<User>> {
    let row = sqlx::query!(
        "SELECT u.id, u.name, u.email, u.role
           FROM sessions s JOIN users u ON u.id = s.user_id
          WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL",
        session.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| user(row.id, row.name, row.email, &row.role)).transpose()?)
}

pub(in crate::accounts) async fn list_sessions(
    conn: &mut PgConnection,
    user: UserId,
    current: Option<SessionId>,
) -> Result<Vec<Session>> {
    let rows = sqlx::query!(
        "SELECT id, user_agent, address, created_at, last_seen_at
           FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
          ORDER BY created_at DESC, id DESC",
        user.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: SessionId(row.id),
            user_agent: row.user_agent,
            address: row.address,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            current: current == Some(SessionId(row.id)),
        })
        .collect())
}

pub(in crate::accounts) async fn revoke_session(
    conn: &mut PgConnection,
    session: SessionId,
    reason: RevokedReason,
) -> Result<()> {
    sqlx::query!(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = $2 WHERE id = $1 AND revoked_at IS NULL",
        session.0,
        reason.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn revoke_session_of(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
    reason: RevokedReason,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = $3
          WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > now()",
        session.0,
        user.0,
        reason.as_str()
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::accounts) async fn revoke_session_of_token(
    conn: &mut PgConnection,
    token: &[u8; 32],
) -> Result<Option<SessionId>> {
    let id = sqlx::query_scalar!(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = 'logout'
          WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = $1) AND revoked_at IS NULL
          RETURNING id",
        token.as_slice()
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(SessionId))
}

pub(in crate::accounts) async fn revoke_sessions_of(
    conn: &mut PgConnection,
    user: UserId,
    kept: Option<SessionId>,
    reason: RevokedReason,
) -> Result<Vec<SessionId>> {
    let ids = sqlx::query_scalar!(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = $2
          WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3 RETURNING id",
        user.0,
        reason.as_str(),
        kept.map(|session| session.0)
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(SessionId).collect())
}

pub(in crate::accounts) async fn delete_ended_sessions(conn: &mut PgConnection) -> Result<u64> {
    let done = sqlx::query!("DELETE FROM sessions WHERE LEAST(expires_at, revoked_at) < now() - interval '7 days'")
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
