use crate::db::{DomainError, Result};
use crate::row::RowExt;
use crm_types::ids::UserId;
use crm_types::users::UserAccount;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, QueryBuilder, Row};
use uuid::Uuid;

const SELECT: &str = "SELECT id, name, email, role, last_seen_at, created_at, version,
    CASE WHEN disabled_at IS NOT NULL THEN 'disabled' WHEN password_hash IS NULL THEN 'invited' ELSE 'active' END AS state,
    EXISTS (SELECT FROM second_factors f WHERE f.user_id = users.id AND f.confirmed_at IS NOT NULL) AS second_factor
    FROM users";

/// All of the staff, by name; those who are kept out come last.
///
/// # Errors
/// When the database fails.
pub async fn list(pool: &PgPool) -> Result<Vec<UserAccount>> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(" ORDER BY disabled_at IS NOT NULL, lower(name), id");
    let rows = query.build().fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// One of the staff.
///
/// # Errors
/// [`DomainError::NotFound`].
pub async fn find(conn: &mut PgConnection, id: UserId) -> Result<UserAccount> {
    fetch(conn, id, "").await
}

/// One of the staff as they are, kept so until the transaction ends.
pub(super) async fn lock(tx: &mut PgConnection, id: UserId) -> Result<UserAccount> {
    fetch(tx, id, " FOR UPDATE").await
}

async fn fetch(conn: &mut PgConnection, id: UserId, locking: &'static str) -> Result<UserAccount> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(" WHERE id = ").push_bind(id.0).push(locking);
    let row = query.build().fetch_optional(conn).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("user", id))?)?)
}

fn read(row: &PgRow) -> sqlx::Result<UserAccount> {
    Ok(UserAccount {
        id: UserId(row.try_get::<Uuid, _>("id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: row.word("role")?,
        state: row.word("state")?,
        second_factor: row.try_get("second_factor")?,
        last_seen_at: row.try_get("last_seen_at")?,
        created_at: row.try_get("created_at")?,
        version: row.try_get("version")?,
    })
}
