//! The state of the system, as the database knows it.

use crate::billing::APPLIER_LOCK;
use crate::billing::events_stats;
use crate::db::Result;
use crate::row::parse;
use crm_types::Money;
use crm_types::billing::InboxStats;
use sqlx::PgPool;

/// What the health page says about the database; the server adds what it knows of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseState {
    /// PostgreSQL's version.
    pub postgres_version: String,
    /// Bytes on disk.
    pub bytes: i64,
    /// Whether some process applies events now.
    pub worker_running: bool,
    /// The Stripe inbox.
    pub inbox: InboxStats,
    /// Sum of all movements - sum of all subscriptions' MRR, by currency: always 0.
    pub mrr_difference: Vec<Money>,
    /// Customers that wait to be recomputed.
    pub recompute_pending: i64,
}

/// Looks at everything once.
pub async fn inspect(pool: &PgPool) -> Result<DatabaseState> {
    let row = sqlx::query!(
        r#"SELECT current_setting('server_version') AS "version!", pg_database_size(current_database()) AS "bytes!",
                  (SELECT count(*) FROM recompute_queue) AS "recompute_pending!""#
    )
    .fetch_one(pool)
    .await?;
    Ok(DatabaseState {
        postgres_version: row.version,
        bytes: row.bytes,
        worker_running: is_worker_running(pool).await?,
        inbox: events_stats::stats(pool).await?,
        mrr_difference: mrr_difference(pool).await?,
        recompute_pending: row.recompute_pending,
    })
}

/// The applier holds an advisory lock of its session for as long as it runs, in whatever process.
async fn is_worker_running(pool: &PgPool) -> Result<bool> {
    // PostgreSQL shows the two halves of the lock's 64-bit key.
    let held = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM pg_locks l
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND (l.classid::bigint << 32) | l.objid::bigint = $1
           ) AS "held!""#,
        APPLIER_LOCK
    )
    .fetch_one(pool)
    .await?;
    Ok(held)
}

/// Both sums come from one statement, and so from one moment.
async fn mrr_difference(pool: &PgPool) -> Result<Vec<Money>> {
    let rows = sqlx::query!(
        r#"SELECT currency AS "currency!", sum(minor)::bigint AS "minor!"
           FROM (SELECT currency, sum(amount_minor) AS minor FROM mrr_movements GROUP BY currency
                 UNION ALL
                 SELECT currency, -sum(mrr_minor) FROM subscriptions GROUP BY currency) AS sums
           GROUP BY currency ORDER BY currency"#
    )
    .fetch_all(pool)
    .await?;
    let amounts = rows.into_iter().map(|row| Ok(Money::new(row.minor, parse("currency", &row.currency)?)));
    Ok(amounts.collect::<sqlx::Result<_>>()?)
}

#[cfg(test)]
mod tests;
