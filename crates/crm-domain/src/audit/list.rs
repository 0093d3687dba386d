//! The audit log as people read it.

use crate::db::Result;
use crate::filter::{DayRange, Text, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::audit::{AuditEntry, AuditSort};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// What to narrow the log with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AuditFilter {
    /// That one change.
    pub id: Option<i64>,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// Exactly, such as `customer.updated`.
    pub action: Option<Text>,
    /// Kind of thing.
    pub resource: Option<Text>,
    /// Its id; with `resource`.
    pub resource_id: Option<Text>,
    /// When.
    pub days: DayRange,
}

/// One page of the log.
pub async fn list(
    pool: &PgPool,
    filter: &AuditFilter,
    sort: AuditSort,
    page: &PageRequest,
) -> Result<Page<AuditEntry>> {
    let order =
        Order { name: sort.as_str(), columns: &[("a.id", Kind::Int)], descending: sort == AuditSort::IdDescending };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    keyset.read(pool, Shown::rows("a.*"), totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &AuditFilter) {
    query.push(" FROM audit_log a WHERE true");
    if let Some(id) = filter.id {
        query.push(" AND a.id = ").push_bind(id);
    }
    if let Some(actor) = filter.actor_id {
        query.push(" AND a.actor_id = ").push_bind(actor);
    }
    push_equal(query, "a.action", filter.action.as_ref().map(Text::as_str));
    push_equal(query, "a.resource", filter.resource.as_ref().map(Text::as_str));
    push_equal(query, "a.resource_id", filter.resource_id.as_ref().map(Text::as_str));
    filter.days.push(query, "a.at");
}

fn read(row: &PgRow) -> sqlx::Result<AuditEntry> {
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        actor_kind: row.word("actor_kind")?,
        actor_id: row.try_get("actor_id")?,
        actor_name: row.try_get("actor_name")?,
        address: row.try_get("address")?,
        request_id: row.try_get("request_id")?,
        action: row.try_get("action")?,
        resource: row.try_get("resource")?,
        resource_id: row.try_get("resource_id")?,
        before: row.try_get("before")?,
        after: row.try_get("after")?,
    })
}
