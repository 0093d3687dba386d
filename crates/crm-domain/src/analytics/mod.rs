//! Figures and charts, from the ledger by day (`mrr_daily`). Definitions: docs/METRICS.md.

mod balances;
mod churn;
mod movements;
mod mrr_series;
mod overview;
mod period;
pub mod rollup;
mod steps;
mod trials;

#[cfg(test)]
mod overview_tests;
#[cfg(test)]
mod series_tests;

pub use movements::movements;
pub use mrr_series::mrr_series;
pub use overview::overview;
pub use period::{Period, PeriodRequest};
pub(crate) use period::newest_day;

use crate::db::Result;
use sqlx::{PgPool, Postgres, Transaction};

/// Figures that stand beside each other come from one moment.
async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    Ok(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
}
