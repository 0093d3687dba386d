//! Writing rates.

use super::RESOURCE;
use super::list::find;
use crate::analytics::newest_day;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::filter::Day;
use crate::settings;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::{ExchangeRate, Rate, RateSource};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A rate to write.
pub(super) type NewRate = (Currency, NaiveDate, Rate);

/// What writing rates does, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub created: i64,
    pub changed: i64,
    pub unchanged: i64,
}

/// The last day that a rate may be of: today, or the newest day of a business whose clock runs ahead.
pub(crate) async fn last_day(db: &mut PgConnection) -> Result<NaiveDate> {
    let today = sqlx::query_scalar!(r#"SELECT account_day(now()) AS "today!""#).fetch_one(&mut *db).await?;
    Ok(today.max(newest_day(db).await?))
}

/// Enters the rate of a day; what was there is replaced.
///
/// # Errors
/// [`DomainError::Invalid`] for what is no rate, for a day to come, and for the reporting currency itself.
pub async fn enter(
    pool: &PgPool,
    actor: &Actor,
    currency: Currency,
    day: NaiveDate,
    rate: &str,
) -> Result<ExchangeRate> {
    let rate: Rate = rate
        .trim()
        .parse()
        .map_err(|error: crm_types::exchange_rates::BadRate| DomainError::invalid("rate", "out_of_range", error.0))?;
    Day::parse("day", day)?;
    let mut tx = pool.begin().await?;
    let reporting = settings::find(&mut *tx).await?.reporting_currency;
    if currency == reporting {
        let message = format!("Amounts are reported in {}: it needs no rate.", currency.code().to_ascii_uppercase());
        return Err(DomainError::invalid("currency", "out_of_range", message));
    }
    if day > last_day(&mut tx).await? {
        return Err(DomainError::invalid("day", "out_of_range", "The rate of a day to come is not known yet."));
    }
    let before = find(&mut tx, reporting, currency, Some(day)).await?;
    write(&mut tx, reporting, RateSource::Entered, &[(currency, day, rate)]).await?;
    let after =
        find(&mut tx, reporting, currency, Some(day)).await?.ok_or_else(|| DomainError::not_found("rate", day))?;
    let id = after.id.to_string();
    let subject = Subject { resource: RESOURCE, id: &id, verb: "entered" };
    audit::record(&mut tx, actor, subject, before.as_ref(), Some(&after)).await?;
    tx.commit().await?;
    Ok(after)
}

/// Takes the rate of a day away: the one before it is carried on. None is no error.
///
/// # Errors
/// When the database fails.
pub async fn delete(pool: &PgPool, actor: &Actor, currency: Currency, day: NaiveDate) -> Result<()> {
    Day::parse("day", day)?;
    let mut tx = pool.begin().await?;
    let reporting = settings::find(&mut *tx).await?.reporting_currency;
    let Some(rate) = find(&mut tx, reporting, currency, Some(day)).await? else { return Ok(()) };
    sqlx::query!("DELETE FROM exchange_rates WHERE id = $1", rate.id.0).execute(&mut *tx).await?;
    let id = rate.id.to_string();
    let subject = Subject { resource: RESOURCE, id: &id, verb: "deleted" };
    audit::record(&mut tx, actor, subject, Some(&rate), None).await?;
    tx.commit().await?;
    Ok(())
}

/// What writing rates, no two of one currency and day, would do. What an address says never replaces what people said: such rates
/// count as unchanged.
pub(super) async fn compare(
    db: &mut PgConnection,
    reporting: Currency,
    source: RateSource,
    rates: &[NewRate],
) -> Result<Written> {
    let (currencies, days, texts) = columns(rates);
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE r.id IS NULL) AS "created!",
                  count(*) FILTER (WHERE r.rate <> n.rate::numeric AND ($5 <> 'url' OR r.source = 'url')) AS "changed!",
                  count(*) AS "all!"
           FROM unnest($2::text[], $3::date[], $4::text[]) AS n (currency, day, rate)
           LEFT JOIN exchange_rates r ON r.reporting_currency = $1 AND r.currency = n.currency AND r.day = n.day"#,
        reporting.code(),
        &currencies,
        &days,
        &texts,
        source.as_str()
    )
    .fetch_one(db)
    .await?;
    Ok(Written { created: row.created, changed: row.changed, unchanged: row.all - row.created - row.changed })
}

/// Writes rates, no two of one currency and day.
pub(super) async fn write(
    db: &mut PgConnection,
    reporting: Currency,
    source: RateSource,
    rates: &[NewRate],
) -> Result<()> {
    let (currencies, days, texts) = columns(rates);
    let ids: Vec<Uuid> = rates.iter().map(|_| Uuid::now_v7()).collect();
    // In one order, so that two who write the same days wait for each other and never both ways.
    sqlx::query!(
        "INSERT INTO exchange_rates AS r (id, reporting_currency, currency, day, rate, source)
         SELECT n.id, $1, n.currency, n.day, n.rate::numeric, $6
         FROM unnest($2::uuid[], $3::text[], $4::date[], $5::text[]) AS n (id, currency, day, rate) ORDER BY n.currency, n.day
         ON CONFLICT ON CONSTRAINT exchange_rates_one_a_day DO UPDATE
             SET rate = excluded.rate, source = excluded.source, recorded_at = now()
             WHERE r.rate <> excluded.rate AND (excluded.source <> 'url' OR r.source = 'url')",
        reporting.code(),
        &ids,
        &currencies,
        &days,
        &texts,
        source.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

fn columns(rates: &[NewRate]) -> (Vec<String>, Vec<NaiveDate>, Vec<String>) {
    let currencies = rates.iter().map(|(currency, ..)| currency.to_string()).collect();
    let days = rates.iter().map(|(_, day, _)| *day).collect();
    (currencies, days, rates.iter().map(|(.., rate)| rate.to_string()).collect())
}
