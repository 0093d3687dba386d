//! Long work, in batches that each are one transaction: what a batch did and how far the job is are committed together,
//! so that a killed process repeats nothing and leaves nothing out.
//!
//! What a batch does belongs to the capability; this module keeps the books.

mod ask;
mod batch;
pub mod list;
mod step;

pub use ask::cancel;
pub(crate) use ask::{NewJob, create};
pub(crate) use batch::{Batch, Work};
pub use step::{Step, step, step_asking};

use crate::db::Result;
use sqlx::PgConnection;

/// Days after which a job's rows are forgotten: it can be taken back until then.
pub const KEEP_DAYS: i32 = 30;

/// Forgets the rows of jobs that were over long ago, the jobs themselves stay; gives how many jobs it was.
///
/// # Errors
/// When the database fails.
pub async fn trim(conn: &mut PgConnection) -> Result<u64> {
    let done = sqlx::query!(
        "WITH old AS (SELECT id FROM jobs j WHERE finished_at < now() - make_interval(days => $1)
                        AND (EXISTS (SELECT FROM job_rows WHERE job_id = j.id) OR EXISTS (SELECT FROM import_errors WHERE job_id = j.id)
                             OR EXISTS (SELECT FROM revenue_simulation_totals WHERE job_id = j.id))
                      ORDER BY finished_at LIMIT 1),
              rows AS (DELETE FROM job_rows WHERE job_id IN (SELECT id FROM old)),
              errors AS (DELETE FROM import_errors WHERE job_id IN (SELECT id FROM old)),
              parties AS (DELETE FROM revenue_simulation_parties WHERE job_id IN (SELECT id FROM old)),
              totals AS (DELETE FROM revenue_simulation_totals WHERE job_id IN (SELECT id FROM old))
         SELECT id FROM old",
        KEEP_DAYS
    )
    .fetch_all(conn)
    .await?;
    Ok(done.len() as u64)
}

#[cfg(test)]
mod tests;
