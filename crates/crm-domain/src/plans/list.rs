//! The list of prices: those that nobody has mapped come first, because events wait for them.

use crate::db::{DomainError, Result};
use crate::page::{Keyset, Kind, Order, PageRequest};
use crate::row::RowExt;
use crm_types::plans::Price;
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the price list with.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct PriceFilter {
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

const COLUMNS: &str = "p.id, p.product_id, d.name AS product_name, p.nickname, round(p.unit_amount)::bigint AS unit_amount, \
    p.currency, p.interval, p.interval_count, p.active, m.stream, m.tier, m.source, p.seen_at, \
    (SELECT count(*) FROM stripe_events e WHERE e.parked_on = p.id) AS parked_events";

/// One page of prices.
pub async fn list(pool: &PgPool, filter: &PriceFilter, page: &PageRequest) -> Result<Page<Price>> {
    let keyset = Keyset::new(ORDER, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let mut query = QueryBuilder::new("SELECT page.*");
    keyset.push_outer_keys(&mut query);
    query.push(" FROM ");
    keyset.push_page(&mut query, COLUMNS, &totals, |query| push_source(query, filter));
    keyset.push_outer_order(&mut query);
    let mut found = keyset.fetch(pool, &mut query, read, totals).await?;
    count_subscriptions(pool, &mut found.items).await?;
    Ok(found)
}

/// One price.
pub async fn find(connection: &mut PgConnection, id: &str) -> Result<Price> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    push_source(&mut query, &PriceFilter::default());
    query.push(" AND p.id = ").push_bind(id.to_owned());
    let row = query.build().fetch_optional(&mut *connection).await?;
    let mut price = read(&row.ok_or_else(|| DomainError::not_found("price", id))?)?;
    count_subscriptions(connection, std::slice::from_mut(&mut price)).await?;
    Ok(price)
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &PriceFilter) {
    query.push(" FROM prices p JOIN price_mapping m ON m.price_id = p.id LEFT JOIN products d ON d.id = p.product_id WHERE true");
    if let Some(mapped) = filter.mapped {
        query.push(if mapped { " AND m.stream IS NOT NULL" } else { " AND m.stream IS NULL" });
    }
}

/// Counts for all prices at once who uses them. There are few combinations of prices, however many subscriptions.
async fn count_subscriptions(executor: impl PgExecutor<'_>, prices: &mut [Price]) -> Result<()> {
    let ids: Vec<String> = prices.iter().map(|price| price.id.clone()).collect();
    let counts = sqlx::query!(
        r#"SELECT price_id AS "price_id!", sum(n)::bigint AS "n!"
           FROM (SELECT price_ids, count(*) AS n FROM subscriptions WHERE price_ids && $1 GROUP BY price_ids) AS sets,
                unnest(price_ids) AS price_id
           WHERE price_id = ANY($1) GROUP BY price_id"#,
        &ids
    )
    .fetch_all(executor)
    .await?;
    for price in prices {
        price.subscriptions = counts.iter().find(|count| count.price_id == price.id).map_or(0, |count| count.n);
    }
    Ok(())
}

fn read(row: &PgRow) -> sqlx::Result<Price> {
    let currency: Currency = row.word("currency")?;
    Ok(Price {
        id: row.try_get("id")?,
        product_id: row.try_get("product_id")?,
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
        updated_at: row.try_get("seen_at")?,
    })
}
