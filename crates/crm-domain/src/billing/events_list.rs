//! The Stripe inbox as people see it: the list, and one event with its body.

use crate::db::{DomainError, Result};
use crate::filter::{DayRange, Text, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::{RowExt, parse};
use crm_types::Page;
use crm_types::billing::{EventState, StripeEvent, StripeEventDetail, StripeEventSort};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the inbox with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct EventFilter {
    /// What became of it.
    pub state: Option<EventState>,
    /// Stripe's type, exactly.
    pub kind: Option<Text>,
    /// An event or object id, or its beginning.
    pub q: Option<Text>,
    /// When it reached us.
    pub days: DayRange,
}

/// All but the body.
const COLUMNS: &str = "e.event_id, e.type, e.object_id, e.api_version, e.state, e.reason, e.attempts, e.created, \
    e.received_at, e.settled_at, e.livemode";

/// One page of the inbox.
pub async fn list(
    pool: &PgPool,
    filter: &EventFilter,
    sort: StripeEventSort,
    page: &PageRequest,
) -> Result<Page<StripeEvent>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    keyset.read(pool, Shown::rows(COLUMNS), totals, |query| push_source(query, filter), read).await
}

/// One event with the exact text that Stripe sent.
pub async fn find(pool: &PgPool, id: &Text) -> Result<StripeEventDetail> {
    let row = sqlx::query!(
        "SELECT event_id, type AS kind, object_id, api_version, state, reason, attempts, created, received_at, settled_at, \
         livemode, raw FROM stripe_events WHERE event_id = $1",
        id.as_str()
    )
    .fetch_optional(pool)
    .await?
    .ok_or_else(|| DomainError::not_found("Stripe event", id.as_str()))?;
    let event = StripeEvent {
        id: row.event_id,
        kind: row.kind,
        object_id: row.object_id,
        api_version: row.api_version,
        state: parse("state", &row.state)?,
        reason: row.reason,
        attempts: row.attempts,
        created: row.created,
        received_at: row.received_at,
        settled_at: row.settled_at,
        livemode: row.livemode,
    };
    Ok(StripeEventDetail { event, body: String::from_utf8_lossy(&row.raw).into_owned() })
}

fn order(sort: StripeEventSort) -> Order {
    // The order of arrival; received_at may be the same for a whole batch.
    Order {
        name: sort.as_str(),
        columns: &[("e.seq", Kind::Int)],
        descending: sort == StripeEventSort::ReceivedAtDescending,
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &EventFilter) {
    query.push(" FROM stripe_events e WHERE true");
    push_equal(query, "e.state", filter.state.map(EventState::as_str));
    push_equal(query, "e.type", filter.kind.as_ref().map(Text::as_str));
    if let Some(q) = &filter.q {
        query.push(" AND (e.event_id LIKE ").push_bind(q.prefix());
        query.push(" OR e.object_id LIKE ").push_bind(q.prefix()).push(")");
    }
    filter.days.push(query, "e.received_at");
}

fn read(row: &PgRow) -> sqlx::Result<StripeEvent> {
    Ok(StripeEvent {
        id: row.try_get("event_id")?,
        kind: row.try_get("type")?,
        object_id: row.try_get("object_id")?,
        api_version: row.try_get("api_version")?,
        state: row.word("state")?,
        reason: row.try_get("reason")?,
        attempts: row.try_get("attempts")?,
        created: row.try_get("created")?,
        received_at: row.try_get("received_at")?,
        settled_at: row.try_get("settled_at")?,
        livemode: row.try_get("livemode")?,
    })
}

#[cfg(test)]
#[path = "events_list_tests.rs"]
mod tests;
