//! What another policy would do to MRR, before it does it: the histories of whom it touches, derived with it and without.

use super::find;
use crate::billing::recompute;
use crate::db::Result;
use crate::mrr::amount::{Catalog, Policy};
use crate::mrr::effect::{Effect, MOST, TOGETHER, history};
use crate::subscriptions::upsert::load_versions;
use chrono::{DateTime, Utc};
use crm_types::settings::{PolicyChange, PolicyPreview};
use sqlx::{PgConnection, PgPool};

/// Whose amount would come to too much.
const FIELD: &str = "discounts_forever";

/// Computes what the policies would change now. Nothing is written.
pub async fn preview(pool: &PgPool, change: &PolicyChange) -> Result<PolicyPreview> {
    let mut conn = pool.acquire().await?;
    let settings = find(&mut *conn).await?;
    let new = Policy {
        discounts_forever: change.discounts_forever.unwrap_or(settings.discounts_forever),
        discounts_limited: change.discounts_limited.unwrap_or(settings.discounts_limited),
        cancellation: change.cancellation.unwrap_or(settings.cancellation),
    };
    let discounts =
        (new.discounts_forever, new.discounts_limited) != (settings.discounts_forever, settings.discounts_limited);
    let (customers, touched) = touched(&mut conn, discounts, new.cancellation != settings.cancellation).await?;
    let mut effect = Effect::default();
    for some in touched.chunks(TOGETHER) {
        let ids: Vec<String> = some.iter().map(|(stripe_id, _)| stripe_id.clone()).collect();
        let stored = load_versions(&mut conn, &ids).await?;
        let now = recompute::catalog(&mut conn, stored.values().flatten()).await?;
        let then = Catalog { prices: now.prices.clone(), discounts: now.discounts.clone(), policy: new };
        for (stripe_id, since) in some {
            let versions = stored.get(stripe_id).map(Vec::as_slice).unwrap_or_default();
            effect.add(&history(versions, &now, *since, FIELD)?, &history(versions, &then, *since, FIELD)?);
        }
    }
    Ok(PolicyPreview {
        customers,
        computed: i64::try_from(touched.len()).unwrap_or(i64::MAX),
        rewritten: effect.rewritten,
        changes: effect.changes(),
    })
}

/// Who has a discount, or is set to end: how many, and the first of them, and since when they are known.
async fn touched(
    conn: &mut PgConnection,
    discounts: bool,
    cancellation: bool,
) -> Result<(i64, Vec<(String, DateTime<Utc>)>)> {
    let rows = sqlx::query!(
        r#"WITH touched AS (
               SELECT o.stripe_customer_id AS id FROM stripe_objects o
               WHERE $1 AND o.kind = 'discount' AND o.body ->> 'coupon' >= '' AND o.stripe_customer_id IS NOT NULL
               UNION
               SELECT c.stripe_customer_id FROM subscriptions s JOIN customers c ON c.id = s.customer_id
               WHERE $2 AND s.cancel_at IS NOT NULL AND s.ended_at IS NULL AND c.stripe_customer_id IS NOT NULL
           )
           SELECT c.stripe_customer_id AS "id!", c.created_at, (SELECT count(*) FROM touched) AS "all!"
           FROM customers c WHERE c.stripe_customer_id IN (SELECT id FROM touched) ORDER BY 1 LIMIT $3"#,
        discounts,
        cancellation,
        MOST
    )
    .fetch_all(conn)
    .await?;
    let all = rows.first().map_or(0, |row| row.all);
    Ok((all, rows.into_iter().map(|row| (row.id, row.created_at)).collect()))
}
