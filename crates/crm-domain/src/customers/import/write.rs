//! Writes a batch of customers as if each had been typed in.

use super::row::Candidate;
use crate::audit::{self, Actor, Change};
use crate::customers::fields::{Fields, MOST_TAGS};
use crate::db::Result;
use chrono::{DateTime, Utc};
use crm_types::customers::{NewCustomer, Priority};
use crm_types::ids::{OrganizationId, UserId};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Of a customer who exists, what a row may change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Existing {
    pub id: Uuid,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    pub priority: Priority,
    pub tags: Vec<String>,
    pub owner: Option<UserId>,
    pub organization: Option<OrganizationId>,
}

impl Existing {
    /// The customer with what the row says; its empty cells say nothing, and tags only come to those that are there.
    pub(super) fn updated_by(&self, row: &Candidate) -> Self {
        let fields = &row.fields;
        let text = |new: &Option<Option<String>>, old: &Option<String>| new.clone().flatten().or_else(|| old.clone());
        let mut tags = self.tags.clone();
        let new = fields.tags.iter().flatten().filter(|tag| !self.tags.contains(tag));
        tags.extend(new.take(MOST_TAGS.saturating_sub(self.tags.len())).cloned());
        tags.sort_unstable();
        Self {
            id: self.id,
            name: text(&fields.name, &self.name),
            phone: text(&fields.phone, &self.phone),
            locale: text(&fields.locale, &self.locale),
            time_zone: text(&fields.time_zone, &self.time_zone),
            priority: fields.priority.unwrap_or(self.priority),
            tags,
            owner: fields.owner.flatten().or(self.owner),
            organization: fields.organization.flatten().or(self.organization),
        }
    }

    /// As the audit log shows it.
    fn shown(&self) -> Map<String, Value> {
        let shown = json!({
            "name": self.name, "phone": self.phone, "locale": self.locale, "time_zone": self.time_zone,
            "priority": self.priority, "tags": self.tags, "owner": self.owner.map(|id| json!({"id": id})),
            "organization": self.organization.map(|id| json!({"id": id})),
        });
        shown.as_object().cloned().unwrap_or_default()
    }
}

/// Creates customers, with the first step of their journey and an audit row each.
pub(super) async fn create(tx: &mut PgConnection, actor: &Actor, rows: &[Candidate]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = rows.iter().map(|_| Uuid::now_v7()).collect();
    let new: Vec<NewCustomer> = rows.iter().map(as_typed_in).collect();
    let column = |get: fn(&NewCustomer) -> &Option<String>| new.iter().map(|row| get(row).clone()).collect::<Vec<_>>();
    sqlx::query!(
        "INSERT INTO customers (id, email, name, phone, locale, time_zone, priority, tags, owner_id, acquisition_source, kept,
             organization_id, created_at)
         SELECT n.id, n.email, n.name, n.phone, n.locale, n.time_zone, n.priority, coalesce(string_to_array(nullif(n.tags, ''), ','), '{}'),
                n.owner, n.source, coalesce(string_to_array(nullif(n.kept, ''), ','), '{}'), n.organization, coalesce(n.created_at, now())
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
                     $11::text[], $12::uuid[], $13::timestamptz[])
              AS n (id, email, name, phone, locale, time_zone, priority, tags, owner, source, kept, organization, created_at)",
        &ids,
        &column(|row| &row.email) as &[Option<String>],
        &column(|row| &row.name) as &[Option<String>],
        &column(|row| &row.phone) as &[Option<String>],
        &column(|row| &row.locale) as &[Option<String>],
        &column(|row| &row.time_zone) as &[Option<String>],
        &new.iter().map(|row| row.priority.unwrap_or(Priority::Medium).as_str()).collect::<Vec<_>>() as &[&str],
        // No tag has a comma.
        &new.iter().map(|row| row.tags.as_deref().unwrap_or_default().join(",")).collect::<Vec<_>>(),
        &new.iter().map(|row| row.owner_id.map(|owner| owner.0)).collect::<Vec<_>>() as &[Option<Uuid>],
        &column(|row| &row.acquisition_source) as &[Option<String>],
        &rows.iter().map(|row| row.fields.kept().join(",")).collect::<Vec<_>>(),
        &new.iter().map(|row| row.organization_id.map(|id| id.0)).collect::<Vec<_>>() as &[Option<Uuid>],
        &rows.iter().map(|row| row.created_at).collect::<Vec<_>>() as &[Option<DateTime<Utc>>],
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO lifecycle_transitions (customer_id, position, at, to_state, reason, stripe_event_id)
         SELECT id, 0, created_at, lifecycle_state, 'created', '' FROM customers WHERE id = ANY ($1)",
        &ids
    )
    .execute(&mut *tx)
    .await?;
    let changes = ids.iter().zip(&new).map(|(id, new)| {
        let after = serde_json::to_value(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(Change { id: *id, before: Value::Null, after })
    });
    audit::record_many(tx, actor, "customer", "created", &changes.collect::<Result<Vec<_>>>()?).await
}

