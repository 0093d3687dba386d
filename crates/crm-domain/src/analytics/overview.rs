//! The executive dashboard's figures.

use super::balances::{Balance, Balances};
use super::churn::churned;
use super::converted::Converted;
use super::period::newest_day;
use super::steps::sparkline;
use super::trials::TrialsRunning;
use super::{Period, PeriodRequest, snapshot};
use crate::db::{DomainError, Result};
use crate::exchange_rates::{CurrencyChoice, Rates, last_day};
use crate::row::parse;
use crate::settings;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::analytics::{Comparison, Figure, Overview, Point};
use crm_types::exchange_rates::RateUse;
use crm_types::{Currency, Money};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

/// All figures of a period, with the compared period and sparklines.
pub async fn overview(
    pool: &PgPool,
    request: PeriodRequest,
    comparison: Comparison,
    currency: Option<CurrencyChoice>,
) -> Result<Overview> {
    let mut tx = snapshot(pool).await?;
    let settings = settings::find(&mut *tx).await?;
    let converted = currency == Some(CurrencyChoice::Reporting);
    let currency = currency.and_then(CurrencyChoice::only).unwrap_or(settings.reporting_currency);
    let period = request.resolve(&mut tx).await?;
    let previous = period.compared(comparison);
    let steps = sparkline(period);

    // The period, the compared one, then the steps: the same order for everything that is read by period.
    let periods: Vec<Period> = [period, previous].into_iter().chain(steps).collect();
    let newest = newest_day(&mut tx).await?;
    let mut compared = true;
    let Read { balances, churned, scheduled, rates } = if converted {
        match read_converted(&mut tx, currency, [previous, period], &periods).await {
            // Without rates for the days before there is nothing to compare with; the period's own figures stand.
            Err(DomainError::Invalid { code: "no_rate", .. }) => {
                compared = false;
                read_converted(&mut tx, currency, [period, period], &periods).await?
            }
            read => read?,
        }
    } else {
        Read {
            balances: Balances::read(&mut tx, currency, previous.from.min(period.from), period.to).await?,
            churned: churned(&mut tx, currency, &periods).await?,
            scheduled: scheduled_churn(&mut tx, currency).await?,
            rates: None,
        }
    };
    let trials = TrialsRunning::read(&mut tx, periods.iter().map(|p| p.to).collect()).await?;
    let read: Vec<Reading> = periods
        .iter()
        .zip(churned)
        .map(|(p, churned)| Reading {
            day: p.to,
            start: balances.at_end_of(p.day_before()),
            end: balances.at_end_of(p.to),
            churned,
            trials: trials.at_end_of(p.to),
        })
        .collect();
    let now = Readings { read, compared };
    let money = |minor: i64| Money::new(minor, currency);
    let overview = Overview {
        currency,
        from: period.from,
        to: period.to,
        previous_from: previous.from,
        previous_to: previous.to,
        time_zone: settings.time_zone,
        mrr: now.figure(|r| Some(money(r.end.mrr))),
        arr: now.figure(|r| Some(money(r.end.mrr.saturating_mul(12)))),
        paying_customers: now.figure(|r| Some(r.end.customers)),
        trials_running: now.figure(|r| Some(r.trials)),
        customer_churn_rate: now.figure(|r| rate(r.churned, r.start.customers)),
        net_new_mrr: now.figure(|r| Some(money(r.end.mrr - r.start.mrr))),
        arpu: now.figure(|r| divide(r.end.mrr, r.end.customers).map(money)),
        scheduled_churn: money(scheduled),
        unmapped_prices: unmapped_prices(&mut tx).await?,
        currencies: currencies(&mut tx, period.to).await?,
        newest_day: newest,
        updated_at: newest_movement(&mut tx).await?,
        rates,
    };
    tx.commit().await?;
    Ok(overview)
}

/// What is read once, of one currency or of all.
struct Read {
    balances: Balances,
    churned: Vec<i64>,
    scheduled: i64,
    rates: Option<Vec<RateUse>>,
}

/// Of all currencies, by the rates of the days: the compared period and the period, and of the days between them only where
/// they overlap. What is set to end counts by the last rate of the period.
async fn read_converted(
    db: &mut PgConnection,
    reporting: Currency,
    [previous, period]: [Period; 2],
    periods: &[Period],
) -> Result<Read> {
    let apart = previous.to < period.day_before();
    let whole = if apart { period } else { Period { from: previous.from.min(period.from), to: period.to } };
    let mut of = Converted::read(db, reporting, whole, None).await?;
    let mut balances = Balances::of(&of.moves);
    if apart {
        let earlier = Converted::read(db, reporting, previous, None).await?;
        balances = Balances::of(&earlier.moves).followed_by(balances);
        of.used.merge(earlier.used);
    }
    let mut read = Read { balances, churned: vec![0; periods.len()], scheduled: 0, rates: Some(of.used.told()) };
    for currency in &of.currencies {
        for (sum, churned) in read.churned.iter_mut().zip(churned(db, *currency, periods).await?) {
            *sum += churned;
        }
    }
    read.scheduled = scheduled_converted(db, reporting, period.to).await?;
    Ok(read)
}

