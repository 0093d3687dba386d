//! What staff do with an organisation: create, change, archive, restore.

use super::fields::Fields;
use super::list::{COLUMNS, COUNTED, read};
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::realtime;
use crm_types::ids::OrganizationId;
use crm_types::organizations::{NewOrganization, Organization, OrganizationPatch, OrganizationStatus};
use crm_types::realtime::RealtimeEvent;
use sqlx::{PgConnection, PgPool, QueryBuilder};
use uuid::Uuid;

/// Creates an organisation.
///
/// # Errors
/// [`DomainError::Invalid`] for a field that is wrong; the database's `organizations_name_key` when the name is taken.
pub async fn create(pool: &PgPool, actor: &Actor, new: &NewOrganization) -> Result<Organization> {
    let fields = Fields::of_new(new)?;
    let id = OrganizationId(Uuid::now_v7());
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO organizations (id, name, kind, status, website, email, phone, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        fields.name,
        new.kind.as_str(),
        fields.status.unwrap_or(OrganizationStatus::Active).as_str(),
        fields.website.flatten(),
        fields.email.flatten(),
        fields.phone.flatten(),
        fields.notes.flatten(),
    )
    .execute(&mut *tx)
    .await?;
    let organization = lock(&mut tx, id).await?;
    finish(&mut tx, actor, "created", None, &organization).await?;
    tx.commit().await?;
    Ok(organization)
}

/// Applies a patch to the version that the caller saw. Customers are found by the new name at once.
///
/// # Errors
/// [`DomainError::Stale`] with the present organisation when somebody was faster.
pub async fn update(
    pool: &PgPool,
    actor: &Actor,
    id: OrganizationId,
    version: i64,
    patch: &OrganizationPatch,
) -> Result<Organization> {
    let fields = Fields::of_patch(patch)?;
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    require_version(&old, version)?;
    let new = merge(&old, fields);
    if new == old {
        return Ok(old);
    }
    sqlx::query!(
        "UPDATE organizations SET name = $2, kind = $3, status = $4, website = $5, email = $6, phone = $7, notes = $8,
             version = version + 1, updated_at = now()
         WHERE id = $1",
        id.0,
        new.name,
        new.kind.as_str(),
        new.status.as_str(),
        new.website,
        new.email,
        new.phone,
        new.notes,
    )
    .execute(&mut *tx)
    .await?;
    let organization = lock(&mut tx, id).await?;
    finish(&mut tx, actor, "updated", Some(&old), &organization).await?;
    tx.commit().await?;
    Ok(organization)
}

/// Takes an organisation out of the lists; its customers keep it, nobody new can be put into it. Once more is no error.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn archive(pool: &PgPool, actor: &Actor, id: OrganizationId) -> Result<Organization> {
    put_away(pool, actor, id, true).await
}

/// Brings an organisation back. Once more is no error.
///
/// # Errors
/// The database's `organizations_name_key` when another one has the name by now.
pub async fn restore(pool: &PgPool, actor: &Actor, id: OrganizationId) -> Result<Organization> {
    put_away(pool, actor, id, false).await
}

async fn put_away(pool: &PgPool, actor: &Actor, id: OrganizationId, away: bool) -> Result<Organization> {
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.archived_at.is_some() == away {
        return Ok(old);
    }
    sqlx::query!(
        "UPDATE organizations SET archived_at = CASE WHEN $2 THEN now() END, version = version + 1, updated_at = now() WHERE id = $1",
        id.0,
        away
    )
    .execute(&mut *tx)
    .await?;
    let organization = lock(&mut tx, id).await?;
    finish(&mut tx, actor, if away { "archived" } else { "restored" }, Some(&old), &organization).await?;
    tx.commit().await?;
    Ok(organization)
}

/// The organisation as it is, kept so until the transaction ends.
async fn lock(tx: &mut PgConnection, id: OrganizationId) -> Result<Organization> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM organizations page").push(COUNTED);
    query.push(" WHERE page.id = ").push_bind(id.0).push(" FOR NO KEY UPDATE OF page");
    let row = query.build().fetch_optional(&mut *tx).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("organization", id))?)?)
}

fn require_version(now: &Organization, version: i64) -> Result<()> {
    if now.version == version {
        return Ok(());
    }
    let message = format!(
        "Somebody changed this organization: you saw version {version}, the present one is {}. Nothing was saved.",
        now.version
    );
    let current = serde_json::to_value(now).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Err(DomainError::Stale { message, current })
}

fn merge(old: &Organization, fields: Fields) -> Organization {
    let text = |new: Option<Option<String>>, old: &Option<String>| new.unwrap_or_else(|| old.clone());
    Organization {
        name: fields.name.unwrap_or_else(|| old.name.clone()),
        kind: fields.kind.unwrap_or(old.kind),
        status: fields.status.unwrap_or(old.status),
        website: text(fields.website, &old.website),
        email: text(fields.email, &old.email),
        phone: text(fields.phone, &old.phone),
        notes: text(fields.notes, &old.notes),
        ..old.clone()
    }
}

/// Writes down who did it, and tells open pages. Last in the transaction.
async fn finish(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&Organization>,
    after: &Organization,
) -> Result<()> {
    let id = after.id.to_string();
    audit::record(tx, actor, Subject { resource: "organization", id: &id, verb }, before, Some(after)).await?;
    realtime::publish(tx, &RealtimeEvent::OrganizationUpdated { id: after.id }).await?;
    Ok(())
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
