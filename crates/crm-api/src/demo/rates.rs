//! What the other currencies of the demo's business were worth, day by day: made up, as its people are.

use super::gyms::demo;
use anyhow::Result;
use chrono::{Datelike, Days, NaiveDate, Utc};
use crm_domain::exchange_rates::import;
use crm_domain::exchange_rates::list::{ExchangeRateFilter, list};
use crm_domain::page::PageRequest;
use crm_domain::settings;
use crm_types::Currency;
use crm_types::exchange_rates::ExchangeRateSort;
use sqlx::PgPool;
use std::fmt::Write as _;

/// What one is worth in dollars on the whole.
const WORTH: [(Currency, f64); 2] = [(Currency::EUR, 1.09), (Currency::JPY, 0.0068)];

/// Brings the rates up to yesterday, since the newest one or a first day, as a bank's file does. Who looks at the demo may
/// report in another currency, and then has rates of their own.
pub async fn bring(pool: &PgPool, first: NaiveDate) -> Result<()> {
    if settings::find(pool).await?.reporting_currency != Currency::USD {
        return Ok(());
    }
    let page = PageRequest::new(Some(1), None, None)?;
    let newest = list(pool, &ExchangeRateFilter::default(), ExchangeRateSort::DayDescending, &page).await?.items.pop();
    let from = newest.map_or(Some(first), |rate| rate.day.succ_opt()).unwrap_or(first);
    // Over everywhere: the account's own day may be behind.
    let last = Utc::now().date_naive() - Days::new(1);
    let mut file = String::from("day,currency,rate\n");
    for day in from.iter_days().take_while(|day| *day <= last) {
        for (currency, worth) in WORTH {
            writeln!(file, "{day},{currency},{:.6}", worth * drift(currency, day))?;
        }
    }
    if from <= last {
        import(pool, &demo(), file.as_bytes(), false).await?;
    }
    Ok(())
}

/// A slow swing of some percent, and a small one of days.
fn drift(currency: Currency, day: NaiveDate) -> f64 {
    let (at, phase) = (f64::from(day.num_days_from_ce()), if currency == Currency::EUR { 0.0 } else { 2.0 });
    1.0 + 0.035 * (at / 71.0 + phase).sin() + 0.006 * (at / 2.9 + phase).sin()
}
