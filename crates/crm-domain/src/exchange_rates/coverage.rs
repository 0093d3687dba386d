//! Which days of the currencies that have MRR no rate holds on.

use super::list::find;
use super::rates::Rates;
use super::store::last_day;
use crate::db::Result;
use crate::row::parse;
use crate::settings;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::{RateCoverage, RateGap};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// So many runs of days are named.
const NAMED: usize = 10;

/// Of each currency but the reporting one that ever had MRR: since when, its newest rate, and the days without any.
///
/// # Errors
/// When the database fails.
pub async fn coverage(pool: &PgPool) -> Result<Vec<RateCoverage>> {
    let mut conn = pool.acquire().await?;
    let reporting = settings::find(&mut *conn).await?.reporting_currency;
    let rows = sqlx::query!(
        r#"SELECT currency, min(day) AS "since!" FROM mrr_daily WHERE currency <> $1 GROUP BY currency ORDER BY currency"#,
        reporting.code()
    )
    .fetch_all(&mut *conn)
    .await?;
    let today = last_day(&mut conn).await?;
    let mut since: Vec<(Currency, NaiveDate)> = Vec::with_capacity(rows.len());
    for row in rows {
        since.push((parse("currency", &row.currency)?, row.since));
    }
    let currencies: BTreeSet<Currency> = since.iter().map(|(currency, _)| *currency).collect();
    let first = since.iter().map(|(_, day)| *day).min().unwrap_or(today);
    let rates = Rates::read(&mut conn, reporting, &currencies, first, today).await?;
    let mut covered = Vec::with_capacity(since.len());
    for (currency, since) in since {
        let newest = find(&mut conn, reporting, currency, None).await?;
        let gaps = gaps(&rates, currency, since, today);
        let missing_days = gaps.iter().map(|gap| (gap.to - gap.from).num_days() + 1).sum();
        let missing = gaps.into_iter().take(NAMED).collect();
        covered.push(RateCoverage { currency, since, newest, missing_days, missing });
    }
    Ok(covered)
}

/// Runs of days without a rate.
fn gaps(rates: &Rates, currency: Currency, from: NaiveDate, to: NaiveDate) -> Vec<RateGap> {
    let mut gaps: Vec<RateGap> = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        if rates.on(currency, day).is_ok() {
            continue;
        }
        match gaps.last_mut() {
            Some(gap) if gap.to.succ_opt() == Some(day) => gap.to = day,
            _ => gaps.push(RateGap { from: day, to: day }),
        }
    }
    gaps
}
