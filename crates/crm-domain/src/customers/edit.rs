//! What staff do with a customer: create, change, archive, restore.

use super::fields::{Fields, parse_line};
use super::list::{COLUMNS, read};
use super::references;
use crate::audit::{self, Actor, Subject};
use crate::coaching;
use crate::db::{DomainError, Result};
use crate::realtime;
use crm_types::accounts::UserRef;
use crm_types::customers::{Customer, CustomerPatch, CustomerRef, NewCustomer};
use crm_types::ids::CustomerId;
use crm_types::organizations::OrganizationRef;
use crm_types::realtime::RealtimeEvent;
use sqlx::{PgConnection, PgPool, QueryBuilder};
use uuid::Uuid;

/// Creates a customer whom Stripe does not know (yet): when it reports one with the same e-mail, that is them.
pub async fn create(pool: &PgPool, actor: &Actor, new: &NewCustomer) -> Result<Customer> {
    let fields = Fields::of_new(new)?;
    let source = parse_line("acquisition_source", new.acquisition_source.as_deref(), 200)?;
    let id = CustomerId(Uuid::now_v7());
    let mut tx = pool.begin().await?;
    references::check(&mut tx, None, &fields).await?;
    sqlx::query!(
        "INSERT INTO customers (id, email, name, phone, locale, time_zone, priority, tags, owner_id, acquisition_source, kept,
             organization_id, created_at)
         VALUES ($1, $2::text, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())",
        id.0,
        fields.email.clone().flatten(),
        fields.name.clone().flatten(),
        fields.phone.clone().flatten(),
        fields.locale.clone().flatten(),
        fields.time_zone.clone().flatten(),
        fields.priority.map_or("medium", |p| p.as_str()),
        fields.tags.as_deref().unwrap_or_default(),
        fields.owner.flatten().map(|owner| owner.0),
        source,
        &fields.kept() as &[&str],
        fields.organization.flatten().map(|organization| organization.0),
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO lifecycle_transitions (customer_id, position, at, to_state, reason, stripe_event_id)
         SELECT id, 0, created_at, lifecycle_state, 'created', '' FROM customers WHERE id = $1",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    remember_tags(&mut tx, fields.tags.as_deref()).await?;
    if let Some(coach) = fields.coach.flatten() {
        coaching::set_coach(&mut tx, actor, id, Some(coach)).await?;
    }
    let customer = lock(&mut tx, id).await?;
    finish(&mut tx, actor, "created", None, &customer).await?;
    tx.commit().await?;
    Ok(customer)
}

/// Applies a patch to the version that the caller saw.
///
/// # Errors
/// [`DomainError::Stale`] with the present customer when somebody was faster.
pub async fn update(
    pool: &PgPool,
    actor: &Actor,
    id: CustomerId,
    version: i64,
    patch: &CustomerPatch,
) -> Result<Customer> {
    let mut tx = pool.begin().await?;
    let customer = change(&mut tx, actor, id, Some(version), patch).await?;
    tx.commit().await?;
    Ok(customer)
}

/// The same within a larger change; without a version, whatever the customer is now is changed.
pub(crate) async fn change(
    tx: &mut PgConnection,
    actor: &Actor,
    id: CustomerId,
    version: Option<i64>,
    patch: &CustomerPatch,
) -> Result<Customer> {
    let fields = Fields::of_patch(patch)?;
    let old = lock(tx, id).await?;
    if let Some(version) = version {
        require_version(&old, version)?;
    }
    references::check(tx, Some(&old), &fields).await?;
    let new = merge(&old, &fields);
    if new == old {
        return Ok(old);
    }
    sqlx::query!(
        "UPDATE customers SET email = $2::text, name = $3, phone = $4, locale = $5, time_zone = $6, priority = $7, tags = $8,
             owner_id = $9, kept = (SELECT coalesce(array_agg(DISTINCT k), '{}') FROM unnest(kept || $10::text[]) k WHERE k <> ALL ($11)),
             organization_id = $12, version = version + 1, updated_at = now()
         WHERE id = $1",
        id.0,
        new.email,
        new.name,
        new.phone,
        new.locale,
        new.time_zone,
        new.priority.as_str(),
        &new.tags,
        new.owner.as_ref().map(|owner| owner.id.0),
        &fields.kept() as &[&str],
        &emptied(&fields) as &[&str],
        new.organization.as_ref().map(|organization| organization.id.0),
    )
    .execute(&mut *tx)
    .await?;
    remember_tags(tx, fields.tags.as_deref()).await?;
    if new.coach != old.coach {
        coaching::set_coach(tx, actor, id, new.coach.map(|coach| coach.id)).await?;
    }
    let customer = lock(tx, id).await?;
    finish(tx, actor, "updated", Some(&old), &customer).await?;
    Ok(customer)
}

