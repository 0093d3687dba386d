use super::user;
use crate::db::Result;
use crm_types::accounts::User;
use crm_types::ids::SessionId;
use sqlx::PgConnection;

/// A token that was exchanged before.
pub(in crate::accounts) struct SpentToken {
    pub(in crate::accounts) session: SessionId,
    /// Exchanged so recently that a rival request may be the one that did it.
    pub(in crate::accounts) recent: bool,
    /// The rival's reply has arrived by now, if it ever will.
    pub(in crate::accounts) answered: bool,
}

/// Spends `token` and stores its successor, in one statement: rivals wait on the row, then find it spent.
pub(in crate::accounts) async fn rotate_token(
    conn: &mut PgConnection,
    token: &[u8; 32],
    successor: &[u8; 32],
) -> Result<Option<(SessionId, User)>> {
    let row = sqlx::query!(
        "WITH spent AS (
             UPDATE refresh_tokens t SET rotated_at = now()
               FROM sessions s JOIN users u ON u.id = s.user_id
              WHERE t.hash = $1 AND t.rotated_at IS NULL AND s.id = t.session_id
                AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
             RETURNING t.session_id, u.id, u.name, u.email, u.role
         ), issued AS (
             INSERT INTO refresh_tokens (hash, session_id) SELECT $2, session_id FROM spent
         )
         SELECT session_id, id, name, email, role FROM spent",
        token.as_slice(),
        successor.as_slice()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((SessionId(row.session_id), user(row.id, row.name, row.email, &row.role)?))).transpose()
}

/// Gives a spent token another successor in place of one that nobody has shown: the reply with it was lost on the way.
/// The former successor is spent with it, so that whoever shows it later is found out.
pub(in crate::accounts) async fn replace_successor(
    conn: &mut PgConnection,
    token: &[u8; 32],
    successor: &[u8; 32],
) -> Result<Option<(SessionId, User)>> {
    let row = sqlx::query!(
        "WITH shown AS (
             SELECT session_id, rotated_at FROM refresh_tokens WHERE hash = $1
         ), spent AS (
             UPDATE refresh_tokens t SET rotated_at = now()
               FROM shown JOIN sessions s ON s.id = shown.session_id JOIN users u ON u.id = s.user_id
              WHERE t.session_id = s.id AND (t.rotated_at IS NULL OR t.hash = $1)
                AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
                AND NOT EXISTS (SELECT FROM refresh_tokens o WHERE o.session_id = s.id AND o.rotated_at > shown.rotated_at)
             RETURNING t.hash, t.session_id, u.id, u.name, u.email, u.role
         ), replaced AS (
             -- Of rivals only one spends the former successor.
             SELECT * FROM spent WHERE hash <> $1
         ), issued AS (
             INSERT INTO refresh_tokens (hash, session_id) SELECT $2, session_id FROM replaced
         )
         SELECT session_id, id, name, email, role FROM replaced",
        token.as_slice(),
        successor.as_slice()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((SessionId(row.session_id), user(row.id, row.name, row.email, &row.role)?))).transpose()
}

/// The token, if it was exchanged before and its session still counts.
pub(in crate::accounts) async fn find_spent_token(
    conn: &mut PgConnection,
    token: &[u8; 32],
    grace_seconds: i32,
    reply_seconds: i32,
) -> Result<Option<SpentToken>> {
    let row = sqlx::query!(
        r#"SELECT t.session_id, t.rotated_at > now() - make_interval(secs => $2) AS "recent!",
                  t.rotated_at < now() - make_interval(secs => $3) AS "answered!"
             FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
            WHERE t.hash = $1 AND t.rotated_at IS NOT NULL AND s.revoked_at IS NULL"#,
        token.as_slice(),
        f64::from(grace_seconds),
        f64::from(reply_seconds)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| SpentToken { session: SessionId(row.session_id), recent: row.recent, answered: row.answered }))
}
