//! All that happened with a customer, newest first: contacts, the journey, payments, notes, coaching.

use crate::customers::list::require;
use crate::db::Result;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crm_types::Page;
use crm_types::ids::CustomerId;
use crm_types::interactions::{TimelineEntry, TimelineEvent, TimelineKind};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// Each source as instant, key and event, before the customer's id. The event is written as [`TimelineEvent`] is.
const SOURCES: [(TimelineKind, &str); 7] = [
    (
        TimelineKind::Interaction,
        "SELECT occurred_at, 'interaction ' || id, jsonb_build_object('type', 'interaction', 'kind', kind, 'channel', channel,
            'direction', direction, 'summary', summary, 'outcome', outcome, 'sentiment', sentiment, 'follow_up_at', follow_up_at,
            'author', author_name)
     FROM interactions WHERE customer_id = ",
    ),
    (
        TimelineKind::Lifecycle,
        "SELECT at, 'lifecycle ' || lpad(position::text, 10, '0'),
            jsonb_build_object('type', 'lifecycle', 'from', from_state, 'to', to_state, 'reason', reason)
     FROM lifecycle_transitions WHERE customer_id = ",
    ),
    // Who is coached is told by coaching and the lifecycle.
    (
        TimelineKind::Tier,
        "SELECT occurred_at, 'tier ' || id, jsonb_build_object('type', 'tier', 'from', from_tier, 'to', to_tier, 'reason', reason,
            'mrr_impact', jsonb_build_object('minor', mrr_impact_minor, 'currency', currency))
     FROM tier_transitions t
     WHERE reverses IS NULL AND reason NOT LIKE 'coaching\\_%' AND NOT EXISTS (SELECT FROM tier_transitions r WHERE r.reverses = t.id) AND customer_id = ",
    ),
    (
        TimelineKind::Note,
        "SELECT created_at, 'note ' || id, jsonb_build_object('type', 'note', 'author', author_name, 'body', body)
     FROM customer_notes WHERE deleted_at IS NULL AND customer_id = ",
    ),
    (
        TimelineKind::Coaching,
        "SELECT lower(r.during), 'coaching began ' || r.id, jsonb_build_object('type', 'coaching_began', 'coach',
            jsonb_build_object('id', k.id, 'name', customer_called(k)))
     FROM coaching_relationships r JOIN customers k ON k.id = r.coach_id WHERE r.client_id = ",
    ),
    (
        TimelineKind::Coaching,
        "SELECT upper(r.during), 'coaching ended ' || r.id, jsonb_build_object('type', 'coaching_ended', 'reason', r.end_reason, 'coach',
            jsonb_build_object('id', k.id, 'name', customer_called(k)))
     FROM coaching_relationships r JOIN customers k ON k.id = r.coach_id WHERE r.status = 'ended' AND r.client_id = ",
    ),
    (
        TimelineKind::Payment,
        "SELECT occurred_at, 'payment ' || id, jsonb_build_object('type', 'payment', 'kind', kind, 'status', status,
            'amount', jsonb_build_object('minor', amount_minor, 'currency', currency), 'invoice_number', invoice_number, 'reason', reason)
     FROM transactions WHERE customer_id = ",
    ),
];

/// One page of what of these kinds happened, newest first.
///
/// # Errors
/// When there is no such customer, the cursor is of another list, or the database fails.
pub async fn timeline(
    pool: &PgPool,
    customer: CustomerId,
    kinds: &[TimelineKind],
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    require(pool, customer).await?;
    let columns = &[("t.at", Kind::Time), ("t.key", Kind::Text)];
    let order = Order { name: "-at", columns, descending: true };
    let keyset = Keyset::new(order, &(customer, kinds), page)?;
    let source = |query: &mut QueryBuilder<Postgres>| push_source(query, customer, kinds);
    let totals = keyset.totals(pool, page.count(), source, None).await?;
    keyset.read(pool, Shown::rows("t.*"), totals, source, read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, customer: CustomerId, kinds: &[TimelineKind]) {
    query.push(" FROM (");
    for (i, (_, source)) in SOURCES.iter().filter(|(kind, _)| kinds.contains(kind)).enumerate() {
        query.push(if i == 0 { "" } else { " UNION ALL " }).push(*source).push_bind(customer.0);
    }
    query.push(") AS t (at, key, event) WHERE true");
}

fn read(row: &PgRow) -> sqlx::Result<TimelineEntry> {
    Ok(TimelineEntry {
        at: row.try_get("at")?,
        key: row.try_get("key")?,
        event: row.try_get::<Json<TimelineEvent>, _>("event")?.0,
    })
}
