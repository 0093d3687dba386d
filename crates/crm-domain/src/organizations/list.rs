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
use sqlx::types::Json;
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
    page.updated_at, page.archived_at, page.version, counted.coaches, counted.people - counted.coaches AS clients, counted.paying_clients, \
    (SELECT jsonb_agg(jsonb_build_object('minor', m.minor, 'currency', m.currency) ORDER BY m.currency <> s.reporting_currency, m.currency) \
     FROM (SELECT t.currency, sum(t.mrr_minor)::bigint AS minor FROM organization_totals t WHERE t.organization_id = page.id \
           GROUP BY 1 HAVING sum(t.mrr_minor) <> 0) AS m, account_settings s) AS mrr";

/// Its people, how many of them coach, and who of the others pays.
pub(super) const COUNTED: &str = " CROSS JOIN LATERAL (SELECT coalesce(sum(t.people), 0)::bigint AS people, coalesce(sum(t.coaches), 0)::bigint AS coaches, \
    coalesce(sum(t.paying_clients), 0)::bigint AS paying_clients \
    FROM organization_totals t WHERE t.organization_id = page.id) AS counted";

/// What the list can be sorted by beside columns of its own.
const SORTED: &str = " CROSS JOIN LATERAL (SELECT coalesce(sum(t.coaches), 0)::bigint AS coaches, \
    coalesce(sum(t.people - t.coaches), 0)::bigint AS clients, \
    coalesce(sum(t.mrr_minor) FILTER (WHERE t.currency = (SELECT s.reporting_currency FROM account_settings s)), 0)::bigint AS mrr \
    FROM organization_totals t WHERE t.organization_id = o.id) AS f";

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
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter, ""), None).await?;
    let shown = Shown { inner: "o.*", outer: COLUMNS, joins: COUNTED };
    let figures = order(sort).columns.iter().any(|(column, _)| column.starts_with("f."));
    let joins = if figures { SORTED } else { "" };
    keyset.read(pool, shown, totals, |query| push_source(query, filter, joins), read).await
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
            S::Coaches | S::CoachesDescending => &[("f.coaches", Kind::Int), ID],
            S::Clients | S::ClientsDescending => &[("f.clients", Kind::Int), ID],
            S::Mrr | S::MrrDescending => &[("f.mrr", Kind::Int), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &OrganizationFilter, joins: &'static str) {
    query.push(" FROM organizations o").push(joins).push(" WHERE o.archived_at IS ").push(if filter.archived {
        "NOT NULL"
    } else {
        "NULL"
    });
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
        paying_clients: row.try_get("paying_clients")?,
        mrr: row.try_get::<Option<Json<_>>, _>("mrr")?.map(|Json(mrr)| mrr).unwrap_or_default(),
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        archived_at: row.try_get("archived_at")?,
        version: row.try_get("version")?,
    })
}
