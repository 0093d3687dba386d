//! Rates as people read them.

use crate::db::Result;
use crate::filter::{DayRange, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use chrono::NaiveDate;
use crm_types::exchange_rates::{ExchangeRate, ExchangeRateSort, RateSource};
use crm_types::ids::ExchangeRateId;
use crm_types::{Currency, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ExchangeRateFilter {
    /// That one.
    pub id: Option<ExchangeRateId>,
    /// Of this currency.
    pub currency: Option<Currency>,
    /// That came in like this.
    pub source: Option<RateSource>,
    /// Of these days.
    pub days: DayRange,
}

const COLUMNS: &str =
    "r.id, r.currency, r.reporting_currency, r.day, trim_scale(r.rate)::text AS rate, r.source, r.recorded_at";

/// One page of the rates into the reporting currency.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &ExchangeRateFilter,
    sort: ExchangeRateSort,
    page: &PageRequest,
) -> Result<Page<ExchangeRate>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("r.day", Kind::Day), ("r.currency", Kind::Text)],
        descending: sort == ExchangeRateSort::DayDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    keyset.read(pool, Shown::rows(COLUMNS), totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &ExchangeRateFilter) {
    query.push(" FROM exchange_rates r WHERE r.reporting_currency = (SELECT reporting_currency FROM account_settings)");
    if let Some(id) = filter.id {
        query.push(" AND r.id = ").push_bind(id.0);
    }
    push_equal(query, "r.currency", filter.currency.as_ref().map(Currency::code));
    push_equal(query, "r.source", filter.source.map(RateSource::as_str));
    filter.days.push_days(query, "r.day");
}

/// The rate of a day, or the newest one.
pub(super) async fn find(
    db: &mut PgConnection,
    reporting: Currency,
    currency: Currency,
    day: Option<NaiveDate>,
) -> Result<Option<ExchangeRate>> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(COLUMNS)
        .push(" FROM exchange_rates r WHERE r.reporting_currency = ")
        .push_bind(reporting.code().to_owned());
    query.push(" AND r.currency = ").push_bind(currency.code().to_owned());
    if let Some(day) = day {
        query.push(" AND r.day = ").push_bind(day);
    }
    let row = query.push(" ORDER BY r.day DESC LIMIT 1").build().fetch_optional(db).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

fn read(row: &PgRow) -> sqlx::Result<ExchangeRate> {
    Ok(ExchangeRate {
        id: ExchangeRateId(row.try_get("id")?),
        currency: row.word("currency")?,
        rate: row.word("rate")?,
        reporting_currency: row.word("reporting_currency")?,
        day: row.try_get("day")?,
        source: row.word("source")?,
        recorded_at: row.try_get("recorded_at")?,
    })
}
