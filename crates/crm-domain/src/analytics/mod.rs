//! Figures and charts, from the ledger by day (`mrr_daily`). Definitions: docs/METRICS.md.

mod balances;
mod bridge;
mod chain;
mod churn;
mod cohorts;
mod converted;
pub(crate) mod counts;
mod ltv;
mod movements;
mod moves;
mod mrr_series;
mod overview;
mod part;
mod payments;
mod period;
mod recognised;
mod retention;
pub mod rollup;
mod scope;
mod standing;
mod steps;
mod streams;
mod trial_report;
mod trials;

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod overview_tests;
#[cfg(test)]
mod payments_tests;
#[cfg(test)]
mod report_reads_tests;
#[cfg(test)]
mod series_tests;

pub use bridge::bridge;
pub use cohorts::cohorts;
pub use ltv::ltv;
pub use movements::movements;
pub use mrr_series::mrr_series;
pub use overview::overview;
pub use payments::payments;
pub(crate) use period::newest_day;
pub use period::{Period, PeriodRequest};
pub use recognised::recognised;
pub use retention::churn;
pub(crate) use scope::known_until;
pub use scope::{AsOf, ReportRequest};
pub use streams::streams;
pub use trial_report::trials;

use crate::db::Result;
use sqlx::{PgPool, Postgres, Transaction};

/// Figures that stand beside each other come from one moment.
async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    Ok(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
}