/// As `POST /api/customers` would have been sent it.
fn as_typed_in(row: &Candidate) -> NewCustomer {
    let fields: Fields = row.fields.clone();
    NewCustomer {
        email: fields.email.flatten(),
        name: fields.name.flatten(),
        phone: fields.phone.flatten(),
        locale: fields.locale.flatten(),
        time_zone: fields.time_zone.flatten(),
        priority: fields.priority,
        tags: fields.tags,
        owner_id: fields.owner.flatten(),
        organization_id: fields.organization.flatten(),
        coach_id: None,
        acquisition_source: row.source.clone(),
    }
}

/// Changes customers who exist, each by its row.
pub(super) async fn update(tx: &mut PgConnection, actor: &Actor, rows: &[(&Existing, Candidate)]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let new: Vec<Existing> = rows.iter().map(|(old, row)| old.updated_by(row)).collect();
    let column = |get: fn(&Existing) -> &Option<String>| new.iter().map(|row| get(row).clone()).collect::<Vec<_>>();
    sqlx::query!(
        "UPDATE customers c SET name = n.name, phone = n.phone, locale = n.locale, time_zone = n.time_zone, priority = n.priority,
             tags = coalesce(string_to_array(nullif(n.tags, ''), ','), '{}'), owner_id = n.owner,
             organization_id = n.organization,
             kept = ARRAY(SELECT DISTINCT k FROM unnest(c.kept || coalesce(string_to_array(nullif(n.kept, ''), ','), '{}')) k),
             version = c.version + 1, updated_at = now()
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[],
                     $10::uuid[])
              AS n (id, name, phone, locale, time_zone, priority, tags, owner, kept, organization)
         WHERE c.id = n.id",
        &new.iter().map(|row| row.id).collect::<Vec<_>>(),
        &column(|row| &row.name) as &[Option<String>],
        &column(|row| &row.phone) as &[Option<String>],
        &column(|row| &row.locale) as &[Option<String>],
        &column(|row| &row.time_zone) as &[Option<String>],
        &new.iter().map(|row| row.priority.as_str()).collect::<Vec<_>>() as &[&str],
        &new.iter().map(|row| row.tags.join(",")).collect::<Vec<_>>(),
        &new.iter().map(|row| row.owner.map(|owner| owner.0)).collect::<Vec<_>>() as &[Option<Uuid>],
        &rows.iter().map(|(_, row)| row.fields.kept().join(",")).collect::<Vec<_>>(),
        &new.iter().map(|row| row.organization.map(|organization| organization.0)).collect::<Vec<_>>() as &[Option<Uuid>],
    )
    .execute(&mut *tx)
    .await?;
    let changes = rows.iter().zip(&new).map(|((old, _), new)| {
        let (before, after) = audit::difference(old.shown(), new.shown());
        Change { id: new.id, before: Value::Object(before), after: Value::Object(after) }
    });
    audit::record_many(tx, actor, "customer", "updated", &changes.collect::<Vec<_>>()).await
}
