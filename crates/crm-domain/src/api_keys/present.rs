//! A key as a program shows it, and what it is compared with.

use crate::accounts::SecretToken;
use crate::db::Result;
use chrono::{DateTime, Utc};
use crm_types::accounts::Permission;
use crm_types::api_keys::API_KEY_PREFIX;
use crm_types::ids::ApiKeyId;
use sqlx::PgConnection;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// `crm_live_<id>_<secret>`, as a program shows it.
#[derive(Debug, Clone)]
pub struct PresentedKey {
    /// Which key it claims to be.
    pub id: ApiKeyId,
    /// What proves it.
    pub secret: SecretToken,
}

impl PresentedKey {
    /// Reads a key; `None` when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(API_KEY_PREFIX)?.split_once('_')?;
        Some(Self { id: ApiKeyId(Uuid::try_parse(id).ok()?), secret: SecretToken::from_client(secret)? })
    }

    /// The text that [`Self::parse`] reads. Shown once, to whoever made the key.
    pub(super) fn text(&self) -> String {
        format!("{API_KEY_PREFIX}{}_{}", self.id.0.simple(), self.secret.expose())
    }
}

/// What is known of a key that was not revoked.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    expires_at: Option<DateTime<Utc>>,
    hash: Vec<u8>,
}

impl StoredKey {
    /// Whether the secret is the key's and the key still works. Takes the same time for every wrong secret.
    pub fn opens_with(&self, secret: &SecretToken, now: DateTime<Utc>) -> bool {
        let same: bool = self.hash.ct_eq(&secret.digest()).into();
        same && self.expires_at.is_none_or(|end| now < end)
    }
}

/// What a presented key is compared with, unless it was revoked or never was.
///
/// # Errors
/// When the database fails.
pub async fn find_stored(conn: &mut PgConnection, id: ApiKeyId) -> Result<Option<StoredKey>> {
    let row =
        sqlx::query!("SELECT name, scopes, expires_at, hash FROM api_keys WHERE id = $1 AND revoked_at IS NULL", id.0)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| StoredKey {
        id,
        name: row.name,
        scopes: super::list::permissions(&row.scopes),
        expires_at: row.expires_at,
        hash: row.hash,
    }))
}

/// Notes that the key was used; to the minute, so that a busy key does not keep writing.
///
/// # Errors
/// When the database fails.
pub async fn touch(conn: &mut PgConnection, id: ApiKeyId) -> Result<()> {
    sqlx::query!(
        "UPDATE api_keys SET last_used_at = now()
          WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
