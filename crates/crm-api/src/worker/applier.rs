//! Applies the inbox. Of all processes one does it; when that one dies, the database frees its lock and another goes on.

use crate::server::Stopping;
use crm_domain::billing::apply;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};
use std::future::Future;
use std::time::Duration;

/// How often to look for what other processes stored.
const LOOK: Duration = Duration::from_millis(200);
/// How often to try to become the one.
const STAND_BY: Duration = Duration::from_secs(1);

/// Works until told to stop. `arrived` resolves when this process stored something.
pub async fn run<F: Future<Output = ()>>(pool: PgPool, arrived: impl Fn() -> F, mut stopping: Stopping) {
    while !*stopping.borrow() {
        if let Err(error) = hold(&pool, &arrived, &mut stopping).await {
            tracing::error!(%error, "the applier lost its database; it tries again");
        }
        tokio::select! {
            () = tokio::time::sleep(STAND_BY) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
}

/// One turn as the applier: takes the lock, works, gives it back.
async fn hold<F: Future<Output = ()>>(
    pool: &PgPool,
    arrived: &impl Fn() -> F,
    stopping: &mut Stopping,
) -> Result<(), crm_domain::db::DomainError> {
    // Its own connection: the lock belongs to it, and it goes when we do.
    let mut connection = pool.acquire().await?.detach();
    if !apply::try_lock(&mut connection).await? {
        return Ok(connection.close().await?);
    }
    apply::prefer_indexes(&mut connection).await?;
    tracing::info!("this process applies Stripe's events");
    let worked = work(&mut connection, arrived, stopping).await;
    let closed = connection.close().await;
    worked.and(closed.map_err(Into::into))
}

async fn work<F: Future<Output = ()>>(
    connection: &mut PgConnection,
    arrived: &impl Fn() -> F,
    stopping: &mut Stopping,
) -> Result<(), crm_domain::db::DomainError> {
    while !*stopping.borrow() {
        let step = apply::step(connection).await?;
        metrics::counter!("stripe_events_applied_total").increment(step.events as u64);
        metrics::counter!("mrr_movements_written_total").increment(step.movements as u64);
        if step.is_idle() {
            tokio::select! {
                () = arrived() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        }
    }
    Ok(())
}
