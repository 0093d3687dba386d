//! How many subscriptions have a price, and what they pay: read from `price_totals`, which follows `subscriptions` by triggers.

use crate::db::Result;
use crate::row::parse;
use crm_types::Money;
use crm_types::plans::Price;
use sqlx::{PgConnection, PgExecutor};

/// Puts the totals into prices.
pub(super) async fn fill(executor: impl PgExecutor<'_>, prices: &mut [Price]) -> Result<()> {
    let ids: Vec<String> = prices.iter().map(|price| price.id.clone()).collect();
    let rows = sqlx::query!(
        r#"SELECT price_id, currency, sum(subscriptions)::bigint AS "subscriptions!", sum(mrr_minor)::bigint AS "mrr!",
                  coalesce(sum(subscriptions) FILTER (WHERE status IN ('active', 'past_due')), 0)::bigint AS "subscribers!"
           FROM price_totals WHERE price_id = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2"#,
        &ids
    )
    .fetch_all(executor)
    .await?;
    for price in prices {
        for row in rows.iter().filter(|row| row.price_id == price.id) {
            price.subscriptions += row.subscriptions;
            price.subscribers += row.subscribers;
            if row.mrr != 0 {
                price.mrr.push(Money::new(row.mrr, parse("currency", &row.currency)?));
            }
        }
    }
    Ok(())
}

/// Counts anew. The totals are right without it; a rebuild takes nothing for granted.
pub async fn recount(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("SELECT price_totals_recount()").execute(db).await?;
    Ok(())
}
