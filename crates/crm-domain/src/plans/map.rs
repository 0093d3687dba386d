//! Says to which stream and tier a price belongs, and sets in motion what that changes.

use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::filter::Text;
use crm_types::plans::{PriceMapping, PriceMappingReply, Stream};
use sqlx::PgPool;

/// The reason that the recompute queue keeps for a new mapping.
const REASON: &str = "price_mapping";

/// Maps a price, releases the events that wait for it, and queues every customer who ever had it.
pub async fn map(pool: &PgPool, actor: &Actor, id: &Text, mapping: &PriceMapping) -> Result<PriceMappingReply> {
    check(mapping)?;
    let id = id.as_str();
    let mut tx = pool.begin().await?;
    let before = super::find_price(&mut tx, id).await?;
    sqlx::query!(
        "UPDATE prices SET mapped_stream = $2, mapped_tier = $3 WHERE id = $1",
        id,
        mapping.stream.as_str(),
        mapping.tier.map(|tier| tier.as_str())
    )
    .execute(&mut *tx)
    .await?;
    let released = sqlx::query!(
        "UPDATE stripe_events
         SET state = 'pending', parked_on = NULL, reason = NULL, attempts = 0, next_attempt_at = now(), settled_at = NULL
         WHERE parked_on = $1",
        id
    )
    .execute(&mut *tx)
    .await?;
    let queued = sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT c.id, $2 FROM subscription_prices s JOIN customers c ON c.stripe_customer_id = s.stripe_customer_id
         WHERE s.price_id = $1
         ON CONFLICT DO NOTHING",
        id,
        REASON
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("SELECT pg_notify($1, '')", crate::billing::inbox::CHANNEL).execute(&mut *tx).await?;
    let price = super::find_price(&mut tx, id).await?;
    let subject = Subject { resource: "price", id, verb: "mapped" };
    audit::record(&mut tx, actor, subject, Some(&before), Some(&price)).await?;
    tx.commit().await?;
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    Ok(PriceMappingReply {
        price,
        released_events: count(released.rows_affected()),
        customers_to_recompute: count(queued.rows_affected()),
    })
}

/// Tiers are levels of individual subscriptions; the other streams have none.
pub(super) fn check(mapping: &PriceMapping) -> Result<()> {
    match (mapping.stream, mapping.tier) {
        (Stream::Rev1Individual, None) => {
            Err(DomainError::invalid("tier", "required", "Individual subscriptions need a tier."))
        }
        (Stream::Rev2Coaching | Stream::Rev3B2b, Some(_)) => {
            Err(DomainError::invalid("tier", "not_allowed", "Only individual subscriptions have a tier."))
        }
        _ => Ok(()),
    }
}
