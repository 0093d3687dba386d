//! The account's settings: policies that decide what a figure counts.

mod preview;
mod update;

use crate::db::Result;
use crate::row::parse;
use crm_types::settings::AccountSettings;
use sqlx::PgExecutor;

pub use preview::preview;
pub use update::update;
pub(crate) use update::{is_time_zone, time_zones};

/// The settings as they are.
pub async fn find(executor: impl PgExecutor<'_>) -> Result<AccountSettings> {
    let row = sqlx::query!(
        "SELECT account_name, reporting_currency, time_zone, discounts_forever, discounts_limited, cancellation, version \
         FROM account_settings"
    )
    .fetch_one(executor)
    .await?;
    Ok(AccountSettings {
        account_name: row.account_name,
        reporting_currency: parse("reporting_currency", &row.reporting_currency)?,
        time_zone: row.time_zone,
        discounts_forever: row.discounts_forever,
        discounts_limited: row.discounts_limited,
        cancellation: parse("cancellation", &row.cancellation)?,
        version: row.version,
    })
}

#[cfg(test)]
mod tests;
