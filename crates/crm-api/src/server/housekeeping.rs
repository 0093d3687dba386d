//! Small clean-ups, now and then.

use super::Stopping;
use crate::AppState;
use anyhow::Result;
use crm_domain::customers::{export, import};
use crm_domain::revenue::invariants;
use crm_domain::{accounts, idempotency, jobs, realtime};
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);

/// Cleans up every minute until it is told to stop.
pub(super) async fn run(state: Arc<AppState>, mut stopping: Stopping) {
    loop {
        if let Err(error) = clean(&state).await {
            tracing::warn!(error = format!("{error:#}"), "housekeeping failed; it tries again in a minute");
        }
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn clean(state: &AppState) -> Result<()> {
    state.throttle.tidy();
    state.limits.tidy();
    state.metrics.run_upkeep();
    let mut conn = state.background_pool.acquire().await?;
    let events = realtime::trim(&mut conn).await?;
    let sessions = accounts::sweep(&mut conn).await?;
    let replies = idempotency::sweep(&mut conn).await?;
    let jobs = jobs::trim(&mut conn).await?;
    let imports = import::trim(&mut conn).await?;
    let tickets = export::trim(&mut conn).await?;
    drop(conn);
    invariants::repeat(&state.background_pool).await?;
    tracing::debug!(events, sessions, replies, jobs, imports, tickets, "housekeeping");
    Ok(())
}
