//! Everything right of the inbox, computed anew from it. Ledgers stay append-only: where they were right, nothing is written.

use super::apply::{Batch, take_turn};
use super::normalise::normalise;
use super::{recompute, settle, transactions};
use crate::db::Result;
use crate::{analytics, customers, organizations, plans, revenue};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use std::collections::HashMap;

const BATCH: i64 = 1_000;

/// What a rebuild found.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Events of the inbox.
    pub events: i64,
    /// Customers whose history was computed.
    pub customers: i64,
    /// Ledger rows that had to be corrected; 0 when the ledger was right.
    pub corrections: usize,
}

/// Rebuilds all in one transaction: until it commits everybody sees the old rows.
/// A worker that runs meanwhile waits for it.
pub async fn rebuild(db: &mut PgConnection, mut progress: impl FnMut(&Rebuilt)) -> Result<Rebuilt> {
    let mut tx = db.begin().await?;
    take_turn(&mut tx).await?;
    let mut rebuilt = Rebuilt::default();
    // What is added up of all this is counted once, in the end.
    sqlx::query_scalar!(r#"SELECT set_config('crm.loading', 'on', true) AS "set!""#).fetch_one(&mut *tx).await?;
    for statement in [
        "TRUNCATE subscription_versions, subscription_prices, stripe_objects, stripe_links, recompute_queue",
        "DELETE FROM transactions",
        "UPDATE customers SET seen_at = NULL, seen_rank = 0, seen_event = '' WHERE seen_at IS NOT NULL",
        "UPDATE products SET seen_at = '-infinity'",
        "UPDATE prices SET seen_at = '-infinity'",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    // Twice over the inbox: what is parked because its price was only described later is taken in the second pass.
    facts(&mut tx, &mut rebuilt, &mut progress).await?;
    while sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM stripe_events WHERE state = 'pending') AS "some!""#)
        .fetch_one(&mut *tx)
        .await?
    {
        let claimed = settle::claim(&mut tx, BATCH).await?;
        if claimed.is_empty() {
            break;
        }
        let mut batch = Batch::default();
        claimed.iter().for_each(|e| batch.add(&e.event_id, normalise(&e.raw)));
        batch.write_facts(&mut tx).await?;
        settle::settle(&mut tx, &batch.verdicts).await?;
    }
    derived(&mut tx, &mut rebuilt, &mut progress).await?;
    sqlx::query("DELETE FROM subscriptions s WHERE NOT EXISTS (SELECT FROM subscription_versions v WHERE v.stripe_subscription_id = s.stripe_subscription_id)")
        .execute(&mut *tx)
        .await?;
    recount(&mut tx).await?;
    plans::recount(&mut tx).await?;
    organizations::revenue::recount(&mut tx).await?;
    revenue::ledger::recount(&mut tx).await?;
    analytics::rollup::rebuild(&mut tx).await?;
    tx.commit().await?;
    Ok(rebuilt)
}

async fn facts(db: &mut PgConnection, rebuilt: &mut Rebuilt, progress: &mut impl FnMut(&Rebuilt)) -> Result<()> {
    let mut after = 0_i64;
    loop {
        let rows = sqlx::query!(
            "SELECT seq, event_id, raw FROM stripe_events WHERE seq > $1 ORDER BY seq LIMIT $2",
            after,
            BATCH
        )
        .fetch_all(&mut *db)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        rebuilt.events += rows.len() as i64;
        let mut batch = Batch::default();
        rows.iter().for_each(|r| batch.add(&r.event_id, normalise(&r.raw)));
        batch.write_facts(db).await?;
        settle::settle(db, &batch.verdicts).await?;
        progress(rebuilt);
    }
}

async fn derived(db: &mut PgConnection, rebuilt: &mut Rebuilt, progress: &mut impl FnMut(&Rebuilt)) -> Result<()> {
    let mut after = String::new();
    loop {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM stripe_objects WHERE id > $1 AND kind NOT IN ('coupon', 'discount') ORDER BY id LIMIT 1000",
            after,
        )
        .fetch_all(&mut *db)
        .await?;
        let Some(last) = ids.last() else { break };
        after.clone_from(last);
        let outcome = transactions::reconcile(db, &ids, &mut HashMap::new()).await?;
        let waiting: Vec<(String, String)> = outcome.waiting.into_iter().collect();
        park_refunds(db, &waiting).await?;
    }
    let mut after = String::new();
    loop {
        let ids = sqlx::query_scalar!(
            r#"SELECT stripe_customer_id AS "id!" FROM customers WHERE stripe_customer_id > $1 ORDER BY stripe_customer_id LIMIT 500"#,
            after,
        )
        .fetch_all(&mut *db)
        .await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after.clone_from(last);
        rebuilt.customers += ids.len() as i64;
        let known = customers::upsert::known(db, &ids).await?;
        let computed = recompute::customers(db, &known).await?;
        computed.store(db, known.values()).await?;
        rebuilt.corrections += computed.movements;
        rebuilt.corrections +=
            revenue::ledger::reconcile(db, &known.values().map(|k| k.id).collect::<Vec<_>>()).await?;
        progress(rebuilt);
    }
}

async fn park_refunds(db: &mut PgConnection, waiting: &[(String, String)]) -> Result<()> {
    let (refunds, on): (Vec<String>, Vec<String>) = waiting.iter().cloned().unzip();
    sqlx::query!(
        "UPDATE stripe_events e SET state = 'parked', parked_on = w.on_id, reason = CASE WHEN e.type LIKE 'charge.dispute.%' THEN 'dispute ' ELSE 'refund ' END || w.refund || ' waits for its payment ' || w.on_id
         FROM unnest($1::text[], $2::text[]) AS w (refund, on_id) WHERE e.object_id = w.refund AND e.state = 'done'",
        &refunds,
        &on,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn recount(db: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "UPDATE stripe_event_counters c SET n = (SELECT count(*) FROM stripe_events e WHERE e.state = c.state)"
    )
    .execute(db)
    .await?;
    Ok(())
}
