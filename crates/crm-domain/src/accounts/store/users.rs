use super::user;
use crate::accounts::{Email, LoginCandidate, StaffMember};
use crate::db::Result;
use crm_types::accounts::User;
use crm_types::ids::UserId;
use sqlx::{Connection, PgConnection};

/// Advisory lock of those who count users before they write one: the first owner, and (in the database) the last.
const OWNERS_LOCK: i64 = 0x6f77_6e65_7273;

pub(in crate::accounts) async fn is_empty(conn: &mut PgConnection) -> Result<bool> {
    Ok(!sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM users) AS "exists!""#).fetch_one(conn).await?)
}

pub(in crate::accounts) async fn insert_user(conn: &mut PgConnection, user: &User, hash: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)",
        user.id.0,
        user.email,
        user.name,
        user.role.as_str(),
        hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// False when there is a user already. The lock makes rivals wait, so that they see the winner's row.
pub(in crate::accounts) async fn insert_first_user(conn: &mut PgConnection, user: &User, hash: &str) -> Result<bool> {
    let mut tx = conn.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", OWNERS_LOCK).execute(&mut *tx).await?;
    let first = is_empty(&mut tx).await?;
    if first {
        insert_user(&mut tx, user, hash).await?;
    }
    tx.commit().await?;
    Ok(first)
}

pub(in crate::accounts) async fn list_users(conn: &mut PgConnection) -> Result<Vec<StaffMember>> {
    let rows = sqlx::query!(
        r#"SELECT u.id, u.name, u.email, u.role, u.created_at, u.disabled_at,
                  (SELECT count(*) FROM sessions s
                    WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) AS "sessions!"
             FROM users u ORDER BY u.created_at, u.id"#
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StaffMember {
                user: user(row.id, row.name, row.email, &row.role)?,
                created_at: row.created_at,
                disabled_at: row.disabled_at,
                sessions: row.sessions,
            })
        })
        .collect()
}

pub(in crate::accounts) async fn find_candidate(
    conn: &mut PgConnection,
    email: &Email,
) -> Result<Option<LoginCandidate>> {
    let row = sqlx::query!(
        r#"SELECT id, name, email, role, password_hash AS "password_hash!" FROM users
            WHERE email = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL"#,
        email.as_str()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let user = user(row.id, row.name, row.email, &row.role)?;
        Ok(LoginCandidate { user, password_hash: row.password_hash })
    })
    .transpose()
}

pub(in crate::accounts) async fn find_id(conn: &mut PgConnection, email: &Email) -> Result<Option<UserId>> {
    let id = sqlx::query_scalar!("SELECT id FROM users WHERE email = $1", email.as_str()).fetch_optional(conn).await?;
    Ok(id.map(UserId))
}

pub(in crate::accounts) async fn replace_hash(
    conn: &mut PgConnection,
    user: UserId,
    old: &str,
    new: &str,
) -> Result<()> {
    sqlx::query!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", user.0, old, new)
        .execute(conn)
        .await?;
    Ok(())
}

/// An open link stops working.
pub(in crate::accounts) async fn set_hash(conn: &mut PgConnection, user: UserId, hash: &str) -> Result<()> {
    sqlx::query!(
        "WITH withdrawn AS (DELETE FROM account_links WHERE user_id = $1)
         UPDATE users SET password_hash = $2, password_changed_at = now(), version = version + 1, updated_at = now()
          WHERE id = $1",
        user.0,
        hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A user who is disabled already stays so; an open link stops working. The database keeps the last active owner.
pub(in crate::accounts) async fn disable(conn: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "WITH withdrawn AS (DELETE FROM account_links WHERE user_id = $1)
         UPDATE users SET disabled_at = COALESCE(disabled_at, now()), version = version + 1, updated_at = now() WHERE id = $1",
        user.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn enable(conn: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "UPDATE users SET disabled_at = NULL, version = version + 1, updated_at = now() WHERE id = $1",
        user.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
