//! The list of prices: those that nobody has mapped come first, because events wait for them.

use super::totals;
use crate::db::{DomainError, Result};
use crate::filter::{Text, push_equal, push_words};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::plans::Price;
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the price list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PriceFilter {
    /// Words that are all in the product's name, the nickname or an id.
    pub q: Option<Text>,
    /// Of this Stripe product.
    pub product_id: Option<Text>,
    /// Whether it is sold, or archived at Stripe.
    pub active: Option<bool>,
    /// Whether a stream is known.
    pub mapped: Option<bool>,
}

const ORDER: Order = Order {
    name: "unmapped",
    columns: &[
        ("(CASE WHEN m.stream IS NULL THEN '0' ELSE '1' END || lower(coalesce(d.name, '')))", Kind::Text),
        ("p.id", Kind::Text),
    ],
    descending: false,
};

const COLUMNS: &str = "p.id, p.product_id, p.plan_id, d.name AS product_name, p.nickname, round(p.unit_amount)::bigint AS unit_amount, \
    p.currency, p.interval, p.interval_count, p.active, m.stream, m.tier, m.source, p.seen_at, \
    (SELECT count(*) FROM stripe_events e WHERE e.parked_on = p.id) AS parked_events";

/// One page of prices.
pub async fn list(pool: &PgPool, filter: &PriceFilter, page: &PageRequest) -> Result<Page<Price>> {
    let keyset = Keyset::new(ORDER, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let mut found = keyset.read(pool, Shown::rows(COLUMNS), totals, |query| push_source(query, filter), read).await?;
    totals::fill(pool, &mut found.items).await?;
    Ok(found)
}

/// The prices of these plans: those that are sold first, then by what they cost.
pub(super) async fn of_plans(pool: &PgPool, plans: &[String]) -> Result<Vec<Price>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    push_source(&mut query, &PriceFilter::default());
    query
        .push(" AND p.plan_id = ANY (")
        .push_bind(plans.to_vec())
        .push(") ORDER BY NOT p.active, p.currency, p.unit_amount, p.id");
    let rows = query.build().fetch_all(pool).await?;
    let mut prices = rows.iter().map(read).collect::<sqlx::Result<Vec<_>>>()?;
    totals::fill(pool, &mut prices).await?;
    Ok(prices)
}

/// One price.
pub async fn find(connection: &mut PgConnection, id: &str) -> Result<Price> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    push_source(&mut query, &PriceFilter::default());
    query.push(" AND p.id = ").push_bind(id.to_owned());
    let row = query.build().fetch_optional(&mut *connection).await?;
    let mut price = read(&row.ok_or_else(|| DomainError::not_found("price", id))?)?;
    totals::fill(connection, std::slice::from_mut(&mut price)).await?;
    Ok(price)
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &PriceFilter) {
    query.push(" FROM prices p JOIN price_mapping m ON m.price_id = p.id LEFT JOIN products d ON d.id = p.product_id WHERE true");
    push_words(query, "lower(concat_ws(' ', d.name, p.nickname, p.id, p.product_id))", filter.q.as_ref());
    push_equal(query, "p.product_id", filter.product_id.as_ref().map(Text::as_str));
    if let Some(active) = filter.active {
        query.push(" AND p.active = ").push_bind(active);
    }
    if let Some(mapped) = filter.mapped {
        query.push(if mapped { " AND m.stream IS NOT NULL" } else { " AND m.stream IS NULL" });
    }
}

fn read(row: &PgRow) -> sqlx::Result<Price> {
    let currency: Currency = row.word("currency")?;
    Ok(Price {
        id: row.try_get("id")?,
        product_id: row.try_get("product_id")?,
        plan_id: row.try_get("plan_id")?,
        product_name: row.try_get("product_name")?,
        nickname: row.try_get("nickname")?,
        unit_amount: row.try_get::<Option<i64>, _>("unit_amount")?.map(|minor| Money::new(minor, currency)),
        currency,
        interval: row.optional_word("interval")?,
        interval_count: row.try_get("interval_count")?,
        active: row.try_get("active")?,
        stream: row.optional_word("stream")?,
        tier: row.optional_word("tier")?,
        mapped_by: row.optional_word("source")?,
        parked_events: row.try_get("parked_events")?,
        subscriptions: 0,
        subscribers: 0,
        mrr: Vec::new(),
        updated_at: row.try_get("seen_at")?,
    })
}
