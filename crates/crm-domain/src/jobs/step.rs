//! One batch of the job that waited longest.

use super::{Batch, Work};
use crate::audit::Actor;
use crate::customers::{bulk, import};
use crate::db::{DomainError, Result};
use crate::realtime;
use crate::revenue;
use crate::row::parse;
use crm_types::ids::{ImportId, JobId};
use crm_types::jobs::{JobKind, JobState};
use crm_types::realtime::RealtimeEvent;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

/// So many failures in a row, and a job is given up.
const TRIES: i32 = 5;
/// What a job says that was given up; the cause is in the log.
const GIVEN_UP: &str = "Something went wrong on our side, several times. The log has it under the job's id.";

/// What a step found to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: no job is open, or others are at them.
    Idle,
    /// A batch was committed.
    Worked(JobId),
    /// A batch failed and left no trace; it is tried again, or given up.
    Failed(JobId),
}

/// A job with what the books need of it.
struct Taken {
    work: Work,
    cancelled: bool,
    skips: Value,
    /// Open pages were not told for a while.
    due: bool,
}

/// Does one batch of the job that waited longest: its effects and its progress in one transaction.
///
/// # Errors
/// When the database fails outside of a batch.
pub async fn step(pool: &PgPool) -> Result<Step> {
    let mut tx = pool.begin().await?;
    let Some(taken) = take(&mut tx).await? else { return Ok(Step::Idle) };
    let id = taken.work.id;
    let worked = match batch(&mut tx, &taken).await {
        Ok(()) => tx.commit().await.map_err(Into::into),
        Err(error) => {
            tx.rollback().await?;
            Err(error)
        }
    };
    match worked {
        Ok(()) => Ok(Step::Worked(id)),
        Err(error) => {
            failed(pool, &taken.work, error).await?;
            Ok(Step::Failed(id))
        }
    }
}

/// The lock on its row keeps others away, and goes with the transaction, however that ends.
async fn take(tx: &mut PgConnection) -> Result<Option<Taken>> {
    let row = sqlx::query!(
        r#"SELECT id, kind, params, position, total, import_id, skips, actor_kind, actor_id, actor_name, address, request_id,
                  cancel_requested_at IS NOT NULL AS "cancelled!",
                  (told_at IS NULL OR told_at < now() - interval '400 milliseconds') AS "due!"
           FROM jobs WHERE state IN ('queued', 'running') AND not_before <= now()
           ORDER BY coalesce(beat_at, created_at) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"#
    )
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let actor = Actor {
        kind: parse("actor_kind", &row.actor_kind)?,
        id: row.actor_id,
        name: row.actor_name,
        address: row.address,
        request_id: row.request_id,
    };
    let work = Work {
        id: JobId(row.id),
        kind: parse("kind", &row.kind)?,
        params: row.params,
        position: row.position,
        total: row.total,
        import_id: row.import_id.map(ImportId),
        actor,
    };
    Ok(Some(Taken { work, cancelled: row.cancelled, skips: row.skips, due: row.due }))
}

async fn batch(tx: &mut PgConnection, taken: &Taken) -> Result<()> {
    let work = &taken.work;
    if taken.cancelled {
        let batch = Batch { position: work.position.clone(), over: true, ..Batch::default() };
        return save(tx, taken, &batch, JobState::Cancelled).await;
    }
    let batch = match work.kind {
        JobKind::CustomersBulk | JobKind::CustomersUndo => bulk::batch(tx, work).await?,
        JobKind::CustomersImport => import::batch(tx, work).await?,
        JobKind::RevenueSimulation => revenue::simulate::batch(tx, work).await?,
        JobKind::RevenueCheck => revenue::invariants::batch(tx, work).await?,
    };
    let state = if batch.over { JobState::Succeeded } else { JobState::Running };
    save(tx, taken, &batch, state).await
}

/// Writes down what the batch did, and now and then tells open pages. Last in the transaction.
async fn save(tx: &mut PgConnection, taken: &Taken, batch: &Batch, state: JobState) -> Result<()> {
    let mut skips = taken.skips.clone();
    for (reason, count) in &batch.skips {
        let before = skips.get(reason.as_str()).and_then(Value::as_i64).unwrap_or_default();
        if let Some(skips) = skips.as_object_mut() {
            skips.insert(reason.to_string(), json!(before + count));
        }
    }
    let tell = taken.due || state.is_over();
    let saved = sqlx::query!(
        r#"UPDATE jobs SET state = $2, position = $3, total = coalesce($4, total), changed = changed + $5, created = created + $6,
               failed = failed + $7, skipped = skipped + $8, skips = $9, attempts = 0,
               started_at = coalesce(started_at, now()), beat_at = clock_timestamp(),
               busy_ms = busy_ms + ceil(extract(epoch FROM clock_timestamp() - now()) * 1000)::bigint,
               told_at = CASE WHEN $10 THEN clock_timestamp() ELSE told_at END, finished_at = CASE WHEN $11 THEN clock_timestamp() END
           WHERE id = $1 RETURNING total, changed + skipped + failed AS "done!""#,
        taken.work.id.0,
        state.as_str(),
        batch.position,
        batch.total,
        batch.changed,
        batch.created,
        batch.failed,
        batch.skips.values().sum::<i64>(),
        skips,
        tell,
        state.is_over(),
    )
    .fetch_one(&mut *tx)
    .await?;
    if tell {
        let (id, kind) = (taken.work.id, taken.work.kind);
        let event = RealtimeEvent::JobProgress { id, kind, state, done: saved.done, total: saved.total };
        realtime::publish(tx, &event).await?;
    }
    Ok(())
}

/// Tries again in a while; gives up what a rule forbids at once, and what failed too often.
async fn failed(pool: &PgPool, work: &Work, error: DomainError) -> Result<()> {
    tracing::error!(job = %work.id, %error, "a batch failed");
    let (at_once, why) = match error {
        DomainError::Database(_) => (false, GIVEN_UP.to_owned()),
        rule => (true, rule.to_string()),
    };
    let mut tx = pool.begin().await?;
    let given_up = sqlx::query!(
        r#"UPDATE jobs SET attempts = attempts + 1, not_before = now() + make_interval(secs => ((attempts + 1) * (attempts + 1))::float8 / 2),
               started_at = coalesce(started_at, now()), beat_at = now(),
               state = CASE WHEN $2 OR attempts + 1 >= $3 THEN 'failed' ELSE 'running' END,
               error = CASE WHEN $2 OR attempts + 1 >= $3 THEN $4 END,
               finished_at = CASE WHEN $2 OR attempts + 1 >= $3 THEN now() END
           WHERE id = $1 AND state IN ('queued', 'running') RETURNING total, changed + skipped + failed AS "done!", state = 'failed' AS "over!""#,
        work.id.0,
        at_once,
        TRIES,
        why
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(job) = given_up.filter(|job| job.over) {
        let (id, kind, state) = (work.id, work.kind, JobState::Failed);
        let event = RealtimeEvent::JobProgress { id, kind, state, done: job.done, total: job.total };
        realtime::publish(&mut tx, &event).await?;
    }
    tx.commit().await?;
    Ok(())
}
