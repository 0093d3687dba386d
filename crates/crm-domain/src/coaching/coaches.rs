//! People who coach: who pays for the coaching software, or coaches somebody now.

use crate::customers::list::read_organization;
use crate::customers::search::Search;
use crate::db::Result;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crm_types::Page;
use crm_types::coaching::{Coach, CoachSort};
use crm_types::ids::{CustomerId, OrganizationId};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CoachFilter {
    /// Words of name, e-mail, phone, Stripe id or organisation.
    pub q: Option<Search>,
    /// The business that they belong to.
    pub organization: Option<OrganizationId>,
}

/// Of a `customers` that is called `page`, with `called` beside its columns.
pub(super) const COLUMNS: &str = "page.id, page.called, page.email::text AS email, page.organization_id, page.organization_name, page.created_at, \
    page.client_count AS clients, \
    (SELECT jsonb_agg(jsonb_build_object('minor', m.minor, 'currency', m.currency) ORDER BY m.minor DESC, m.currency) \
     FROM (SELECT k.currency, sum(k.mrr_minor)::bigint AS minor FROM customers k \
           WHERE k.coach_id = page.id AND k.mrr_minor > 0 GROUP BY 1) AS m) AS mrr";

/// One page of coaches, archived ones left out.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(pool: &PgPool, filter: &CoachFilter, sort: CoachSort, page: &PageRequest) -> Result<Page<Coach>> {
    let filter = &CoachFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
    let keyset = Keyset::new(order(sort), filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "c.*, customer_called(c) AS called", outer: COLUMNS, joins: "" };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn order(sort: CoachSort) -> Order {
    const ID: (&str, Kind) = ("c.id", Kind::Id);
    Order {
        name: sort.as_str(),
        columns: match sort {
            CoachSort::Name | CoachSort::NameDescending => &[("c.name_key", Kind::Text), ID],
            CoachSort::Clients | CoachSort::ClientsDescending => &[("c.client_count", Kind::Int), ID],
            CoachSort::CreatedAt | CoachSort::CreatedAtDescending => &[("c.created_at", Kind::Time), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &CoachFilter) {
    query.push(" FROM customers c WHERE c.coaches AND c.archived_at IS NULL");
    if let Some(q) = &filter.q {
        q.push_found(query);
    }
    if let Some(organization) = filter.organization {
        query.push(" AND c.organization_id = ").push_bind(organization.0);
    }
}

pub(super) fn read(row: &PgRow) -> sqlx::Result<Coach> {
    Ok(Coach {
        id: CustomerId(row.try_get("id")?),
        name: row.try_get("called")?,
        email: row.try_get("email")?,
        organization: read_organization(row)?,
        clients: row.try_get("clients")?,
        mrr: row.try_get::<Option<Json<_>>, _>("mrr")?.map(|Json(mrr)| mrr).unwrap_or_default(),
        created_at: row.try_get("created_at")?,
    })
}
