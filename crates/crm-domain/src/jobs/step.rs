//! One batch of the job that waited longest.

use super::{Batch, Work};
use crate::audit::Actor;
use crate::customers::{bulk, import};
use crate::db::{DomainError, Result};
use crate::healing::source::{self, Listed, Source, Unread, Wanted};
use crate::row::parse;
use crate::stripe_actions::Refusal;
use crate::{healing, realtime, revenue};
use crm_types::ids::{ImportId, JobId};
use crm_types::jobs::{JobKind, JobState};
use crm_types::realtime::RealtimeEvent;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

/// So many failures in a row, and a job is given up.
const TRIES: i32 = 5;
/// The same for what Stripe did not answer: twenty minutes.
const UNREAD_TRIES: i32 = 12;
/// The longest pause between two of those, in seconds.
const LONGEST: f64 = 300.0;
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
    /// Failures in a row.
    attempts: i32,
    skips: Value,
    /// Open pages were not told for a while.
    due: bool,
}

/// Does one batch of the job that waited longest: its effects and its progress in one transaction. Jobs that ask Stripe are left to
/// [`step_asking`].
///
/// # Errors
/// When the database fails outside of a batch.
pub async fn step(pool: &PgPool) -> Result<Step> {
    run(pool, None::<&Nobody>).await
}

/// The same for jobs that ask Stripe. Its answer is waited for with the job's lock held, and bounded in time.
///
/// # Errors
/// When the database fails outside of a batch.
pub async fn step_asking(pool: &PgPool, stripe: &impl Source) -> Result<Step> {
    run(pool, Some(stripe)).await
}

/// Nobody who could be asked.
enum Nobody {}

impl Source for Nobody {
    async fn list(&self, _: &Wanted) -> std::result::Result<Listed, Unread> {
        match *self {}
    }
}

async fn run(pool: &PgPool, stripe: Option<&impl Source>) -> Result<Step> {
    let mut tx = pool.begin().await?;
    let Some(taken) = take(&mut tx, stripe.is_some()).await? else { return Ok(Step::Idle) };
    let id = taken.work.id;
    let worked = match batch(&mut tx, &taken, stripe).await {
        Ok(()) => tx.commit().await.map_err(Into::into),
        Err(error) => {
            tx.rollback().await?;
            Err(error)
        }
    };
    match worked {
        Ok(()) => Ok(Step::Worked(id)),
        Err(error) => {
            failed(pool, &taken, error).await?;
            Ok(Step::Failed(id))
        }
    }
}

/// The lock on its row keeps others away, and goes with the transaction, however that ends.
async fn take(tx: &mut PgConnection, asking: bool) -> Result<Option<Taken>> {
    let row = sqlx::query!(
        r#"SELECT id, kind, params, position, total, import_id, skips, attempts, actor_kind, actor_id, actor_name, address, request_id,
                  cancel_requested_at IS NOT NULL AS "cancelled!",
                  (told_at IS NULL OR told_at < now() - interval '400 milliseconds') AS "due!"
           FROM jobs WHERE state IN ('queued', 'running') AND not_before <= now()
             AND (kind IN ('stripe.reconciliation', 'stripe.backfill')) = $1
           ORDER BY coalesce(beat_at, created_at) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"#,
        asking
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
    Ok(Some(Taken { work, cancelled: row.cancelled, attempts: row.attempts, skips: row.skips, due: row.due }))
}

async fn batch(tx: &mut PgConnection, taken: &Taken, stripe: Option<&impl Source>) -> Result<()> {
    let work = &taken.work;
    if taken.cancelled {
        let batch = Batch { position: work.position.clone(), over: true, ..Batch::default() };
        return save(tx, taken, &batch, JobState::Cancelled).await;
    }
    let batch = match (work.kind, stripe) {
        (JobKind::CustomersBulk | JobKind::CustomersUndo, _) => bulk::batch(tx, work).await?,
        (JobKind::CustomersImport, _) => import::batch(tx, work).await?,
        (JobKind::RevenueSimulation, _) => revenue::simulate::batch(tx, work).await?,
        (JobKind::RevenueCheck, _) => revenue::invariants::batch(tx, work).await?,
        (JobKind::StripeReconciliation, Some(stripe)) => healing::reconcile::batch(tx, work, stripe).await?,
        (JobKind::StripeBackfill, Some(stripe)) => healing::backfill::batch(tx, work, stripe).await?,
        (JobKind::StripeReconciliation | JobKind::StripeBackfill, None) => return Err(Refusal::NotConnected.into()),
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
               failed = failed + $7, skipped = skipped + $8, skips = $9, attempts = 0, error = NULL,
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
async fn failed(pool: &PgPool, taken: &Taken, error: DomainError) -> Result<()> {
    let (work, failures) = (&taken.work, taken.attempts + 1);
    tracing::error!(job = %work.id, %error, "a batch failed");
    let (given_up, why, waits_for, pause) = match error {
        DomainError::Database(_) => {
            (failures >= TRIES, GIVEN_UP.to_owned(), None, f64::from(failures * failures) / 2.0)
        }
        DomainError::Unread(unread) => {
            let pause = source::pause(failures, &unread, LONGEST);
            (unread.lasting || failures >= UNREAD_TRIES, unread.message.clone(), Some(unread.message), pause)
        }
        rule => (true, rule.to_string(), None, 0.0),
    };
    let error = if given_up { Some(why) } else { waits_for };
    let mut tx = pool.begin().await?;
    let saved = sqlx::query!(
        r#"UPDATE jobs SET attempts = attempts + 1, not_before = now() + make_interval(secs => $5),
               started_at = coalesce(started_at, now()), beat_at = now(), state = CASE WHEN $2 THEN 'failed' ELSE 'running' END,
               error = $3, finished_at = CASE WHEN $2 THEN now() END
           WHERE id = $1 AND state IN ('queued', 'running') AND attempts = $4 RETURNING total, changed + skipped + failed AS "done!""#,
        work.id.0,
        given_up,
        error,
        taken.attempts,
        pause,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(job) = saved.filter(|_| error.is_some()) {
        let state = if given_up { JobState::Failed } else { JobState::Running };
        let event =
            RealtimeEvent::JobProgress { id: work.id, kind: work.kind, state, done: job.done, total: job.total };
        realtime::publish(&mut tx, &event).await?;
    }
    tx.commit().await?;
    Ok(())
}
