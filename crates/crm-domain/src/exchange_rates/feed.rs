//! Rates that an address gives as JSON, as Frankfurter and others that pass on the European Central Bank's do:
//! `{"base": "EUR", "date": "2026-03-02", "rates": {"USD": 1.0842}}`, or of several days
//! `{"base": "EUR", "rates": {"2026-03-02": {"USD": 1.0842}}}`. One unit of the base is so many of the others.

use super::store::{NewRate, compare, last_day, write};
use crate::db::{DomainError, Result};
use crate::filter::Day;
use crate::settings;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::{Rate, RateSource};
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::PgPool;

/// The address, when it is time to ask it: a quarter of a day after it answered, an hour after it did not. Whoever gets it asks.
///
/// # Errors
/// When the database fails.
pub async fn due(pool: &PgPool) -> Result<Option<String>> {
    let url = sqlx::query_scalar!(
        "UPDATE exchange_rate_settings SET asked_at = now()
         WHERE url IS NOT NULL
           AND (asked_at IS NULL OR asked_at < now() - CASE WHEN error IS NULL THEN interval '6 hours' ELSE interval '1 hour' END)
         RETURNING url"
    )
    .fetch_optional(pool)
    .await?;
    Ok(url.flatten())
}

/// Writes down what the address said: its rates, or why there are none. Nothing when another one is asked by now.
///
/// # Errors
/// When the database fails. That the reply makes no sense is written down.
pub async fn answered(pool: &PgPool, url: &str, reply: std::result::Result<&str, &str>) -> Result<()> {
    let mut tx = pool.begin().await?;
    let asked = sqlx::query_scalar!("SELECT url FROM exchange_rate_settings FOR UPDATE").fetch_one(&mut *tx).await?;
    if asked.as_deref() != Some(url) {
        return Ok(());
    }
    let reporting = settings::find(&mut *tx).await?.reporting_currency;
    let last = last_day(&mut tx).await?;
    let rates = reply.map_err(str::to_owned).and_then(|body| read(body, reporting, last));
    let (newest, error) = match &rates {
        Ok(rates) => (rates.iter().map(|(_, day, _)| *day).max(), None),
        Err(error) => (None, Some(error.as_str())),
    };
    if let Ok(rates) = &rates {
        let written = compare(&mut tx, reporting, RateSource::Url, rates).await?;
        write(&mut tx, reporting, RateSource::Url, rates).await?;
        tracing::info!(created = written.created, changed = written.changed, "exchange rates came in");
    }
    sqlx::query!(
        "UPDATE exchange_rate_settings SET asked_at = now(), error = $1, newest_day = greatest(newest_day, $2)",
        error,
        newest
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The address that is asked now.
///
/// # Errors
/// [`DomainError::Conflict`] when there is none.
pub async fn address(pool: &PgPool) -> Result<String> {
    super::find_settings(pool).await?.url.ok_or_else(|| DomainError::Conflict {
        field: Some("url".to_owned()),
        message: "There is no address to ask. Save one first.".to_owned(),
    })
}

/// What is read of a reply; it may hold more.
#[derive(Deserialize)]
struct Reply {
    base: String,
    date: Option<NaiveDate>,
    rates: Map<String, Value>,
}

/// The rates of a reply, into the reporting currency; or a sentence.
fn read(body: &str, reporting: Currency, last: NaiveDate) -> std::result::Result<Vec<NewRate>, String> {
    let reply: Reply =
        serde_json::from_str(body).map_err(|_| "The reply is not JSON with base, date and rates.".to_owned())?;
    let base = reply.base.parse::<Currency>().map_err(|error| format!("The reply’s base: {error}."))?;
    let of_days: Option<Vec<(NaiveDate, &Map<String, Value>)>> = match reply.date {
        Some(date) => Some(vec![(date, &reply.rates)]),
        None => reply.rates.iter().map(|(day, rates)| Some((day.parse().ok()?, rates.as_object()?))).collect(),
    };
    let of_days = of_days.filter(|days| !days.is_empty()).ok_or_else(|| "The reply names no date.".to_owned())?;
    let mut all = Vec::new();
    for (day, rates) in of_days {
        all.extend(of_day(day, base, rates, reporting, last)?);
    }
    Ok(all)
}

/// The rates of one day. Codes that are no currencies in circulation, such as gold's, are left out.
fn of_day(
    day: NaiveDate,
    base: Currency,
    rates: &Map<String, Value>,
    reporting: Currency,
    last: NaiveDate,
) -> std::result::Result<Vec<NewRate>, String> {
    Day::parse("date", day).map_err(|error| error.to_string())?;
    if day > last {
        return Err(format!("The reply is of {day}, which is yet to come."));
    }
    let mut per_base = vec![(base, Rate::ONE)];
    for (code, value) in rates {
        let Some(currency) = Currency::parse(code).filter(|currency| *currency != base) else { continue };
        let number = value.as_f64().ok_or_else(|| format!("The reply’s rate for {code} is no number."))?;
        if number <= 0.0 {
            return Err(format!("The reply’s rate for {code} is {value}: a rate is above 0."));
        }
        // What is too small or too large to be a rate is none of a currency that anybody is paid in.
        let Ok(rate) = format!("{number:.12}").parse() else { continue };
        per_base.push((currency, rate));
    }
    let find = |wanted: Currency| per_base.iter().find(|(currency, _)| *currency == wanted).map(|(_, rate)| *rate);
    let Some(of_reporting) = find(reporting) else {
        let code = reporting.code().to_ascii_uppercase();
        return Err(format!("The reply has no rate for {code}, which amounts are reported in."));
    };
    let others = per_base.iter().filter(|(currency, _)| *currency != reporting);
    Ok(others.filter_map(|(currency, rate)| Some((*currency, day, across(of_reporting, *rate)?))).collect())
}

/// Of two rates against a third, how many of the first there are for one of the second; to 12 decimals, half up.
fn across(first: Rate, second: Rate) -> Option<Rate> {
    let parts = first.parts().checked_mul(Rate::ONE.parts())?;
    Rate::from_parts((2 * parts + second.parts()) / (2 * second.parts()))
}

#[cfg(test)]
mod tests {
    fn read(body: &str, reporting: &str) -> std::result::Result<Vec<String>, String> {
        let found = super::read(body, reporting.parse().unwrap(), "2026-03-31".parse().unwrap())?;
        Ok(found.iter().map(|(currency, day, rate)| format!("{day} {currency} {rate}")).collect())
    }

    #[test]
    fn rates_are_turned_to_the_reporting_currency() {
        let of_a_day = r#"{"amount":1.0,"base":"EUR","date":"2026-03-02","rates":{"GBP":0.8,"USD":1.25,"XAU":0.0004}}"#;
        assert_eq!(read(of_a_day, "usd").unwrap(), ["2026-03-02 eur 1.25", "2026-03-02 gbp 1.5625"]);
        assert_eq!(read(of_a_day, "eur").unwrap(), ["2026-03-02 gbp 1.25", "2026-03-02 usd 0.8"]);
        let of_days =
            r#"{"base":"USD","start_date":"2026-03-02","rates":{"2026-03-02":{"EUR":0.8},"2026-03-03":{"EUR":0.75}}}"#;
        assert_eq!(read(of_days, "usd").unwrap(), ["2026-03-02 eur 1.25", "2026-03-03 eur 1.333333333333"]);
        let tiny = r#"{"base":"USD","date":"2026-03-02","rates":{"VND":26315.789474}}"#;
        assert_eq!(read(tiny, "usd").unwrap(), ["2026-03-02 vnd 0.000038"]);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (body, reporting, why) in [
            ("<html>", "usd", "The reply is not JSON with base, date and rates."),
            ("{}", "usd", "The reply is not JSON with base, date and rates."),
            (
                r#"{"base":"ZZZ","date":"2026-03-02","rates":{}}"#,
                "usd",
                "The reply’s base: `ZZZ` is not an ISO 4217 currency.",
            ),
            (r#"{"base":"EUR","rates":{"USD":1.1}}"#, "usd", "The reply names no date."),
            (r#"{"base":"EUR","rates":{}}"#, "usd", "The reply names no date."),
            (
                r#"{"base":"EUR","date":"2026-04-01","rates":{"USD":1.1}}"#,
                "usd",
                "The reply is of 2026-04-01, which is yet to come.",
            ),
            (
                r#"{"base":"EUR","date":"2026-03-02","rates":{"USD":0}}"#,
                "usd",
                "The reply’s rate for USD is 0: a rate is above 0.",
            ),
            (
                r#"{"base":"EUR","date":"2026-03-02","rates":{"USD":-1.5}}"#,
                "usd",
                "The reply’s rate for USD is -1.5: a rate is above 0.",
            ),
            (
                r#"{"base":"EUR","date":"2026-03-02","rates":{"USD":"1.1"}}"#,
                "usd",
                "The reply’s rate for USD is no number.",
            ),
            (
                r#"{"base":"EUR","date":"2026-03-02","rates":{"GBP":0.8}}"#,
                "usd",
                "The reply has no rate for USD, which amounts are reported in.",
            ),
        ] {
            assert_eq!(read(body, reporting).unwrap_err(), why, "{body}");
        }
    }
}
