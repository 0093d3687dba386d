//! The ledger by day of all currencies, in the reporting currency.

use super::Period;
use super::standing::read_tier;
use crate::db::Result;
use crate::exchange_rates::{DayMove, Rates, Used, convert, last_day};
use crate::row::parse;
use chrono::{DateTime, Utc};
use crm_types::Currency;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What each day of a period did, and what there was before it, by the rates of each day.
#[derive(Debug)]
pub(super) struct Converted {
    /// Oldest first, in the reporting currency; what was before the period is on the day before it.
    pub moves: Vec<DayMove>,
    /// The rates of the period.
    pub rates: Rates,
    /// Those that were used.
    pub used: Used,
    /// The currencies that there is or was anything in.
    pub currencies: BTreeSet<Currency>,
}

impl Converted {
    /// Reads a period. Of days to come nothing is known: today's rates stand for them.
    pub(super) async fn read(
        db: &mut PgConnection,
        reporting: Currency,
        period: Period,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Self> {
        let today = last_day(&mut *db).await?;
        let before = period.day_before().min(today);
        let rows = sqlx::query!(
            r#"SELECT c.currency AS "currency!", greatest(d.day, $1) AS "day!", d.movement AS "movement!", d.stream AS "stream!",
                      d.tier AS "tier!", sum(d.amount_minor)::bigint AS "minor!", sum(d.movements)::bigint AS "count!"
               FROM (SELECT DISTINCT currency FROM mrr_monthly) AS c CROSS JOIN LATERAL mrr_daily_since(c.currency, $1::date + 1, $3) AS d
               WHERE d.day <= $2 GROUP BY 1, 2, 3, 4, 5 ORDER BY 2"#,
            before,
            period.to,
            as_of
        )
        .fetch_all(&mut *db)
        .await?;
        let mut moves = Vec::with_capacity(rows.len());
        for row in rows {
            moves.push(DayMove {
                currency: parse("currency", &row.currency)?,
                day: row.day,
                movement: row.movement.parse().ok(),
                part: (parse("stream", &row.stream)?, read_tier(&row.tier)?),
                minor: row.minor,
                count: row.count,
            });
        }
        let currencies: BTreeSet<Currency> = moves.iter().map(|moved| moved.currency).collect();
        // A broken clock's movement may lie beyond today.
        let last = moves.last().map_or(before, |moved| moved.day).max(period.to.min(today));
        let rates = Rates::read(db, reporting, &currencies, before, last).await?;
        let (moves, used) = convert(&moves, &rates, before, last)?;
        Ok(Self { moves, rates, used, currencies })
    }
}
