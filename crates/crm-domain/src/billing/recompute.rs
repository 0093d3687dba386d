//! From facts to everything that is computed of them, for a set of customers.

use super::objects;
use crate::customers::upsert::Known;
use crate::db::{DomainError, Result};
use crate::mrr::amount::{Catalog, Policy};
use crate::mrr::derive::{History, derive};
use crate::subscriptions::version::Version;
use crate::{coaching, customers, lifecycle, mrr, plans, revenue, settings, subscriptions};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What was computed of customers.
#[derive(Default)]
pub struct Computed {
    /// The histories, which [`Computed::store`] writes to their customers once the transactions are there.
    histories: Vec<(Uuid, History)>,
    /// Ledger rows that were written.
    pub movements: usize,
}

impl Computed {
    /// Writes what was computed to the customers, and what they and the others of `known` paid so far: each row once.
    pub async fn store(&self, db: &mut PgConnection, known: impl Iterator<Item = &Known>) -> Result<()> {
        let computed: HashSet<Uuid> = self.histories.iter().map(|(id, _)| *id).collect();
        let others: Vec<Uuid> = known.map(|k| k.id).filter(|id| !computed.contains(id)).collect();
        customers::derived::store(db, &self.histories, &others).await
    }
}

/// Computes these Stripe customers' histories and brings subscriptions, movements and journeys into line.
pub async fn customers(db: &mut PgConnection, touched: &HashMap<String, Known>) -> Result<Computed> {
    if touched.is_empty() {
        return Ok(Computed::default());
    }
    let ids: Vec<String> = touched.keys().cloned().collect();
    let mut versions = subscriptions::upsert::load_versions(db, &ids).await?;
    let catalog = catalog(db, versions.values().flatten()).await?;
    let mut coached = coaching::spells(db, &touched.values().map(|known| known.id).collect::<Vec<_>>()).await?;
    let mut histories: Vec<(Uuid, History)> = Vec::with_capacity(touched.len());
    for (stripe_id, known) in touched {
        let versions = versions.remove(stripe_id).unwrap_or_default();
        let coached = coached.remove(&known.id).unwrap_or_default();
        let history = derive(&versions, &coached, &catalog, known.created_at)
            .map_err(|error| DomainError::invalid("subscription", "too_large", error.to_string()))?;
        histories.push((known.id, history));
    }
    // Rows are locked in one order.
    histories.sort_by_key(|(id, _)| *id);
    let by_id: Vec<(Uuid, &History)> = histories.iter().map(|(id, h)| (*id, h)).collect();
    let subscriptions = subscriptions::upsert::store_standings(db, &by_id).await?;
    let movements = mrr::ledger::reconcile(db, &by_id, &subscriptions).await?;
    lifecycle::store::store_transitions(db, &by_id).await?;
    lifecycle::store::store_tier_moves(db, &by_id).await?;
    Ok(Computed { histories, movements })
}

/// Everything that the MRR of these snapshots depends on.
pub(crate) async fn catalog(
    db: &mut PgConnection,
    versions: impl Iterator<Item = &Version> + Clone,
) -> Result<Catalog> {
    let prices: HashSet<&String> = versions.clone().flat_map(|v| v.body.items.iter().map(|i| &i.price)).collect();
    let discounts: HashSet<&String> =
        versions.flat_map(|v| v.body.discounts.iter().chain(v.body.items.iter().flat_map(|i| &i.discounts))).collect();
    Ok(Catalog {
        prices: plans::upsert::mapping(db, &prices.into_iter().cloned().collect::<Vec<_>>()).await?,
        discounts: objects::coupons_of(db, &discounts.into_iter().cloned().collect::<Vec<_>>()).await?,
        policy: policy(db).await?,
    })
}

async fn policy(db: &mut PgConnection) -> Result<Policy> {
    let settings = settings::find(&mut *db).await?;
    Ok(Policy {
        discounts_forever: settings.discounts_forever,
        discounts_limited: settings.discounts_limited,
        cancellation: settings.cancellation,
    })
}

/// Computes up to `limit` customers of the queue. Gives how many there were, and how many ledger rows were written.
pub async fn queued(db: &mut PgConnection, limit: i64) -> Result<(usize, usize)> {
    let rows = sqlx::query!(
        r#"DELETE FROM recompute_queue q USING customers c
           WHERE c.id = q.customer_id
             AND q.customer_id IN (SELECT customer_id FROM recompute_queue ORDER BY queued_at, customer_id LIMIT $1 FOR UPDATE SKIP LOCKED)
           RETURNING c.id, c.stripe_customer_id, c.created_at"#,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let count = rows.len();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let touched =
        rows.into_iter().filter_map(|r| Some((r.stripe_customer_id?, Known { id: r.id, created_at: r.created_at })));
    let touched = touched.collect();
    let computed = customers(db, &touched).await?;
    computed.store(db, touched.values()).await?;
    revenue::ledger::reconcile(db, &ids).await?;
    Ok((count, computed.movements))
}
