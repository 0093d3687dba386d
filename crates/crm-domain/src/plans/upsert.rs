//! Products and prices as Stripe tells them. The newest snapshot wins.

use crate::billing::facts::{PriceFact, ProductFact};
use crate::db::Result;
use crate::mrr::amount::PlanKey;
use sqlx::PgConnection;
use std::collections::HashMap;

/// Stores products, where newer.
pub async fn store_products(db: &mut PgConnection, facts: &[ProductFact]) -> Result<()> {
    for fact in facts {
        sqlx::query!(
            "INSERT INTO products AS t (id, name, active, stream, tier, seen_at, seen_rank, seen_event)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active, stream = excluded.stream,
                 tier = excluded.tier, seen_at = excluded.seen_at, seen_rank = excluded.seen_rank, seen_event = excluded.seen_event
             WHERE (excluded.seen_at, excluded.seen_rank, excluded.seen_event) > (t.seen_at, t.seen_rank, t.seen_event)",
            fact.id,
            fact.name,
            fact.active,
            fact.stream.map(|s| s.as_str()),
            fact.tier.map(|t| t.as_str()),
            fact.stamp.at,
            fact.stamp.rank,
            fact.stamp.event,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Stores prices, where newer. A business has few of them, and a batch names each once.
pub async fn store_prices(db: &mut PgConnection, facts: &[PriceFact]) -> Result<()> {
    for fact in facts {
        sqlx::query!(
            "INSERT INTO prices AS t (id, product_id, nickname, currency, unit_amount, interval, interval_count, metered, active,
                                      stream, tier, seen_at, seen_rank, seen_event)
             VALUES ($1, $2, $3, $4, $5::text::numeric, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, nickname = excluded.nickname, currency = excluded.currency,
                 unit_amount = excluded.unit_amount, interval = excluded.interval, interval_count = excluded.interval_count,
                 metered = excluded.metered, active = excluded.active, stream = excluded.stream, tier = excluded.tier,
                 seen_at = excluded.seen_at, seen_rank = excluded.seen_rank, seen_event = excluded.seen_event
             WHERE (excluded.seen_at, excluded.seen_rank, excluded.seen_event) > (t.seen_at, t.seen_rank, t.seen_event)",
            fact.id,
            fact.product,
            fact.nickname,
            fact.currency.code(),
            fact.unit_amount,
            fact.interval.map(|i| i.as_str()),
            fact.interval_count,
            fact.metered,
            fact.active,
            fact.stream.map(|s| s.as_str()),
            fact.tier.map(|t| t.as_str()),
            fact.stamp.at,
            fact.stamp.rank,
            fact.stamp.event,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Prices of these products.
pub async fn prices_of(db: &mut PgConnection, products: &[String]) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("SELECT id FROM prices WHERE product_id = ANY($1)", products).fetch_all(db).await?)
}

/// The mapping of each of these prices; unmapped ones are not in it.
pub async fn mapping(db: &mut PgConnection, prices: &[String]) -> Result<HashMap<String, PlanKey>> {
    let rows = sqlx::query!(
        r#"SELECT price_id AS "price_id!", stream AS "stream!", tier FROM price_mapping WHERE price_id = ANY($1) AND stream IS NOT NULL"#,
        prices,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| Some((r.price_id, (r.stream.parse().ok()?, r.tier.and_then(|t| t.parse().ok())))))
        .collect())
}

/// Puts everyone who ever had one of these prices into the queue of customers to compute again.
pub async fn recompute_users_of(db: &mut PgConnection, prices: &[String], reason: &str) -> Result<u64> {
    let done = sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT DISTINCT c.id, $2 FROM subscription_prices s JOIN customers c USING (stripe_customer_id) WHERE s.price_id = ANY($1)
         ON CONFLICT (customer_id) DO NOTHING",
        prices,
        reason,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
