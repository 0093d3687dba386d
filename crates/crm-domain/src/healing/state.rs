//! How well we know what happened at Stripe.

use super::{backfill, reconcile};
use crate::db::Result;
use crm_types::healing::{Healing, Sweep};
use sqlx::PgPool;

/// All of it, for the page.
///
/// # Errors
/// When the database fails.
pub async fn find(pool: &PgPool, connected: bool) -> Result<Healing> {
    Ok(Healing {
        connected,
        sweep: sweep(pool).await?,
        reconciliation: reconcile::find(pool).await?,
        backfill: backfill::find(pool).await?,
    })
}

async fn sweep(pool: &PgPool) -> Result<Sweep> {
    let row = sqlx::query!(
        r#"SELECT began_at, seen, found, finished_at, coalesce(finished_seen, 0) AS "last_seen!", coalesce(finished_found, 0) AS "last_found!",
                  found_ever, due_at, problem FROM healing_sweep"#
    )
    .fetch_one(pool)
    .await?;
    Ok(Sweep {
        began_at: row.began_at,
        seen: row.seen,
        found: row.found,
        finished_at: row.finished_at,
        last_seen: row.last_seen,
        last_found: row.last_found,
        found_ever: row.found_ever,
        due_at: row.due_at,
        problem: row.problem,
    })
}
