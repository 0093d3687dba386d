//! Tickets for downloads that a browser starts by itself, without a log-in.

use super::Request;
use crate::audit::Actor;
use crate::customers::bulk::require_few;
use crate::db::Result;
use crate::row::parse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

/// Seconds that a ticket is good for.
const SECONDS: i32 = 60;

/// Makes a ticket for one download.
///
/// # Errors
/// [`DomainError::Invalid`](crate::db::DomainError::Invalid) when nobody or too many are named.
pub async fn ticket(pool: &PgPool, actor: &Actor, request: &Request) -> Result<(String, DateTime<Utc>)> {
    if let Some(ids) = &request.ids {
        require_few(ids)?;
    }
    issue(pool, actor, request).await
}

/// Makes a ticket for one download of whatever is asked for.
pub(crate) async fn issue(pool: &PgPool, actor: &Actor, request: &impl Serialize) -> Result<(String, DateTime<Utc>)> {
    let ticket = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let request = serde_json::to_value(request).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let expires_at = sqlx::query_scalar!(
        "INSERT INTO export_tickets (hash, request, actor_kind, actor_id, actor_name, address, request_id, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::int)) RETURNING expires_at",
        hash(&ticket),
        request,
        actor.kind.as_str(),
        actor.id,
        actor.name,
        actor.address,
        actor.request_id,
        SECONDS
    )
    .fetch_one(pool)
    .await?;
    Ok((ticket, expires_at))
}

/// What a ticket was made for, and by whom; `None` when it is not good (any more). It is good once.
pub async fn redeem(pool: &PgPool, ticket: &str) -> Result<Option<(Actor, Request)>> {
    take(pool, ticket).await
}

/// What a ticket was made for; `None` also when that is another kind of download.
pub(crate) async fn take<T: DeserializeOwned>(pool: &PgPool, ticket: &str) -> Result<Option<(Actor, T)>> {
    let row = sqlx::query!(
        "DELETE FROM export_tickets t WHERE hash = $1 AND expires_at > now()
           AND (actor_kind <> 'user' OR EXISTS (SELECT FROM users u WHERE u.id = t.actor_id AND u.disabled_at IS NULL))
         RETURNING request, actor_kind, actor_id, actor_name, address, request_id",
        hash(ticket)
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let actor = Actor {
        kind: parse("actor_kind", &row.actor_kind)?,
        id: row.actor_id,
        name: row.actor_name,
        address: row.address,
        request_id: row.request_id,
    };
    Ok(serde_json::from_value(row.request).ok().map(|request| (actor, request)))
}

/// Forgets tickets that are not good any more; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn trim(conn: &mut PgConnection) -> Result<u64> {
    let done = sqlx::query!("DELETE FROM export_tickets WHERE expires_at < now()").execute(conn).await?;
    Ok(done.rows_affected())
}

fn hash(ticket: &str) -> Vec<u8> {
    Sha256::digest(ticket).to_vec()
}