/// Takes a customer out of the lists. Whoever has a running subscription stays: archiving would not end what they pay.
/// The coaching that they give or get ends: nobody would see any more who is left without a coach.
pub async fn archive(pool: &PgPool, actor: &Actor, id: CustomerId) -> Result<Customer> {
    let mut tx = pool.begin().await?;
    coaching::hold_clients(&mut tx, &[id.0]).await?;
    let old = lock(&mut tx, id).await?;
    if old.archived_at.is_some() {
        return Ok(old);
    }
    let runs = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM subscriptions WHERE customer_id = $1 AND status <> 'cancelled') AS "runs!""#,
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if runs {
        let message = "A subscription of this customer still runs. Cancel it first; archiving would not end it.";
        return Err(DomainError::Conflict { field: None, message: message.into() });
    }
    let left = coaching::end_of_archived(&mut tx, actor, &[id.0]).await?;
    sqlx::query!(
        "UPDATE customers SET archived_at = now(), version = version + 1, updated_at = now() WHERE id = $1",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    let customer = lock(&mut tx, id).await?;
    finish(&mut tx, actor, "archived", Some(&old), &customer).await?;
    for id in left {
        realtime::publish(&mut tx, &RealtimeEvent::CustomerUpdated { id }).await?;
    }
    tx.commit().await?;
    Ok(customer)
}

/// Brings a customer back. Fails with 409 when somebody else has their e-mail by now.
pub async fn restore(pool: &PgPool, actor: &Actor, id: CustomerId) -> Result<Customer> {
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.archived_at.is_none() {
        return Ok(old);
    }
    sqlx::query!(
        "UPDATE customers SET archived_at = NULL, version = version + 1, updated_at = now() WHERE id = $1",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    let customer = lock(&mut tx, id).await?;
    finish(&mut tx, actor, "restored", Some(&old), &customer).await?;
    tx.commit().await?;
    Ok(customer)
}

/// Tags that were ever given, in alphabetical order, those that contain `q`.
pub async fn tags(pool: &PgPool, q: Option<&crate::filter::Text>, limit: i64) -> Result<Vec<String>> {
    let pattern = q.map(crate::filter::Text::contained);
    Ok(sqlx::query_scalar!(
        "SELECT name FROM customer_tags WHERE $1::text IS NULL OR lower(name) LIKE lower($1) ORDER BY name LIMIT $2",
        pattern,
        limit
    )
    .fetch_all(pool)
    .await?)
}

/// Keeps a customer as they are until the transaction ends.
pub(crate) async fn hold(tx: &mut PgConnection, id: CustomerId) -> Result<()> {
    lock(tx, id).await.map(drop)
}

/// Name and phone of a patch, by the rules for customers.
pub(crate) fn parse_names(patch: &CustomerPatch) -> Result<(Option<String>, Option<String>)> {
    let fields = Fields::of_patch(patch)?;
    Ok((fields.name.flatten(), fields.phone.flatten()))
}

/// The customer as they are, kept so until the transaction ends.
async fn lock(tx: &mut PgConnection, id: CustomerId) -> Result<Customer> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(COLUMNS)
        .push(" FROM customers customer WHERE customer.id = ")
        .push_bind(id.0)
        .push(" FOR UPDATE OF customer");
    let row = query.build().fetch_optional(&mut *tx).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("customer", id))?)?)
}

fn require_version(now: &Customer, version: i64) -> Result<()> {
    if now.version == version {
        return Ok(());
    }
    let message = format!(
        "Somebody changed this customer: you saw version {version}, the present one is {}. Nothing was saved.",
        now.version
    );
    let current = serde_json::to_value(now).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Err(DomainError::Stale { message, current })
}

/// Writes down who did it, and tells open pages. Last in the transaction.
async fn finish(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&Customer>,
    after: &Customer,
) -> Result<()> {
    let id = after.id.to_string();
    audit::record(tx, actor, Subject { resource: "customer", id: &id, verb }, before, Some(after)).await?;
    realtime::publish(tx, &RealtimeEvent::CustomerUpdated { id: after.id }).await?;
    Ok(())
}

fn merge(old: &Customer, fields: &Fields) -> Customer {
    let text = |new: &Option<Option<String>>, old: &Option<String>| new.clone().unwrap_or_else(|| old.clone());
    let owner = match fields.owner {
        None => old.owner.clone(),
        Some(owner) if owner == old.owner.as_ref().map(|owner| owner.id) => old.owner.clone(),
        // The name is read again with the row.
        Some(owner) => owner.map(|id| UserRef { id, name: String::new() }),
    };
    let organization = match fields.organization {
        Some(new) if new != old.organization.as_ref().map(|organization| organization.id) => {
            new.map(|id| OrganizationRef { id, name: String::new() })
        }
        _ => old.organization.clone(),
    };
    let coach = match fields.coach {
        Some(new) if new != old.coach.as_ref().map(|coach| coach.id) => {
            new.map(|id| CustomerRef { id, name: String::new() })
        }
        _ => old.coach.clone(),
    };
    Customer {
        email: text(&fields.email, &old.email),
        name: text(&fields.name, &old.name),
        phone: text(&fields.phone, &old.phone),
        locale: text(&fields.locale, &old.locale),
        time_zone: text(&fields.time_zone, &old.time_zone),
        priority: fields.priority.unwrap_or(old.priority),
        tags: fields.tags.clone().unwrap_or_else(|| old.tags.clone()),
        owner,
        organization,
        coach,
        ..old.clone()
    }
}

/// Fields that staff emptied: Stripe may fill them again.
fn emptied(fields: &Fields) -> Vec<&'static str> {
    let fields = [("email", &fields.email), ("name", &fields.name), ("phone", &fields.phone)];
    fields.into_iter().filter(|(_, field)| **field == Some(None)).map(|(name, _)| name).collect()
}

pub(super) async fn remember_tags(tx: &mut PgConnection, tags: Option<&[String]>) -> Result<()> {
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        sqlx::query!("INSERT INTO customer_tags (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", tags)
            .execute(tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
