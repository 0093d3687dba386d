//! A coach's clients month by month, read from the ledger of MRR movements.

use super::portfolio::{Coached, Moved, months as counted};
use crate::customers::list::require;
use crate::db::Result;
use crate::row::parse;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::coaching::CoachMonths;
use crm_types::ids::CustomerId;
use sqlx::PgPool;

/// The newest months, the present one included, with what was paid at the end of each. What it reads is the coach's own clients
/// and their movements, by indexes.
///
/// # Errors
/// When there is no such customer, or the database fails.
pub async fn months(pool: &PgPool, coach: CustomerId, newest: i32) -> Result<CoachMonths> {
    require(pool, coach).await?;
    let bounds = sqlx::query!(
        r#"SELECT m.day::date AS "month!", account_day_start(m.day::date) AS "from!", now() AS "now!"
           FROM (SELECT date_trunc('month', account_day(now())::timestamp) AS present) p,
                generate_series(p.present - make_interval(months => $1::int4 - 1), p.present, interval '1 month') AS m (day)
           ORDER BY 1"#,
        newest,
    )
    .fetch_all(pool)
    .await?;
    let now: DateTime<Utc> = bounds.last().map_or_else(Utc::now, |row| row.now);
    let bounds: Vec<(NaiveDate, DateTime<Utc>)> = bounds.into_iter().map(|row| (row.month, row.from)).collect();
    let coached = sqlx::query!(
        r#"SELECT client_id, lower(during) AS "from!", upper(during) AS "to" FROM coaching_relationships WHERE coach_id = $1"#,
        coach.0,
    )
    .fetch_all(pool)
    .await?;
    let coached = coached.into_iter().map(|row| Coached { client: row.client_id, from: row.from, to: row.to });
    let rows = sqlx::query!(
        "SELECT m.customer_id, m.currency, m.occurred_at, m.amount_minor
         FROM (SELECT DISTINCT client_id FROM coaching_relationships WHERE coach_id = $1) r
         JOIN mrr_movements m ON m.customer_id = r.client_id",
        coach.0,
    )
    .fetch_all(pool)
    .await?;
    let mut moved = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = parse("currency", &row.currency)?;
        moved.push(Moved { client: row.customer_id, currency, at: row.occurred_at, amount: row.amount_minor });
    }
    Ok(counted(&coached.collect::<Vec<_>>(), &moved, &bounds, now))
}
