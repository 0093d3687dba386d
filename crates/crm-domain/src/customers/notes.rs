//! Notes that staff write about a customer.

use super::list::require;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::customers::CustomerNote;
use crm_types::ids::{CustomerId, NoteId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Most characters of a note.
const LONGEST: usize = 10_000;

/// Notes about a customer, newest first, at most `limit`; before that one, when `before` is given.
pub async fn list(
    pool: &PgPool,
    customer: CustomerId,
    before: Option<NoteId>,
    limit: i64,
) -> Result<Vec<CustomerNote>> {
    require(pool, customer).await?;
    Ok(sqlx::query_as!(
        CustomerNote,
        r#"SELECT id, author_name AS author, body, created_at, updated_at, version FROM customer_notes
           WHERE customer_id = $1 AND deleted_at IS NULL
             AND ($2::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM customer_notes WHERE id = $2))
           ORDER BY created_at DESC, id DESC LIMIT $3"#,
        customer.0,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(pool)
    .await?)
}

/// Writes a note.
pub async fn create(pool: &PgPool, actor: &Actor, customer: CustomerId, body: &str) -> Result<CustomerNote> {
    let body = parse_body(body)?;
    require(pool, customer).await?;
    let mut tx = pool.begin().await?;
    let note = sqlx::query_as!(
        CustomerNote,
        r#"INSERT INTO customer_notes (id, customer_id, author_id, author_name, body)
           VALUES ($1, $2, (SELECT id FROM users WHERE id = $3), $4, $5)
           RETURNING id, author_name AS author, body, created_at, updated_at, version"#,
        Uuid::now_v7(),
        customer.0,
        actor.id,
        actor.name,
        body
    )
    .fetch_one(&mut *tx)
    .await?;
    record(&mut tx, actor, "created", None, Some(&note)).await?;
    tx.commit().await?;
    Ok(note)
}

/// Changes a note's text.
pub async fn update(
    pool: &PgPool,
    actor: &Actor,
    (customer, id): (CustomerId, NoteId),
    version: i64,
    body: &str,
) -> Result<CustomerNote> {
    let body = parse_body(body)?;
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, customer, id).await?;
    if old.version != version {
        let message = "Somebody changed this note since you looked. Nothing was saved.".to_owned();
        let current = serde_json::to_value(&old).map_err(|error| sqlx::Error::Encode(error.into()))?;
        return Err(DomainError::Stale { message, current });
    }
    sqlx::query!(
        "UPDATE customer_notes SET body = $2, version = version + 1, updated_at = now() WHERE id = $1",
        id.0,
        body
    )
    .execute(&mut *tx)
    .await?;
    let new = lock(&mut tx, customer, id).await?;
    record(&mut tx, actor, "updated", Some(&old), Some(&new)).await?;
    tx.commit().await?;
    Ok(new)
}

/// Deletes a note. Once more is no error.
pub async fn delete(pool: &PgPool, actor: &Actor, customer: CustomerId, id: NoteId) -> Result<()> {
    let mut tx = pool.begin().await?;
    let old = match lock(&mut tx, customer, id).await {
        Err(DomainError::NotFound { .. }) => return Ok(()),
        found => found?,
    };
    sqlx::query!("UPDATE customer_notes SET deleted_at = now() WHERE id = $1", id.0).execute(&mut *tx).await?;
    record(&mut tx, actor, "deleted", Some(&old), None).await?;
    tx.commit().await?;
    Ok(())
}

async fn lock(tx: &mut PgConnection, customer: CustomerId, id: NoteId) -> Result<CustomerNote> {
    sqlx::query_as!(
        CustomerNote,
        r#"SELECT id, author_name AS author, body, created_at, updated_at, version FROM customer_notes
           WHERE id = $1 AND customer_id = $2 AND deleted_at IS NULL FOR UPDATE"#,
        id.0,
        customer.0
    )
    .fetch_optional(tx)
    .await?
    .ok_or_else(|| DomainError::not_found("note", id))
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&CustomerNote>,
    after: Option<&CustomerNote>,
) -> Result<()> {
    let id = before.or(after).map(|note| note.id.to_string()).unwrap_or_default();
    audit::record(tx, actor, Subject { resource: "customer_note", id: &id, verb }, before, after).await
}

fn parse_body(body: &str) -> Result<&str> {
    let body = body.trim();
    if body.is_empty() || body.chars().count() > LONGEST || body.contains('\0') {
        return Err(DomainError::invalid("body", "invalid", format!("Write 1 to {LONGEST} characters.")));
    }
    Ok(body)
}
