//! Objects to ask Stripe for: snapshots that nothing orders, and objects that others refer to but nobody described.
//!
//! The answer comes in through the inbox as an event of our own, so that `rebuild` knows it too.

use super::inbox::Delivery;
use crate::db::{DomainError, Result};
use crate::healing::differences;
use crate::healing::source::Unread;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

/// Deliveries are out of order by seconds; what is still missing after so long is asked for.
const PATIENCE_SECONDS: i32 = 15;
/// Asked so often, then left.
const MOST_ATTEMPTS: i32 = 6;

/// An object to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Stripe's id.
    pub id: String,
    /// `subscription`, `customer`, `charge`, `payment_intent`, `invoice`, `refund` or `dispute`.
    pub kind: String,
    /// The newest instant that is known of it. Of tied snapshots the answer decides that second, and what comes later still wins.
    pub known_at: Option<DateTime<Utc>>,
    /// It is asked for because ours is another: the answer wins over all that is known.
    pub repair: bool,
}

/// Notes subscriptions of which two snapshots stand at one second in one rank.
pub async fn note_ties(db: &mut PgConnection, subscriptions: &[String]) -> Result<()> {
    if subscriptions.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO stripe_refetches (object_id, kind, due_at)
         SELECT DISTINCT stripe_subscription_id, 'subscription', now() FROM subscription_versions
         WHERE stripe_subscription_id = ANY($1) GROUP BY stripe_subscription_id, at, rank
         HAVING count(*) > 1 AND NOT bool_or(event_id LIKE 'evt_refetch_%')
         ON CONFLICT (object_id) DO NOTHING",
        subscriptions,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes customers of this batch that are only referred to so far, and payments that refunds wait for.
pub async fn note_gaps(db: &mut PgConnection, customers: &[String], payments: &[String]) -> Result<()> {
    sqlx::query!(
        "INSERT INTO stripe_refetches (object_id, kind, due_at)
         SELECT stripe_customer_id, 'customer', now() + make_interval(secs => $3)
         FROM customers WHERE stripe_customer_id = ANY($1) AND seen_at IS NULL
         UNION ALL
         SELECT DISTINCT id, CASE WHEN id LIKE 'ch\\_%' OR id LIKE 'py\\_%' THEN 'charge' ELSE 'payment_intent' END, now() + make_interval(secs => $3)
         FROM unnest($2::text[]) AS u (id)
         ON CONFLICT (object_id) DO NOTHING",
        customers,
        payments,
        f64::from(PATIENCE_SECONDS),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is due and still wanted. What came by itself meanwhile is forgotten.
pub async fn due(pool: &PgPool) -> Result<Vec<Wanted>> {
    sqlx::query!(
        "WITH forgotten AS (DELETE FROM stripe_refetches r WHERE r.due_at <= now() AND (
             (r.kind = 'customer' AND EXISTS (SELECT FROM customers c WHERE c.stripe_customer_id = r.object_id AND c.seen_at IS NOT NULL))
             OR (r.kind IN ('charge', 'payment_intent') AND NOT r.repair
                 AND NOT EXISTS (SELECT FROM stripe_events e WHERE e.parked_on = r.object_id))
             OR r.attempts >= $1) RETURNING r.object_id)
         UPDATE reconciliation_differences d SET repair = NULL FROM forgotten f WHERE d.object_id = f.object_id AND d.repair = 'asked'",
        MOST_ATTEMPTS,
    )
    .execute(pool)
    .await?;
    // Put off before asking: a crash in between asks again later, and never in a tight loop.
    Ok(sqlx::query_as!(
        Wanted,
        "UPDATE stripe_refetches SET attempts = attempts + 1, due_at = now() + make_interval(secs => 5 * power(2, attempts) * (0.5 + random()))
         WHERE object_id IN (SELECT object_id FROM stripe_refetches WHERE due_at <= now() ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED)
         RETURNING object_id AS id, kind, repair,
             coalesce((SELECT max(at) FROM subscription_versions v WHERE v.stripe_subscription_id = object_id),
                      (SELECT seen_at FROM stripe_objects o WHERE o.id = object_id)) AS known_at",
    )
    .fetch_all(pool)
    .await?)
}

/// Puts it off: what Stripe said, for whoever asked for a repair, and how long it wants to be left alone.
pub async fn put_off(pool: &PgPool, wanted: &Wanted, unread: &Unread) -> Result<()> {
    let mut tx = pool.begin().await?;
    let wait = unread.wait.map_or(0.0, |wait| wait.as_secs_f64().min(3_600.0));
    sqlx::query!(
        "UPDATE stripe_refetches SET due_at = greatest(due_at, now() + make_interval(secs => $2)),
             attempts = CASE WHEN $3 AND repair THEN $4 ELSE attempts END WHERE object_id = $1",
        wanted.id,
        wait,
        unread.lasting,
        MOST_ATTEMPTS,
    )
    .execute(&mut *tx)
    .await?;
    if wanted.repair {
        differences::unanswered(&mut tx, &wanted.id, &unread.message, unread.lasting).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Stores what Stripe answered at an instant of its clock, as an event; forgets the wish. An answer that is no such object is an error.
pub async fn store(pool: &PgPool, wanted: &Wanted, object: Value, at: DateTime<Utc>) -> Result<()> {
    let second = |name: &str| object.get(name).and_then(Value::as_i64);
    let known = wanted.known_at.map(|at| at.timestamp());
    let created = match wanted.repair {
        // It ended when it ended; anything else is so now.
        true => Some(second("ended_at").unwrap_or(at.timestamp()).max(known.unwrap_or_default())),
        false => known.or_else(|| second("created")),
    };
    let id = format!("evt_refetch_{}_{}", wanted.id, Utc::now().timestamp_millis());
    let delivery = delivery(&id, &refetched(&wanted.kind), created, &object)?;
    let mut tx = pool.begin().await?;
    if wanted.repair {
        differences::answered(&mut tx, wanted, &object, at).await?;
    }
    super::inbox::store(&mut *tx, &[delivery]).await?;
    sqlx::query!("DELETE FROM stripe_refetches WHERE object_id = $1", wanted.id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The type of an event that holds an object of this kind because it was asked for.
pub(crate) fn refetched(kind: &str) -> String {
    match kind {
        "subscription" => "customer.subscription.refetched".to_owned(),
        "dispute" => "charge.dispute.refetched".to_owned(),
        other => format!("{other}.refetched"),
    }
}

/// An object as an event of ours brings it.
pub(crate) fn delivery(id: &str, kind: &str, created: Option<i64>, object: &Value) -> Result<Delivery> {
    let event = json!({
        "id": id, "object": "event", "created": created, "type": kind,
        "livemode": object.get("livemode").and_then(Value::as_bool).unwrap_or(false),
        "data": {"object": object},
    });
    Delivery::parse(event.to_string().into_bytes())
        .map_err(|message| DomainError::invalid("object", "malformed", message))
}
