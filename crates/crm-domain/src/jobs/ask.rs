//! Asking for work, and asking it to stop.

use super::list::{self, Viewer};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crate::realtime;
use crm_types::ids::{ImportId, JobId};
use crm_types::jobs::{Job, JobKind};
use crm_types::realtime::RealtimeEvent;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Work to be queued.
pub(crate) struct NewJob<'a, P> {
    pub kind: JobKind,
    pub params: &'a P,
    pub undoes: Option<JobId>,
    pub import_id: Option<ImportId>,
}

/// Queues work.
pub(crate) async fn create<P: Serialize>(pool: &PgPool, actor: &Actor, new: NewJob<'_, P>) -> Result<Job> {
    let id = JobId(Uuid::now_v7());
    let params = serde_json::to_value(new.params).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO jobs (id, kind, params, undoes, import_id, actor_kind, actor_id, actor_name, address, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        new.kind.as_str(),
        params,
        new.undoes.map(|id| id.0),
        new.import_id.map(|id| id.0),
        actor.kind.as_str(),
        actor.id,
        actor.name,
        actor.address,
        actor.request_id,
    )
    .execute(&mut *tx)
    .await?;
    let job = list::find_in(&mut tx, id, Viewer::Everybody).await?;
    tell(&mut tx, &job).await?;
    tx.commit().await?;
    Ok(job)
}

/// Asks a job to stop: at once while it waits, else after the batch that it is at. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when it is over already, by itself.
pub async fn cancel(pool: &PgPool, id: JobId, viewer: Viewer) -> Result<Job> {
    let mut tx = pool.begin().await?;
    list::find_in(&mut tx, id, viewer).await?;
    sqlx::query!(
        "UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now()), not_before = least(not_before, now()),
             state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
             finished_at = CASE state WHEN 'queued' THEN now() ELSE finished_at END
         WHERE id = $1 AND state IN ('queued', 'running')",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    let job = list::find_in(&mut tx, id, viewer).await?;
    if job.state.is_over() && !job.cancelling {
        return Err(DomainError::Conflict { field: None, message: "This job is over already.".into() });
    }
    tell(&mut tx, &job).await?;
    tx.commit().await?;
    Ok(job)
}

/// Tells open pages how far a job is. Last in the transaction.
async fn tell(tx: &mut PgConnection, job: &Job) -> Result<()> {
    let event =
        RealtimeEvent::JobProgress { id: job.id, kind: job.kind, state: job.state, done: job.done, total: job.total };
    realtime::publish(tx, &event).await?;
    Ok(())
}
