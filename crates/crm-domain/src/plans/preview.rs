//! What a mapping would do to MRR, before it does it: the histories of whom it touches, derived with it and without.

use super::map::check;
use crate::billing::facts::Fact;
use crate::billing::normalise::{Normalised, normalise};
use crate::billing::recompute;
use crate::db::{DomainError, Result};
use crate::filter::Text;
use crate::mrr::amount::Catalog;
use crate::mrr::effect::{Effect, MOST, TOGETHER, history};
use crate::subscriptions::upsert::load_versions;
use crate::subscriptions::version::Version;
use chrono::{DateTime, Utc};
use crm_types::plans::{MappingPreview, PriceMapping};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;

/// Whose amount would come to too much.
const FIELD: &str = "stream";

/// Computes what mapping the price would change now. Nothing is written.
pub async fn preview(pool: &PgPool, id: &Text, mapping: &PriceMapping) -> Result<MappingPreview> {
    check(mapping)?;
    let id = id.as_str();
    let mut conn = pool.acquire().await?;
    let known = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM prices WHERE id = $1) AS "known!""#, id)
        .fetch_one(&mut *conn)
        .await?;
    if !known {
        return Err(DomainError::not_found("price", id));
    }
    let parked = parked(&mut conn, id).await?;
    let touched = touched(&mut conn, id, parked.keys()).await?;
    let mut effect = Effect::default();
    for some in touched.chunks(TOGETHER) {
        let ids: Vec<String> = some.iter().map(|(stripe_id, _)| stripe_id.clone()).collect();
        let stored = load_versions(&mut conn, &ids).await?;
        let waiting = ids.iter().filter_map(|id| parked.get(id)).flatten();
        let now = recompute::catalog(&mut conn, stored.values().flatten().chain(waiting)).await?;
        let mut then = Catalog { prices: now.prices.clone(), discounts: now.discounts.clone(), policy: now.policy };
        then.prices.insert(id.to_owned(), (mapping.stream, mapping.tier));
        for (stripe_id, since) in some {
            let old = stored.get(stripe_id).cloned().unwrap_or_default();
            let mut new = old.clone();
            new.extend(parked.get(stripe_id).into_iter().flatten().cloned());
            effect.add(&history(&old, &now, *since, FIELD)?, &history(&new, &then, *since, FIELD)?);
        }
    }
    let customers = sqlx::query_scalar!(r#"SELECT count(*) AS "n!" FROM subscription_prices WHERE price_id = $1"#, id)
        .fetch_one(&mut *conn)
        .await?;
    let computed = i64::try_from(touched.len()).unwrap_or(i64::MAX);
    Ok(MappingPreview {
        customers: customers.max(computed),
        computed,
        rewritten: effect.rewritten,
        waiting_events: parked.values().map(|versions| i64::try_from(versions.len()).unwrap_or(i64::MAX)).sum(),
        changes: effect.changes(),
    })
}

/// Snapshots that wait for the price, by Stripe customer.
async fn parked(conn: &mut PgConnection, id: &str) -> Result<HashMap<String, Vec<Version>>> {
    let rows =
        sqlx::query_scalar!("SELECT raw FROM stripe_events WHERE parked_on = $1 ORDER BY seq LIMIT $2", id, MOST)
            .fetch_all(conn)
            .await?;
    let mut versions: HashMap<String, Vec<Version>> = HashMap::new();
    for (number, raw) in rows.iter().enumerate() {
        let Normalised::Facts { facts, .. } = normalise(raw) else { continue };
        for fact in facts {
            if let Fact::Version { customer, version } = fact {
                // Two events may tell the same; told apart only for this computation.
                let event_id = format!("{}:{number}", version.event_id);
                versions.entry(customer).or_default().push(Version { event_id, ..*version });
            }
        }
    }
    Ok(versions)
}

/// Who ever had the price, or will, and since when they are known.
async fn touched(
    conn: &mut PgConnection,
    id: &str,
    waiting: impl Iterator<Item = &String>,
) -> Result<Vec<(String, DateTime<Utc>)>> {
    let waiting: Vec<&str> = waiting.map(String::as_str).collect();
    let rows = sqlx::query!(
        r#"SELECT c.stripe_customer_id AS "id!", c.created_at FROM customers c
           WHERE c.stripe_customer_id = ANY ($2) OR c.stripe_customer_id IN
                 (SELECT stripe_customer_id FROM subscription_prices WHERE price_id = $1 ORDER BY stripe_customer_id LIMIT $3)
           ORDER BY 1 LIMIT $3"#,
        id,
        &waiting as &[&str],
        MOST
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.created_at)).collect())
}
