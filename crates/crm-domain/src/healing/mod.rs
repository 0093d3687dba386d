//! What webhooks missed, and how it comes in after all.
//!
//! The sweep goes through Stripe's list of events; the reconciliation compares Stripe's objects with ours; a repair asks for one
//! object; the backfill reads a whole account. Whatever they find goes into the inbox as an event, and one applier makes facts of it.

pub mod backfill;
mod before;
mod compare;
pub mod differences;
mod fields;
pub mod reconcile;
pub mod source;
pub mod state;
pub mod sweep;

use crate::db::Result;
use crate::jobs::list::{self as jobs, Viewer};
use crate::jobs::{self as work, NewJob};
use crate::{audit::Actor, db::DomainError, realtime};
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobKind};
use crm_types::realtime::RealtimeEvent;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};

/// Tells open pages that something moved on. Last in the transaction.
async fn tell(tx: &mut PgConnection) -> Result<()> {
    realtime::publish(tx, &RealtimeEvent::HealingChanged).await?;
    Ok(())
}

/// The job of this kind that waits or runs.
async fn open_job(pool: &PgPool, kind: JobKind) -> Result<Option<Job>> {
    let id =
        sqlx::query_scalar!("SELECT id FROM jobs WHERE kind = $1 AND state IN ('queued', 'running')", kind.as_str());
    match id.fetch_optional(pool).await? {
        Some(id) => Ok(Some(jobs::find(pool, JobId(id), Viewer::Everybody).await?)),
        None => Ok(None),
    }
}

/// Queues work of which there is one at a time; gives the one that is open already if there is one.
async fn one_job<P: Serialize + Sync>(pool: &PgPool, actor: &Actor, kind: JobKind, params: &P) -> Result<Job> {
    if let Some(open) = open_job(pool, kind).await? {
        return Ok(open);
    }
    match work::create(pool, actor, NewJob { kind, params, undoes: None, import_id: None }).await {
        // Somebody was faster.
        Err(DomainError::Database(sqlx::Error::Database(error))) if error.constraint() == Some("jobs_one_healing") => {
            open_job(pool, kind).await?.ok_or(DomainError::Conflict {
                field: None,
                message: "One was just over. Look at it, or ask for another.".into(),
            })
        }
        other => other,
    }
}
