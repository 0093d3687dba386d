//! Replies that are kept for a day, so that a request which is sent again is not done again.

use crate::db::Result;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Hours that a reply is kept.
pub const KEEP_HOURS: i32 = 24;
/// A request that runs for longer than this died with its process. Statements are cut off long before.
const ABANDONED_SECONDS: f64 = 60.0;

/// A request that named a key.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The user or API key that asks.
    pub caller: Uuid,
    /// Its key.
    pub key: String,
    /// Where to.
    pub path: String,
    /// SHA-256 of its body.
    pub body_hash: [u8; 32],
}

/// A reply as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `None` when it held a secret.
    pub body: Option<Vec<u8>>,
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: the request is the caller's to do, and then to [`keep`] or [`release`].
    Mine,
    /// The same request runs at this moment.
    Running,
    /// It was for another path or body.
    Different,
    /// It was done.
    Done(Kept),
}

/// Claims a key. Of any number of requests at once, one gets [`Claim::Mine`]: a single statement decides.
///
/// # Errors
/// When the database fails.
pub async fn claim(conn: &mut PgConnection, asked: &Asked) -> Result<Claim> {
    let mine = sqlx::query!(
        "INSERT INTO idempotency_keys (caller, key, path, body_hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (caller, key) DO UPDATE
            SET path = excluded.path, body_hash = excluded.body_hash, created_at = now(), status = NULL, content_type = NULL,
                location = NULL, etag = NULL, body = NULL
          WHERE idempotency_keys.created_at < now() - make_interval(hours => $5)
             OR (idempotency_keys.status IS NULL AND idempotency_keys.created_at < now() - make_interval(secs => $6))",
        asked.caller,
        asked.key,
        asked.path,
        asked.body_hash.as_slice(),
        KEEP_HOURS,
        ABANDONED_SECONDS
    )
    .execute(&mut *conn)
    .await?;
    if mine.rows_affected() == 1 {
        return Ok(Claim::Mine);
    }
    let row = sqlx::query!(
        "SELECT path, body_hash, status, content_type, location, etag, body FROM idempotency_keys WHERE caller = $1 AND key = $2",
        asked.caller,
        asked.key
    )
    .fetch_optional(conn)
    .await?;
    // Released in this very moment: the next try gets it.
    let Some(row) = row else { return Ok(Claim::Running) };
    if row.path != asked.path || row.body_hash != asked.body_hash {
        return Ok(Claim::Different);
    }
    Ok(match row.status.map(u16::try_from) {
        Some(Ok(status)) => Claim::Done(Kept {
            status,
            content_type: row.content_type,
            location: row.location,
            etag: row.etag,
            body: row.body,
        }),
        _ => Claim::Running,
    })
}

/// Keeps the reply of a request that was claimed.
///
/// # Errors
/// When the database fails.
pub async fn keep(pool: &PgPool, asked: &Asked, reply: &Kept) -> Result<()> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $3, content_type = $4, location = $5, etag = $6, body = $7
          WHERE caller = $1 AND key = $2",
        asked.caller,
        asked.key,
        i16::try_from(reply.status).unwrap_or(i16::MAX),
        reply.content_type,
        reply.location,
        reply.etag,
        reply.body
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Gives a claimed key back: nothing was done, and the next try may.
///
/// # Errors
/// When the database fails.
pub async fn release(pool: &PgPool, asked: &Asked) -> Result<()> {
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2 AND status IS NULL",
        asked.caller,
        asked.key
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Deletes what was kept long enough; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(conn: &mut PgConnection) -> Result<u64> {
    let done =
        sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)", KEEP_HOURS)
            .execute(conn)
            .await?;
    Ok(done.rows_affected())
}
