//! Finds what webhooks missed: sweeps, comparisons with Stripe, backfills. Runs when there is an API key; of several processes, the
//! database lets one at each.

use crate::server::Stopping;
use crate::stripe::Reader;
use crm_domain::db::Result;
use crm_domain::healing::{differences, reconcile, sweep};
use crm_domain::jobs::{self, Step};
use sqlx::PgPool;
use std::time::Duration;

/// How often to look for something to do.
const LOOK: Duration = Duration::from_millis(500);

/// Works until told to stop; the page that it is at then is finished.
pub async fn run(pool: PgPool, reader: Option<Reader>, mut stopping: Stopping) {
    let Some(reader) = reader else { return };
    while !*stopping.borrow() {
        match step(&pool, &reader).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "healing lost its database; it tries again"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
}

/// A page of each, so that none waits for another to end. Gives whether there was something to do.
async fn step(pool: &PgPool, reader: &Reader) -> Result<bool> {
    let swept = sweep::step(pool, reader).await?;
    reconcile::repeat(pool).await?;
    let worked = match jobs::step_asking(pool, reader).await? {
        Step::Idle => false,
        Step::Worked(_) => {
            metrics::counter!("job_batches_total").increment(1);
            true
        }
        Step::Failed(_) => {
            metrics::counter!("job_batches_failed_total").increment(1);
            true
        }
    };
    let healed = differences::heal(pool).await?;
    Ok(swept || worked || healed > 0)
}
