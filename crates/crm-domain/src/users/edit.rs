//! Inviting staff, changing what they may do, keeping them out.

use super::links::{self, Link, Purpose};
use super::list::lock;
use super::{parse_new, record, require_owner};
use crate::accounts::{self, RevokedReason, parse_name, revoke_session, revoke_user_sessions};
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::second_factor;
use crm_types::accounts::{Role, User};
use crm_types::ids::{SessionId, UserId};
use crm_types::users::{NewUserAccount, UserAccount, UserAccountPatch, UserState};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// What came of a change.
#[derive(Debug)]
pub struct Changed {
    /// The account as it is now.
    pub user: UserAccount,
    /// Sessions that ended with it, or whose holder may do something else from now on.
    pub sessions: Vec<SessionId>,
}

/// Creates an account whose holder sets name and password with the link.
///
/// # Errors
/// [`DomainError::Refused`] when somebody else than an owner invites an owner; the database's `users_email_key` when
/// somebody has the address.
pub async fn invite(pool: &PgPool, actor: &Actor, who: &User, new: &NewUserAccount) -> Result<(UserAccount, Link)> {
    let (email, name) = parse_new(&new.email, &new.name)?;
    require_owner(who, &[new.role])?;
    let id = UserId(Uuid::now_v7());
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO users (id, email, name, role) VALUES ($1, $2, $3, $4)",
        id.0,
        email.as_str(),
        name,
        new.role.as_str()
    )
    .execute(&mut *tx)
    .await?;
    let link = links::issue(&mut tx, id, Purpose::Invitation).await?;
    let user = lock(&mut tx, id).await?;
    record(&mut tx, actor, "invited", None, &user).await?;
    tx.commit().await?;
    Ok((user, link))
}

/// Applies a patch to the version that the caller saw. Who is disabled is logged out everywhere.
///
/// # Errors
/// [`DomainError::Stale`] with the present account when somebody was faster; [`DomainError::Refused`] for what only an
/// owner may, and for disabling oneself; the database's `users_last_owner` when nobody would be left to manage the account.
pub async fn update(
    pool: &PgPool,
    actor: &Actor,
    who: &User,
    id: UserId,
    version: i64,
    patch: &UserAccountPatch,
) -> Result<Changed> {
    let name = patch.name.as_deref().map(parse_name).transpose()?;
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    require_version(&old, version)?;
    let role = patch.role.unwrap_or(old.role);
    require_owner(who, &[old.role, role])?;
    let was_disabled = old.state == UserState::Disabled;
    let disabled = patch.disabled.unwrap_or(was_disabled);
    if disabled && id == who.id {
        return Err(DomainError::Refused("You cannot disable your own account. Somebody else has to.".into()));
    }
    let name = name.unwrap_or_else(|| old.name.clone());
    if (&name, role, disabled) == (&old.name, old.role, was_disabled) {
        return Ok(Changed { user: old, sessions: Vec::new() });
    }
    write(&mut tx, id, &name, role, disabled).await?;
    let sessions = match disabled && !was_disabled {
        true => keep_out(&mut tx, id).await?,
        false => accounts::list_sessions(&mut tx, id, None).await?.into_iter().map(|session| session.id).collect(),
    };
    let user = lock(&mut tx, id).await?;
    record(&mut tx, actor, "updated", Some(&old), &user).await?;
    tx.commit().await?;
    Ok(Changed { user, sessions })
}

/// Ends a session of a colleague. Once more is no error.
///
/// # Errors
/// [`DomainError::NotFound`] when there is no such user; [`DomainError::Refused`] for an owner's, unless by an owner.
pub async fn end_session(pool: &PgPool, actor: &Actor, who: &User, id: UserId, session: SessionId) -> Result<()> {
    let mut tx = pool.begin().await?;
    let user = lock(&mut tx, id).await?;
    require_owner(who, &[user.role])?;
    match revoke_session(&mut tx, id, session, RevokedReason::EndedByColleague).await {
        Err(DomainError::NotFound { .. }) => return Ok(()),
        done => done?,
    }
    let (id, after) = (id.to_string(), serde_json::json!({ "session": session }));
    let subject = Subject { resource: "user", id: &id, verb: "session_ended" };
    audit::record(&mut tx, actor, subject, None, Some(&after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Turns a colleague's second factor off. Once more is no error.
///
/// # Errors
/// [`DomainError::NotFound`]; [`DomainError::Refused`] for an owner's, unless by an owner, and for one's own, which takes the
/// password.
pub async fn reset_second_factor(pool: &PgPool, actor: &Actor, who: &User, id: UserId) -> Result<()> {
    let mut tx = pool.begin().await?;
    let user = lock(&mut tx, id).await?;
    require_owner(who, &[user.role])?;
    if id == who.id {
        return Err(DomainError::Refused("Turn your own second factor off under Settings, Your account.".into()));
    }
    second_factor::remove(&mut tx, actor, id).await?;
    tx.commit().await?;
    Ok(())
}

async fn write(tx: &mut PgConnection, id: UserId, name: &str, role: Role, disabled: bool) -> Result<()> {
    sqlx::query!(
        "UPDATE users SET name = $2, role = $3, disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, now()) END,
             version = version + 1, updated_at = now() WHERE id = $1",
        id.0,
        name,
        role.as_str(),
        disabled
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn keep_out(tx: &mut PgConnection, id: UserId) -> Result<Vec<SessionId>> {
    links::withdraw(tx, id).await?;
    revoke_user_sessions(tx, id, RevokedReason::UserDisabled).await
}

fn require_version(now: &UserAccount, version: i64) -> Result<()> {
    if now.version == version {
        return Ok(());
    }
    let message = format!("Somebody changed {}'s account since you looked. Nothing was saved.", now.name);
    let current = serde_json::to_value(now).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Err(DomainError::Stale { message, current })
}
