//! MRR over time, by stream or tier.

use super::converted::Converted;
use super::part::parts;
use super::scope::{AsOf, known_until};
use super::{Period, PeriodRequest, snapshot, steps};
use crate::db::{DomainError, Result};
use crate::exchange_rates::{CurrencyChoice, DayMove};
use crate::row::parse;
use crate::settings;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::analytics::{GroupBy, MrrSeries, MrrSeriesLine, Step};
use crm_types::ids::CustomerId;
use crm_types::plans::{Stream, Tier};
use sqlx::{PgConnection, PgPool};

/// MRR at the end of each step of the period, of everybody or of one customer. Theirs begins, when the request does not say,
/// with their first movement, and is in their currency.
pub async fn mrr_series(
    pool: &PgPool,
    request: PeriodRequest,
    step: Option<Step>,
    group_by: GroupBy,
    currency: Option<CurrencyChoice>,
    customer: Option<CustomerId>,
    as_of: Option<AsOf>,
) -> Result<MrrSeries> {
    let mut tx = snapshot(pool).await?;
    let theirs = match customer {
        Some(customer) => Some(beginning(&mut tx, customer).await?),
        None => None,
    };
    let converted = currency == Some(CurrencyChoice::Reporting);
    if converted && customer.is_some() {
        let message = "One customer’s MRR is shown in a currency that they pay in.";
        return Err(DomainError::invalid("currency", "out_of_range", message));
    }
    let currency = match currency.and_then(CurrencyChoice::only).or(theirs.and_then(|(currency, _)| currency)) {
        Some(currency) => currency,
        None => settings::find(&mut *tx).await?.reporting_currency,
    };
    let (as_of, newest) = known_until(&mut tx, as_of).await?;
    let request = request.starting(theirs.and_then(|(_, day)| day));
    let period = request.fill(newest, |to| Period::ending(to).from)?;
    let (changes, rates) = match customer {
        Some(customer) => (read_of(&mut tx, currency, period, customer, as_of).await?, None),
        None if converted => {
            let Converted { moves, used, .. } = Converted::read(&mut tx, currency, period, as_of).await?;
            let change = |m: &DayMove| Change { day: m.day, stream: m.part.0, tier: m.part.1, minor: m.minor };
            (moves.iter().map(change).collect(), Some(used.told()))
        }
        None => (read(&mut tx, currency, period, as_of).await?, None),
    };
    tx.commit().await?;
    let step = step.unwrap_or_else(|| steps::step_for(period));
    let days: Vec<NaiveDate> = steps::calendar(period, step).into_iter().map(|step| step.to).collect();
    let total = running(&days, changes.iter().collect());
    let series = parts(group_by)
        .into_iter()
        .filter_map(|(part, always)| {
            let of_part: Vec<&Change> =
                changes.iter().filter(|change| part.holds(change.stream, change.tier)).collect();
            let values = running(&days, of_part);
            (always || values.iter().any(|value| *value != 0)).then(|| MrrSeriesLine {
                key: part.key().to_owned(),
                label: part.label().to_owned(),
                values,
            })
        })
        .collect();
    Ok(MrrSeries { currency, step, days, series, total, as_of, rates })
}

/// What a day added to a stream and tier.
struct Change {
    day: NaiveDate,
    stream: Stream,
    tier: Option<Tier>,
    minor: i64,
}

/// Running sums of changes (oldest first) at the end of days (oldest first).
fn running(days: &[NaiveDate], changes: Vec<&Change>) -> Vec<i64> {
    let mut changes = changes.into_iter().peekable();
    let mut sum = 0;
    days.iter()
        .map(|day| {
            while let Some(change) = changes.next_if(|change| change.day <= *day) {
                sum += change.minor;
            }
            sum
        })
        .collect()
}

async fn read(
    connection: &mut PgConnection,
    currency: Currency,
    period: Period,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Change>> {
    let rows = sqlx::query!(
        r#"SELECT greatest(day, $2::date) AS "day!", stream AS "stream!", tier AS "tier!", sum(amount_minor)::bigint AS "minor!"
           FROM mrr_daily_since($1, $2, $4) WHERE day <= $3 GROUP BY 1, 2, 3 ORDER BY 1"#,
        currency.code(),
        period.from,
        period.to,
        as_of
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| change(row.day, &row.stream, &row.tier, row.minor)).collect()
}

/// The same of one customer, from the ledger itself: they have few rows.
async fn read_of(
    connection: &mut PgConnection,
    currency: Currency,
    period: Period,
    customer: CustomerId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Change>> {
    let rows = sqlx::query!(
        r#"SELECT greatest(account_day(l.occurred_at), $2::date) AS "day!", l.stream, l.tier, sum(l.amount_minor)::bigint AS "minor!"
           FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id
           WHERE m.customer_id = $4 AND m.currency = $1 AND account_day(l.occurred_at) <= $3
             AND m.recorded_at <= coalesce($5::timestamptz, 'infinity') GROUP BY 1, l.stream, l.tier ORDER BY 1"#,
        currency.code(),
        period.from,
        period.to,
        customer.0,
        as_of
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| change(row.day, &row.stream, &row.tier, row.minor)).collect()
}

fn change(day: NaiveDate, stream: &str, tier: &str, minor: i64) -> Result<Change> {
    let tier = if tier.is_empty() { None } else { Some(parse("tier", tier)?) };
    Ok(Change { day, stream: parse("stream", stream)?, tier, minor })
}

/// A customer's currency, and the day of their first movement in it.
async fn beginning(
    connection: &mut PgConnection,
    customer: CustomerId,
) -> Result<(Option<Currency>, Option<NaiveDate>)> {
    let row = sqlx::query!(
        "SELECT currency, (SELECT account_day(min(m.occurred_at)) FROM mrr_movements m
                           WHERE m.customer_id = c.id AND m.currency = c.currency) AS day
         FROM customers c WHERE id = $1",
        customer.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| DomainError::not_found("customer", customer))?;
    let currency = row.currency.map(|currency| parse("currency", &currency)).transpose()?;
    Ok((currency, row.day))
}
