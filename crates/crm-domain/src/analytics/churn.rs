//! Customers who were paying when a period began and stopped in it.

use super::Period;
use crate::db::Result;
use chrono::NaiveDate;
use crm_types::Currency;
use sqlx::PgConnection;

/// Counts them for each period: all who left in it, as the ledger by day counts them, but those who had not been paying since before
/// it began. So who came back and left again in one period counts once.
pub(crate) async fn churned(connection: &mut PgConnection, currency: Currency, periods: &[Period]) -> Result<Vec<i64>> {
    let first: Vec<NaiveDate> = periods.iter().map(|period| period.from).collect();
    let last: Vec<NaiveDate> = periods.iter().map(|period| period.to).collect();
    let counts = sqlx::query_scalar!(
        r#"WITH periods AS MATERIALIZED (
               SELECT i, first, last, account_day_start(first) AS begins, account_day_start(last + 1) AS ends
               FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS p(first, last, i)
           )
           SELECT ((SELECT coalesce(sum(d.movements), 0) FROM mrr_daily d
                    WHERE d.currency = $1 AND d.movement = 'churn' AND d.day BETWEEN p.first AND p.last)
                   - (SELECT count(*) FROM mrr_movements_effective m
                      WHERE m.currency = $1 AND m.movement = 'churn' AND m.paying_since >= p.begins AND m.paying_since < p.ends
                        AND m.occurred_at < p.ends))::bigint AS "n!"
           FROM periods p ORDER BY p.i"#,
        currency.code(),
        &first,
        &last
    )
    .fetch_all(connection)
    .await?;
    Ok(counts)
}
