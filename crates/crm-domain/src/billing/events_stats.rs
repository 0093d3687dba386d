//! The inbox at a glance, without counting its millions of settled rows.

use crate::db::Result;
use crm_types::billing::InboxStats;
use sqlx::PgPool;

/// Counts what needs attention from partial indexes, and reads the counters of what is settled.
pub async fn stats(pool: &PgPool) -> Result<InboxStats> {
    let row = sqlx::query!(
        r#"SELECT
            (SELECT count(*) FROM stripe_events WHERE state = 'pending') AS "pending!",
            (SELECT count(*) FROM stripe_events WHERE state = 'parked') AS "parked!",
            (SELECT count(*) FROM stripe_events WHERE state = 'dead') AS "dead!",
            (SELECT n FROM stripe_event_counters WHERE state = 'done') AS "done!",
            (SELECT n FROM stripe_event_counters WHERE state = 'ignored') AS "ignored!",
            (SELECT received_at FROM stripe_events WHERE state = 'pending' ORDER BY seq LIMIT 1) AS oldest_pending_at,
            (SELECT received_at FROM stripe_events ORDER BY seq DESC LIMIT 1) AS last_received_at,
            (SELECT count(*) FROM price_mapping WHERE stream IS NULL) AS "unmapped_prices!""#
    )
    .fetch_one(pool)
    .await?;
    Ok(InboxStats {
        pending: row.pending,
        done: row.done,
        ignored: row.ignored,
        parked: row.parked,
        dead: row.dead,
        oldest_pending_at: row.oldest_pending_at,
        last_received_at: row.last_received_at,
        unmapped_prices: row.unmapped_prices,
    })
}
