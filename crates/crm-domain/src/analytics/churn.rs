//! Customers who were paying when a period began and stopped in it.

use super::Period;
use crate::db::Result;
use chrono::NaiveDate;
use crm_types::Currency;
use sqlx::PgConnection;

/// Counts them for each period. Who came back and left again in one period counts once: the second time, the customer
/// had not been paying since before it began.
pub(crate) async fn churned(connection: &mut PgConnection, currency: Currency, periods: &[Period]) -> Result<Vec<i64>> {
    let first: Vec<NaiveDate> = periods.iter().map(|period| period.from).collect();
    let last: Vec<NaiveDate> = periods.iter().map(|period| period.to).collect();
    let counts = sqlx::query_scalar!(
        r#"WITH periods AS MATERIALIZED (
               SELECT i, account_day_start(first) AS begins, account_day_start(last + 1) AS ends
               FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS p(first, last, i)
           )
           SELECT (SELECT count(*) FROM mrr_movements_effective m
                   WHERE m.currency = $1 AND m.movement = 'churn' AND m.occurred_at >= p.begins AND m.occurred_at < p.ends
                     AND m.paying_since < p.begins) AS "n!"
           FROM periods p ORDER BY p.i"#,
        currency.code(),
        &first,
        &last
    )
    .fetch_all(connection)
    .await?;
    Ok(counts)
}
