//! The list of coaching relationships and a relationship's row.

use crate::customers::list::read_organization;
use crate::db::Result;
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::coaching::{CoachingRelationship, CoachingSort, CoachingStatus};
use crm_types::customers::CustomerRef;
use crm_types::ids::{CoachingRelationshipId, CustomerId, OrganizationId};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CoachingFilter {
    /// Who coaches.
    pub coach: Option<CustomerId>,
    /// Who is coached.
    pub client: Option<CustomerId>,
    /// Where.
    pub organization: Option<OrganizationId>,
    /// How it stands.
    pub status: Option<CoachingStatus>,
}

/// Of a `coaching_relationships` that is called `page`.
pub(super) const COLUMNS: &str = "page.id, page.coach_id, page.client_id, page.organization_id, page.status, page.end_reason, \
    lower(page.during) AS started_at, upper(page.during) AS ended_at, \
    (SELECT customer_called(k) FROM customers k WHERE k.id = page.coach_id) AS coach_name, \
    (SELECT customer_called(k) FROM customers k WHERE k.id = page.client_id) AS client_name, \
    (SELECT o.name FROM organizations o WHERE o.id = page.organization_id) AS organization_name";

/// One page of relationships, those that are over included.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &CoachingFilter,
    sort: CoachingSort,
    page: &PageRequest,
) -> Result<Page<CoachingRelationship>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("lower(r.during)", Kind::Time), ("r.id", Kind::Id)],
        descending: sort == CoachingSort::StartedAtDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "r.*", outer: COLUMNS, joins: "" };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &CoachingFilter) {
    query.push(" FROM coaching_relationships r WHERE true");
    if let Some(coach) = filter.coach {
        query.push(" AND r.coach_id = ").push_bind(coach.0);
    }
    if let Some(client) = filter.client {
        query.push(" AND r.client_id = ").push_bind(client.0);
    }
    if let Some(organization) = filter.organization {
        query.push(" AND r.organization_id = ").push_bind(organization.0);
    }
    push_equal(query, "r.status", filter.status.map(CoachingStatus::as_str));
}

pub(super) fn read(row: &PgRow) -> sqlx::Result<CoachingRelationship> {
    let person = |id: &str, name: &str| {
        Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(row.try_get(id)?), name: row.try_get(name)? })
    };
    Ok(CoachingRelationship {
        id: CoachingRelationshipId(row.try_get("id")?),
        coach: person("coach_id", "coach_name")?,
        client: person("client_id", "client_name")?,
        organization: read_organization(row)?,
        status: row.word("status")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        end_reason: row.try_get("end_reason")?,
    })
}