/// What was read for one period: the whole, the compared, or a step.
struct Reading {
    day: NaiveDate,
    start: Balance,
    end: Balance,
    churned: i64,
    trials: i64,
}

/// The period, the compared one, and the steps.
struct Readings {
    read: Vec<Reading>,
    /// Whether the compared one is known.
    compared: bool,
}

impl Readings {
    fn figure<T>(&self, value: impl Fn(&Reading) -> Option<T>) -> Figure<T> {
        Figure {
            value: self.read.first().and_then(&value),
            previous: self.read.get(1).filter(|_| self.compared).and_then(&value),
            series: self.read.iter().skip(2).map(|r| Point { day: r.day, value: value(r) }).collect(),
        }
    }
}

/// A share; none when there is nothing to have a share of.
fn rate(part: i64, whole: i64) -> Option<f64> {
    // Counts of customers are exact in a float up to 2^53.
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Money by heads, rounded half away from zero; none without heads.
pub(super) fn divide(amount: i64, heads: i64) -> Option<i64> {
    if heads <= 0 {
        return None;
    }
    let (amount, heads) = (i128::from(amount), i128::from(heads));
    i64::try_from((2 * amount.abs() + heads) / (2 * heads) * amount.signum()).ok()
}

/// MRR of all currencies that will end, by the rates of a day; by today's for one to come.
async fn scheduled_converted(db: &mut PgConnection, reporting: Currency, day: NaiveDate) -> Result<i64> {
    let day = day.min(last_day(&mut *db).await?);
    let rows = sqlx::query!(
        r#"SELECT currency AS "currency!", sum(mrr_minor)::bigint AS "minor!" FROM subscriptions
           WHERE cancel_at IS NOT NULL AND ended_at IS NULL AND mrr_minor <> 0 GROUP BY currency"#
    )
    .fetch_all(&mut *db)
    .await?;
    let mut amounts: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in rows {
        amounts.insert(parse("currency", &row.currency)?, row.minor);
    }
    let rates = Rates::read(db, reporting, &amounts.keys().copied().collect(), day, day).await?;
    let mut sum = 0;
    for (currency, minor) in amounts {
        sum += rates.convert(minor, currency, day)?;
    }
    Ok(sum)
}

async fn scheduled_churn(connection: &mut PgConnection, currency: Currency) -> Result<i64> {
    let minor = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(mrr_minor), 0)::bigint AS "minor!" FROM subscriptions
           WHERE cancel_at IS NOT NULL AND ended_at IS NULL AND currency = $1"#,
        currency.code()
    )
    .fetch_one(connection)
    .await?;
    Ok(minor)
}

/// Prices that something waits for.
async fn unmapped_prices(connection: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM prices p WHERE EXISTS (SELECT FROM stripe_events e WHERE e.parked_on = p.id)"#
    )
    .fetch_one(connection)
    .await?)
}

async fn currencies(connection: &mut PgConnection, day: NaiveDate) -> Result<Vec<Money>> {
    let rows = sqlx::query!(
        r#"SELECT currency AS "currency!", sum(amount_minor)::bigint AS "minor!"
           FROM (SELECT currency, amount_minor FROM mrr_monthly WHERE month < date_trunc('month', $1::date)::date
                 UNION ALL
                 SELECT currency, amount_minor FROM mrr_daily WHERE day BETWEEN date_trunc('month', $1::date)::date AND $1) AS d
           GROUP BY 1 HAVING sum(amount_minor) <> 0 ORDER BY 1"#,
        day
    )
    .fetch_all(connection)
    .await?;
    let amounts = rows.into_iter().map(|row| Ok(Money::new(row.minor, parse("currency", &row.currency)?)));
    Ok(amounts.collect::<sqlx::Result<_>>()?)
}

async fn newest_movement(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("SELECT max(recorded_at) FROM mrr_movements").fetch_one(connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_half_away_from_zero() {
        for (amount, heads, each) in [
            (10, 4, Some(3)),
            (9, 4, Some(2)),
            (-10, 4, Some(-3)),
            (0, 3, Some(0)),
            (16_667, 1, Some(16_667)),
            (i64::MAX, 1, Some(i64::MAX)),
            (i64::MIN, 1, Some(i64::MIN)),
            (5, 0, None),
        ] {
            assert_eq!(divide(amount, heads), each, "{amount} / {heads}");
        }
    }

    #[test]
    fn a_rate_without_a_whole_is_none() {
        assert_eq!(rate(0, 0), None);
        assert_eq!(rate(1, 20), Some(0.05));
    }
}
