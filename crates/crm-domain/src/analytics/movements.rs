//! From the MRR at the start to the MRR at the end, by type of movement.

use super::{PeriodRequest, snapshot};
use crate::db::Result;
use crate::settings;
use crm_types::analytics::{MovementSummary, MovementTotal};
use crm_types::mrr::MovementType;
use crm_types::{Currency, Money};
use sqlx::PgPool;

/// The waterfall of a period. Start, end and each type are summed up on their own, and the difference is what is left.
pub async fn movements(pool: &PgPool, request: PeriodRequest, currency: Option<Currency>) -> Result<MovementSummary> {
    let mut tx = snapshot(pool).await?;
    let currency = match currency {
        Some(currency) => currency,
        None => settings::find(&mut *tx).await?.reporting_currency,
    };
    let period = request.resolve(&mut tx).await?;
    let ends = sqlx::query!(
        r#"SELECT coalesce(sum(amount_minor) FILTER (WHERE day < $2), 0)::bigint AS "start!",
                  coalesce(sum(amount_minor), 0)::bigint AS "end!"
           FROM mrr_daily WHERE currency = $1 AND day <= $3"#,
        currency.code(),
        period.from,
        period.to
    )
    .fetch_one(&mut *tx)
    .await?;
    let types = sqlx::query!(
        r#"SELECT movement, sum(amount_minor)::bigint AS "minor!", sum(movements)::bigint AS "count!"
           FROM mrr_daily WHERE currency = $1 AND day BETWEEN $2 AND $3 GROUP BY movement"#,
        currency.code(),
        period.from,
        period.to
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let money = |minor| Money::new(minor, currency);
    let totals: Vec<MovementTotal> = MovementType::ALL
        .iter()
        .map(|movement| {
            let found = types.iter().find(|row| row.movement == movement.as_str());
            MovementTotal {
                movement: *movement,
                amount: money(found.map_or(0, |row| row.minor)),
                count: found.map_or(0, |row| row.count),
            }
        })
        .collect();
    let moved: i64 = totals.iter().map(|total| total.amount.minor).sum();
    Ok(MovementSummary {
        currency,
        from: period.from,
        to: period.to,
        start: money(ends.start),
        movements: totals,
        end: money(ends.end),
        difference: money(ends.end - ends.start - moved),
    })
}
