//! Making and revoking keys.

use super::list::lock;
use super::present::PresentedKey;
use crate::accounts::SecretToken;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use chrono::Utc;
use crm_types::accounts::{Permission, User};
use crm_types::api_keys::{ApiKey, CreatedApiKey, NewApiKey};
use crm_types::ids::ApiKeyId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Makes a key. The reply is the only place where its secret ever is.
///
/// # Errors
/// [`DomainError::Invalid`] on `name`, `expires_at`, and `scopes` that its maker lacks or no key may have.
pub async fn create(pool: &PgPool, actor: &Actor, who: &User, new: &NewApiKey) -> Result<CreatedApiKey> {
    let name = parse_name(&new.name)?;
    let scopes: Vec<String> = parse_scopes(who, &new.scopes)?.iter().map(ToString::to_string).collect();
    if new.expires_at.is_some_and(|end| end <= Utc::now()) {
        return Err(DomainError::invalid("expires_at", "out_of_range", "This time has passed. Choose a later one."));
    }
    let key = PresentedKey { id: ApiKeyId(Uuid::now_v7()), secret: SecretToken::generate() };
    let digest = key.secret.digest();
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO api_keys (id, name, hash, scopes, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        key.id.0,
        name,
        digest.as_slice(),
        &scopes,
        who.id.0,
        new.expires_at
    )
    .execute(&mut *tx)
    .await?;
    let api_key = lock(&mut tx, key.id).await?;
    record(&mut tx, actor, "created", None, &api_key).await?;
    tx.commit().await?;
    Ok(CreatedApiKey { api_key, key: key.text() })
}

/// Refuses a key from now on. Once more is no error.
///
/// # Errors
/// [`DomainError::NotFound`].
pub async fn revoke(pool: &PgPool, actor: &Actor, id: ApiKeyId) -> Result<()> {
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.revoked_at.is_some() {
        return Ok(());
    }
    sqlx::query!("UPDATE api_keys SET revoked_at = now() WHERE id = $1", id.0).execute(&mut *tx).await?;
    let now = lock(&mut tx, id).await?;
    record(&mut tx, actor, "revoked", Some(&old), &now).await?;
    tx.commit().await?;
    Ok(())
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&ApiKey>,
    after: &ApiKey,
) -> Result<()> {
    let id = after.id.to_string();
    audit::record(tx, actor, Subject { resource: "api_key", id: &id, verb }, before, Some(after)).await
}

fn parse_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if !(1..=80).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(DomainError::invalid("name", "invalid", "Say in 1 to 80 characters what the key is for."));
    }
    Ok(name)
}

fn parse_scopes(who: &User, wanted: &[Permission]) -> Result<Vec<Permission>> {
    let refuse = |code, message: String| Err(DomainError::invalid("scopes", code, message));
    if wanted.is_empty() {
        return refuse("required", "Choose at least one thing that the key may do.".into());
    }
    if let Some(scope) = wanted.iter().find(|scope| !scope.suits_a_key()) {
        return refuse("not_allowed", format!("No key can have {scope}: that is for people only."));
    }
    if let Some(scope) = wanted.iter().find(|scope| !who.role.may(**scope)) {
        return refuse("not_allowed", format!("You lack {scope} yourself, so you cannot give it to a key."));
    }
    let mut scopes = wanted.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}
