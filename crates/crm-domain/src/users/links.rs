//! Links that let somebody in once: to accept an invitation, or to set a new password.

use super::list::{find, lock};
use super::{record, record_secret, require_owner};
use crate::accounts::{INVITATION_DAYS, RESET_HOURS, RevokedReason, SecretToken, parse_name, revoke_user_sessions};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use chrono::{DateTime, TimeDelta, Utc};
use crm_types::accounts::User;
use crm_types::ids::{SessionId, UserId};
use crm_types::users::{AccountLinkHolder, UserAccount, UserState};
use sqlx::{PgConnection, PgPool};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Accepting an invitation.
    Invitation,
    /// Setting a new password.
    PasswordReset,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }

    const fn works_for(self) -> TimeDelta {
        match self {
            Self::Invitation => TimeDelta::days(INVITATION_DAYS),
            Self::PasswordReset => TimeDelta::hours(RESET_HOURS),
        }
    }

    /// The state in which an account can have such a link, and what to do about another one.
    const fn wants(self) -> (UserState, &'static str) {
        match self {
            Self::Invitation => (UserState::Invited, "They accepted an invitation already, or are disabled."),
            Self::PasswordReset => {
                (UserState::Active, "They are disabled, or have not accepted their invitation yet: renew that instead.")
            }
        }
    }
}

/// A link that was just made.
#[derive(Debug)]
pub struct Link {
    /// What opens it.
    pub token: SecretToken,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Makes another link for a colleague; the former one stops working.
///
/// # Errors
/// [`DomainError::Conflict`] when the account's state has no use for it; [`DomainError::Refused`] for an owner's account,
/// unless by an owner.
pub async fn renew(
    pool: &PgPool,
    actor: &Actor,
    who: &User,
    id: UserId,
    purpose: Purpose,
) -> Result<(UserAccount, Link)> {
    let mut tx = pool.begin().await?;
    let user = lock(&mut tx, id).await?;
    require_owner(who, &[user.role])?;
    let (state, otherwise) = purpose.wants();
    if user.state != state {
        return Err(DomainError::Conflict { field: None, message: otherwise.into() });
    }
    let link = issue(&mut tx, id, purpose).await?;
    let verb = match purpose {
        Purpose::Invitation => "invitation_renewed",
        Purpose::PasswordReset => "password_reset_offered",
    };
    record_secret(&mut tx, actor, verb, &user).await?;
    tx.commit().await?;
    Ok((user, link))
}

/// Whom a link lets in; `None` when it does not work (any more).
///
/// # Errors
/// When the database fails.
pub async fn find_holder(pool: &PgPool, purpose: Purpose, token: &SecretToken) -> Result<Option<AccountLinkHolder>> {
    let digest = token.digest();
    Ok(sqlx::query_as!(
        AccountLinkHolder,
        "SELECT u.name, u.email, l.expires_at FROM account_links l JOIN users u ON u.id = l.user_id
          WHERE l.hash = $1 AND l.purpose = $2 AND l.expires_at > now() AND u.disabled_at IS NULL",
        digest.as_slice(),
        purpose.as_str()
    )
    .fetch_optional(pool)
    .await?)
}

/// Uses a link up: the account has the password from now on, and with an invitation the name. Sessions of before end.
/// `None` when the link does not work (any more); of several at once, one wins.
///
/// # Errors
/// [`DomainError::Invalid`] on `name`.
pub async fn redeem(
    tx: &mut PgConnection,
    (purpose, token): (Purpose, &SecretToken),
    name: Option<&str>,
    password_hash: &str,
    actor_of: impl FnOnce(&User) -> Actor,
) -> Result<Option<(User, Vec<SessionId>)>> {
    let name = name.map(parse_name).transpose()?;
    let digest = token.digest();
    let id = sqlx::query_scalar!(
        "DELETE FROM account_links l USING users u
          WHERE l.hash = $1 AND l.purpose = $2 AND l.expires_at > now() AND u.id = l.user_id AND u.disabled_at IS NULL
          RETURNING l.user_id",
        digest.as_slice(),
        purpose.as_str()
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id.map(UserId) else { return Ok(None) };
    let old = lock(tx, id).await?;
    sqlx::query!(
        "UPDATE users SET name = coalesce($2, name), password_hash = $3, password_changed_at = now(),
             version = version + 1, updated_at = now() WHERE id = $1",
        id.0,
        name,
        password_hash
    )
    .execute(&mut *tx)
    .await?;
    let ended = revoke_user_sessions(tx, id, RevokedReason::PasswordChanged).await?;
    let now = find(tx, id).await?;
    let user = User {
        id,
        name: now.name.clone(),
        email: now.email.clone(),
        role: now.role,
        permissions: now.role.permissions(),
    };
    let actor = actor_of(&user);
    match purpose {
        Purpose::Invitation => record(tx, &actor, "joined", Some(&old), &now).await?,
        Purpose::PasswordReset => record_secret(tx, &actor, "password_reset", &now).await?,
    }
    Ok(Some((user, ended)))
}

/// Makes a link in place of a former one.
pub(super) async fn issue(tx: &mut PgConnection, user: UserId, purpose: Purpose) -> Result<Link> {
    let link = Link { token: SecretToken::generate(), expires_at: Utc::now() + purpose.works_for() };
    let digest = link.token.digest();
    sqlx::query!(
        "INSERT INTO account_links (user_id, purpose, hash, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET purpose = excluded.purpose, hash = excluded.hash, created_at = now(),
             expires_at = excluded.expires_at",
        user.0,
        purpose.as_str(),
        digest.as_slice(),
        link.expires_at
    )
    .execute(tx)
    .await?;
    Ok(link)
}

/// The open link stops working.
pub(super) async fn withdraw(tx: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("DELETE FROM account_links WHERE user_id = $1", user.0).execute(tx).await?;
    Ok(())
}
