use super::sessions::RevokedReason;
use super::{Email, store};
use crate::db::{DomainError, Result};
use chrono::{DateTime, Utc};
use crm_types::accounts::{Role, User};
use crm_types::ids::{SessionId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// What the database says when the last active owner would leave.
const LAST_OWNER: &str = "users_last_owner";

/// A user to be created. The password arrives hashed, because hashing is slow and must not hold a transaction open.
#[derive(Debug)]
pub struct NewUser {
    /// Log-in name.
    pub email: Email,
    /// For people.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// From [`super::hash`].
    pub password_hash: String,
}

/// A user as an administrator sees them.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// Id, name, role.
    pub user: User,
    /// Created.
    pub created_at: DateTime<Utc>,
    /// Since when they cannot log in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Sessions that are still good.
    pub sessions: i64,
}

/// Whom an e-mail address names at log-in, and the hash to compare with.
#[derive(Debug)]
pub struct LoginCandidate {
    /// The user.
    pub user: User,
    /// The stored hash.
    pub password_hash: String,
}

/// Whether there is no user yet.
///
/// # Errors
/// When the database fails.
pub async fn is_setup_needed(conn: &mut PgConnection) -> Result<bool> {
    store::is_empty(conn).await
}

/// Creates a user.
///
/// # Errors
/// [`DomainError::Invalid`] on `name`; the database's `users_email_key` when the address is taken.
pub async fn create_user(conn: &mut PgConnection, new: NewUser) -> Result<User> {
    let user = user_of(&new)?;
    store::insert_user(conn, &user, &new.password_hash).await?;
    Ok(user)
}

/// Creates the first owner, while there is no user at all. Any number of callers at once: one gets the user.
///
/// # Errors
/// [`DomainError::Conflict`] when a user exists; [`DomainError::Invalid`] on `name`.
pub async fn create_first_owner(conn: &mut PgConnection, new: NewUser) -> Result<User> {
    let new = NewUser { role: Role::Owner, ..new };
    let user = user_of(&new)?;
    match store::insert_first_user(conn, &user, &new.password_hash).await? {
        true => Ok(user),
        false => Err(DomainError::Conflict {
            field: None,
            message: "The first owner exists already. Log in, or ask them for an account.".into(),
        }),
    }
}

fn user_of(new: &NewUser) -> Result<User> {
    let name = parse_name(&new.name)?;
    Ok(User {
        id: UserId(Uuid::now_v7()),
        name,
        email: new.email.as_str().to_owned(),
        role: new.role,
        permissions: new.role.permissions(),
    })
}

/// What somebody is called: one line of 1 to 200 characters.
///
/// # Errors
/// [`DomainError::Invalid`] on `name`.
pub fn parse_name(name: &str) -> Result<String> {
    let name = name.trim();
    if !(1..=200).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(DomainError::invalid("name", "invalid", "Enter a name of at most 200 characters."));
    }
    Ok(name.to_owned())
}

/// All users, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_users(conn: &mut PgConnection) -> Result<Vec<StaffMember>> {
    store::list_users(conn).await
}

/// Whom the address names, unless they are disabled.
///
/// # Errors
/// When the database fails.
pub async fn candidate_for_login(conn: &mut PgConnection, email: &Email) -> Result<Option<LoginCandidate>> {
    store::find_candidate(conn, email).await
}

/// Stores a new hash of the same password, if the old one is still the one that was compared with.
///
/// # Errors
/// When the database fails.
pub async fn store_rehash(conn: &mut PgConnection, user: UserId, old: &str, new: &str) -> Result<()> {
    store::replace_hash(conn, user, old, new).await
}

/// Keeps a user out from now on: no log-in, and every session is revoked. Gives the revoked sessions.
///
/// # Errors
/// [`DomainError::NotFound`] when nobody has the address; [`DomainError::Conflict`] when it is the last active owner.
pub async fn disable_user(conn: &mut PgConnection, email: &Email) -> Result<Vec<SessionId>> {
    let user = id_of(conn, email).await?;
    store::disable(conn, user).await.map_err(|error| match error {
        DomainError::Database(sqlx::Error::Database(database)) if database.constraint() == Some(LAST_OWNER) => {
            let message = format!("{email} is the only active owner. Create another owner first.");
            DomainError::Conflict { field: None, message }
        }
        other => other,
    })?;
    store::revoke_sessions_of(conn, user, None, RevokedReason::UserDisabled).await
}

/// Lets a disabled user in again.
///
/// # Errors
/// [`DomainError::NotFound`] when nobody has the address.
pub async fn enable_user(conn: &mut PgConnection, email: &Email) -> Result<()> {
    let user = id_of(conn, email).await?;
    store::enable(conn, user).await
}

/// Sets a password and revokes every session. Gives the revoked sessions.
///
/// # Errors
/// [`DomainError::NotFound`] when nobody has the address.
pub async fn reset_password(conn: &mut PgConnection, email: &Email, password_hash: &str) -> Result<Vec<SessionId>> {
    let user = id_of(conn, email).await?;
    store::set_hash(conn, user, password_hash).await?;
    store::revoke_sessions_of(conn, user, None, RevokedReason::PasswordChanged).await
}

async fn id_of(conn: &mut PgConnection, email: &Email) -> Result<UserId> {
    store::find_id(conn, email).await?.ok_or_else(|| DomainError::not_found("user", email))
}
