//! What everybody changes of their own account.

use super::list::lock;
use super::{links, record, record_secret};
use crate::accounts::{RevokedReason, parse_name, revoke_other_sessions};
use crate::audit::Actor;
use crate::db::Result;
use crm_types::ids::{SessionId, UserId};
use crm_types::users::UserAccount;
use sqlx::PgPool;

/// Changes what somebody is called.
///
/// # Errors
/// [`crate::db::DomainError::Invalid`] on `name`.
pub async fn rename(pool: &PgPool, actor: &Actor, id: UserId, name: &str) -> Result<UserAccount> {
    let name = parse_name(name)?;
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.name == name {
        return Ok(old);
    }
    sqlx::query!("UPDATE users SET name = $2, version = version + 1, updated_at = now() WHERE id = $1", id.0, name)
        .execute(&mut *tx)
        .await?;
    let now = lock(&mut tx, id).await?;
    record(&mut tx, actor, "updated", Some(&old), &now).await?;
    tx.commit().await?;
    Ok(now)
}

/// Sets a password and ends all sessions but the one that asks; gives those that ended.
///
/// # Errors
/// When the database fails.
pub async fn change_password(
    pool: &PgPool,
    actor: &Actor,
    id: UserId,
    password_hash: &str,
    kept: SessionId,
) -> Result<Vec<SessionId>> {
    let mut tx = pool.begin().await?;
    let user = lock(&mut tx, id).await?;
    sqlx::query!(
        "UPDATE users SET password_hash = $2, password_changed_at = now(), version = version + 1, updated_at = now()
          WHERE id = $1",
        id.0,
        password_hash
    )
    .execute(&mut *tx)
    .await?;
    links::withdraw(&mut tx, id).await?;
    let ended = revoke_other_sessions(&mut tx, id, kept, RevokedReason::PasswordChanged).await?;
    record_secret(&mut tx, actor, "password_changed", &user).await?;
    tx.commit().await?;
    Ok(ended)
}
