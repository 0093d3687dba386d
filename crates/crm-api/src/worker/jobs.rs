//! Does long work, batch by batch. Any number of these may run, in any number of processes: the database sees to it that
//! no two are at one job.

use crate::server::Stopping;
use crm_domain::jobs::{self, Step};
use sqlx::PgPool;
use std::time::Duration;

/// How often to look for new work.
const LOOK: Duration = Duration::from_millis(200);
/// How long to leave a database alone that failed.
const RECOVER: Duration = Duration::from_secs(1);

/// Works until told to stop; the batch that it is at then is finished.
pub async fn run(pool: PgPool, mut stopping: Stopping) {
    while !*stopping.borrow() {
        let pause = match jobs::step(&pool).await {
            Ok(Step::Worked(_)) => {
                metrics::counter!("job_batches_total").increment(1);
                continue;
            }
            Ok(Step::Failed(_)) => {
                metrics::counter!("job_batches_failed_total").increment(1);
                continue;
            }
            Ok(Step::Idle) => LOOK,
            Err(error) => {
                tracing::error!(%error, "long work lost its database; it tries again");
                RECOVER
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
}
