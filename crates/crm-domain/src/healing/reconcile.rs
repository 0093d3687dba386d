//! The daily reconciliation: all of Stripe's subscriptions, invoices, refunds and disputes beside ours, page by page.

use super::source::{List, Source, Wanted};
use super::{compare, differences, one_job};
use crate::audit::Actor;
use crate::db::Result;
use crate::jobs::list::{self as jobs, Viewer};
use crate::jobs::{Batch, Work};
use crate::row::parse;
use crm_types::healing::{ReconciledCount, ReconciledKind, Reconciliation};
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobKind, JobState, SkipReason};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};

/// Hours after which it is repeated.
const REPEAT_HOURS: i32 = 24;

/// What a job of this kind is told to do: everything.
#[derive(Debug, Serialize)]
struct Params {}

/// Queues a comparison of everything; gives the one that is open already if there is one.
///
/// # Errors
/// When the database fails.
pub async fn start(pool: &PgPool, actor: &Actor) -> Result<Job> {
    one_job(pool, actor, JobKind::StripeReconciliation, &Params {}).await
}

/// Repeats it once a day, as soon as a sweep was over: what that finds need not be found here.
///
/// # Errors
/// When the database fails.
pub async fn repeat(pool: &PgPool) -> Result<bool> {
    let due = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM healing_sweep WHERE finished_at IS NOT NULL) AND NOT EXISTS (
               SELECT FROM jobs WHERE kind = 'stripe.reconciliation' AND created_at > now() - make_interval(hours => $1)) AS "due!""#,
        REPEAT_HOURS,
    );
    let due = due.fetch_one(pool).await?;
    if due {
        start(pool, &Actor::system("daily reconciliation")).await?;
    }
    Ok(due)
}

/// How far it is: the kind, the last object of the last page, and objects so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Position {
    kind: usize,
    after: Option<String>,
    done: i64,
}

/// Compares the next page.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work, source: &impl Source) -> Result<Batch> {
    let position: Position = work.position()?.unwrap_or_default();
    let Some(kind) = ReconciledKind::ALL.get(position.kind).copied() else {
        return Ok(Batch { over: true, ..Batch::at(&position)? });
    };
    let page = source.list(&Wanted { list: List::of(kind), after: position.after.clone(), since: None }).await?;
    sqlx::query!("INSERT INTO reconciliation_runs (job_id) VALUES ($1) ON CONFLICT DO NOTHING", work.id.0)
        .execute(&mut *tx)
        .await?;
    let compared = compare::compare(tx, kind, &page.data, page.at).await?;
    differences::store(tx, kind, &compared).await?;
    let (objects, differing) = (page.data.len() as i64, compared.differing());
    sqlx::query!(
        "INSERT INTO reconciliation_counts AS t (job_id, kind, compared, differing) VALUES ($1, $2, $3, $4)
         ON CONFLICT (job_id, kind) DO UPDATE SET compared = t.compared + excluded.compared, differing = t.differing + excluded.differing",
        work.id.0,
        kind.as_str(),
        objects,
        differing,
    )
    .execute(&mut *tx)
    .await?;
    let done = position.done + objects;
    let next = match page.more {
        true => Position { after: page.last(), done, ..position },
        false => {
            end_kind(tx, work.id, kind).await?;
            Position { kind: position.kind + 1, after: None, done }
        }
    };
    let over = next.kind == ReconciledKind::ALL.len();
    if over {
        sqlx::query!("UPDATE reconciliation_runs SET finished_at = now() WHERE job_id = $1", work.id.0)
            .execute(&mut *tx)
            .await?;
    }
    let mut batch = Batch::at(&next)?;
    let expected = if work.total.is_none() { here_in_all(tx).await? } else { work.total.unwrap_or_default() };
    batch.total = Some(if over { done } else { expected.max(done) });
    (batch.changed, batch.over) = (differing, over);
    if objects > differing {
        batch.skips.insert(SkipReason::Unchanged, objects - differing);
    }
    Ok(batch)
}

/// Differences of objects that Stripe does not list any more are none; how many objects are here is written beside Stripe's.
async fn end_kind(tx: &mut PgConnection, job: JobId, kind: ReconciledKind) -> Result<()> {
    sqlx::query!(
        "DELETE FROM reconciliation_differences WHERE kind = $2 AND repair IS DISTINCT FROM 'asked'
             AND compared_at < (SELECT began_at FROM reconciliation_runs WHERE job_id = $1)",
        job.0,
        kind.as_str(),
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE reconciliation_counts SET here = CASE kind WHEN 'subscription' THEN (SELECT count(*) FROM subscriptions)
             ELSE (SELECT count(*) FROM stripe_objects o WHERE o.kind = $2) END
         WHERE job_id = $1 AND kind = $2",
        job.0,
        kind.as_str(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What is here: about as much as Stripe has.
async fn here_in_all(tx: &mut PgConnection) -> Result<i64> {
    let here = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM subscriptions) + (SELECT count(*) FROM stripe_objects WHERE kind IN ('invoice', 'refund', 'dispute')) AS "here!""#
    );
    Ok(here.fetch_one(tx).await?)
}

/// The comparison as people see it.
pub(super) async fn find(pool: &PgPool) -> Result<Reconciliation> {
    let last = sqlx::query!(
        "SELECT job_id, finished_at FROM reconciliation_runs WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1"
    )
    .fetch_optional(pool)
    .await?;
    let now = sqlx::query!(
        r#"SELECT count(DISTINCT object_id) AS "differing!", count(DISTINCT object_id) FILTER (WHERE repair = 'asked') AS "repairing!"
           FROM reconciliation_differences"#
    )
    .fetch_one(pool)
    .await?;
    let mut counts = Vec::new();
    if let Some(last) = &last {
        let rows = sqlx::query!(
            "SELECT kind, compared, differing, here FROM reconciliation_counts WHERE job_id = $1",
            last.job_id
        );
        for row in rows.fetch_all(pool).await? {
            let kind = parse("kind", &row.kind)?;
            counts.push(ReconciledCount { kind, compared: row.compared, differing: row.differing, here: row.here });
        }
        counts.sort_unstable_by_key(|count| count.kind);
    }
    let compared: i64 = counts.iter().map(|count| count.compared).sum();
    let newest = sqlx::query_scalar!(
        "SELECT id FROM jobs WHERE kind = 'stripe.reconciliation' ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let job = match newest.fetch_optional(pool).await? {
        Some(id) => Some(jobs::find(pool, JobId(id), Viewer::Everybody).await?),
        None => None,
    };
    Ok(Reconciliation {
        finished_at: last.as_ref().and_then(|last| last.finished_at),
        counts,
        differing: now.differing,
        drift_bp: last.is_some().then(|| drift(now.differing, compared)),
        repairing: now.repairing,
        job: job.filter(|job| !job.state.is_over() || job.state == JobState::Failed),
    })
}

/// Basis points, rounded up: what differs is never shown as nothing.
fn drift(differing: i64, compared: i64) -> i64 {
    match compared {
        0 => 0,
        _ => (differing.saturating_mul(10_000).saturating_add(compared - 1) / compared).min(10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::drift;

    #[test]
    fn one_of_a_million_is_not_nothing() {
        assert_eq!([drift(0, 0), drift(0, 9), drift(1, 1_000_000), drift(1, 4), drift(3, 2)], [0, 0, 1, 2_500, 10_000]);
    }
}
