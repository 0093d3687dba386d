//! Whom a coach coaches now.

use crate::customers::search::Search;
use crate::db::Result;
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::coaching::{CoachClient, CoachClientSort, CoachingStatus};
use crm_types::customers::{CustomerRef, LifecycleState};
use crm_types::ids::{CoachingRelationshipId, CustomerId};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// Whose clients, and what to narrow the list with.
#[derive(Debug, Clone, Serialize)]
pub struct ClientFilter {
    /// Who coaches.
    pub coach: CustomerId,
    /// Words of name, e-mail, phone, Stripe id or organisation.
    pub q: Option<Search>,
    /// Where in the journey.
    pub lifecycle: Option<LifecycleState>,
    /// Whether they pay now.
    pub paying: Option<bool>,
    /// Whether the coaching goes on or rests.
    pub status: Option<CoachingStatus>,
}

const COLUMNS: &str = "r.id, r.client_id, customer_called(c) AS client_name, c.email::text AS email, c.lifecycle_state, c.stream, c.tier, \
    c.mrr_minor, c.currency, r.status, lower(r.during) AS started_at";

/// One page of a coach's clients. With an exact count, what they pay is added up, currencies apart.
///
/// # Errors
/// When there is no such customer, the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &ClientFilter,
    sort: CoachClientSort,
    page: &PageRequest,
) -> Result<Page<CoachClient>> {
    crate::customers::list::require(pool, filter.coach).await?;
    let filter = &ClientFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
    let keyset = Keyset::new(order(sort), filter, page)?;
    // Who never subscribed has no currency, and pays nothing in that of the account.
    let sum = Sum {
        currency: "coalesce(c.currency, (SELECT s.reporting_currency FROM account_settings s))",
        amount: "sum(c.mrr_minor)",
    };
    let mut totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), Some(sum)).await?;
    totals.sums.retain(|sum| sum.minor != 0);
    keyset.read(pool, Shown::rows(COLUMNS), totals, |query| push_source(query, filter), read).await
}

fn order(sort: CoachClientSort) -> Order {
    use CoachClientSort as S;
    const ID: (&str, Kind) = ("r.id", Kind::Id);
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Mrr | S::MrrDescending => &[("c.mrr_minor", Kind::Int), ID],
            S::Name | S::NameDescending => &[("c.name_key", Kind::Text), ID],
            S::StartedAt | S::StartedAtDescending => &[("lower(r.during)", Kind::Time), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &ClientFilter) {
    query.push(" FROM coaching_relationships r JOIN customers c ON c.id = r.client_id WHERE r.status <> 'ended' AND r.coach_id = ");
    query.push_bind(filter.coach.0);
    if let Some(q) = &filter.q {
        q.push_found(query);
    }
    push_equal(query, "c.lifecycle_state", filter.lifecycle.map(LifecycleState::as_str));
    push_equal(query, "r.status", filter.status.map(CoachingStatus::as_str));
    if let Some(paying) = filter.paying {
        query.push(if paying { " AND c.mrr_minor > 0" } else { " AND c.mrr_minor = 0" });
    }
}

fn read(row: &PgRow) -> sqlx::Result<CoachClient> {
    Ok(CoachClient {
        relationship_id: CoachingRelationshipId(row.try_get("id")?),
        client: CustomerRef { id: CustomerId(row.try_get("client_id")?), name: row.try_get("client_name")? },
        email: row.try_get("email")?,
        lifecycle_state: row.word("lifecycle_state")?,
        stream: row.optional_word("stream")?,
        tier: row.optional_word("tier")?,
        mrr: row.optional_money("mrr_minor", "currency")?,
        status: row.word("status")?,
        started_at: row.try_get("started_at")?,
    })
}
