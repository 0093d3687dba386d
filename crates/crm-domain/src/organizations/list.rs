//! The list of organisations and an organisation's row.

use crate::db::{DomainError, Result};
use crate::filter::{Text, push_equal, push_words};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::ids::OrganizationId;
use crm_types::organizations::{Organization, OrganizationKind, OrganizationSort, OrganizationStatus};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OrganizationFilter {
    /// Words that are all in name, e-mail, phone or website.
    pub q: Option<Text>,
    /// What kind of business it is.
    pub kind: Option<OrganizationKind>,
    /// Where the business with them stands.
    pub status: Option<OrganizationStatus>,
    /// Whether to list those that were archived instead of the others.
    pub archived: bool,
}

/// Of an `organizations` that is called `page`, beside [`COUNTED`].
pub(super) const COLUMNS: &str = "page.id, page.name, page.kind, page.status, page.website, page.email, page.phone, page.notes, page.created_at, \
    page.updated_at, page.archived_at, page.version, counted.coaches, counted.people - counted.coaches AS clients";

/// Its people, and how many of them coach.
pub(super) const COUNTED: &str = " CROSS JOIN LATERAL (SELECT count(*) AS people, count(*) FILTER (WHERE coalesce(c.stream, '') = 'rev2_coaching' \
    OR EXISTS (SELECT FROM customers k WHERE k.coach_id = c.id AND k.archived_at IS NULL)) AS coaches \
    FROM customers c WHERE c.organization_id = page.id AND c.archived_at IS NULL) AS counted";

/// One page of organisations.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &OrganizationFilter,
    sort: OrganizationSort,
    page: &PageRequest,
) -> Result<Page<Organization>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "o.*", outer: COLUMNS, joins: COUNTED };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

/// One organisation.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn find(pool: &PgPool, id: OrganizationId) -> Result<Organization> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM organizations page").push(COUNTED).push(" WHERE page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(pool).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("organization", id))?)?)
}

fn order(sort: OrganizationSort) -> Order {
    use OrganizationSort as S;
    const ID: (&str, Kind) = ("o.id", Kind::Id);
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Name | S::NameDescending => &[("lower(o.name)", Kind::Text), ID],
            S::CreatedAt | S::CreatedAtDescending => &[("o.created_at", Kind::Time), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &OrganizationFilter) {
    query.push(" FROM organizations o WHERE o.archived_at IS ").push(if filter.archived { "NOT NULL" } else { "NULL" });
    push_words(query, "o.search_text", filter.q.as_ref());
    push_equal(query, "o.kind", filter.kind.map(OrganizationKind::as_str));
    push_equal(query, "o.status", filter.status.map(OrganizationStatus::as_str));
}

pub(super) fn read(row: &PgRow) -> sqlx::Result<Organization> {
    Ok(Organization {
        id: OrganizationId(row.try_get("id")?),
        name: row.try_get("name")?,
        kind: row.word("kind")?,
        status: row.word("status")?,
        website: row.try_get("website")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        notes: row.try_get("notes")?,
        coaches: row.try_get("coaches")?,
        clients: row.try_get("clients")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        archived_at: row.try_get("archived_at")?,
        version: row.try_get("version")?,
    })
}
