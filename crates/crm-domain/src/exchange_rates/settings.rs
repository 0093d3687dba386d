//! How rates come in, and how long one holds.

use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::exchange_rates::{ExchangeRateSettings, ExchangeRateSettingsPatch};
use sqlx::{PgExecutor, PgPool};

/// The settings as they are.
///
/// # Errors
/// When the database fails.
pub async fn find_settings(executor: impl PgExecutor<'_>) -> Result<ExchangeRateSettings> {
    let row =
        sqlx::query!("SELECT carried_days, url, asked_at, newest_day, error, version FROM exchange_rate_settings")
            .fetch_one(executor)
            .await?;
    Ok(ExchangeRateSettings {
        carried_days: row.carried_days,
        url: row.url,
        asked_at: row.asked_at,
        newest_day: row.newest_day,
        error: row.error,
        version: row.version,
    })
}

/// Applies a patch to the version that the caller saw. Another address is asked anew.
///
/// # Errors
/// [`DomainError::Invalid`] for days out of range, [`DomainError::Conflict`] when somebody was faster.
pub async fn update_settings(
    pool: &PgPool,
    actor: &Actor,
    patch: &ExchangeRateSettingsPatch,
) -> Result<ExchangeRateSettings> {
    let mut tx = pool.begin().await?;
    sqlx::query!("SELECT FROM exchange_rate_settings FOR UPDATE").execute(&mut *tx).await?;
    let old = find_settings(&mut *tx).await?;
    if old.version != patch.version {
        return Err(DomainError::Conflict {
            field: Some("version".to_owned()),
            message: format!(
                "Somebody changed the settings: you saw version {}, the current version is {}. Reload and try again.",
                patch.version, old.version
            ),
        });
    }
    let mut new = old.clone();
    if let Some(days) = patch.carried_days {
        if !(1..=366).contains(&days) {
            return Err(DomainError::invalid("carried_days", "out_of_range", "Use 1 to 366 days."));
        }
        new.carried_days = days;
    }
    if let Some(url) = &patch.url {
        if url.as_ref().is_some_and(|url| url.contains('\0') || !(1..=2_000).contains(&url.chars().count())) {
            return Err(DomainError::invalid("url", "out_of_range", "Use 1 to 2,000 characters."));
        }
        new.url.clone_from(url);
    }
    if new == old {
        return Ok(old);
    }
    if new.url != old.url {
        (new.asked_at, new.error) = (None, None);
    }
    new.version += 1;
    sqlx::query!(
        "UPDATE exchange_rate_settings SET carried_days = $1, url = $2, asked_at = $3, error = $4, version = $5",
        new.carried_days,
        new.url,
        new.asked_at,
        new.error,
        new.version
    )
    .execute(&mut *tx)
    .await?;
    let subject = Subject { resource: "settings", id: "exchange_rates", verb: "updated" };
    audit::record(&mut tx, actor, subject, Some(&old), Some(&new)).await?;
    tx.commit().await?;
    Ok(new)
}
