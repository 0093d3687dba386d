//! Changes settings, and sets in motion what a change makes stale.

use crate::analytics::rollup;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::settings::{AccountSettings, AccountSettingsPatch};
use sqlx::{PgConnection, PgPool};
use std::collections::HashSet;
use tokio::sync::OnceCell;

/// The reason that the recompute queue keeps for a changed policy.
const REASON: &str = "policy";

/// Applies a patch to the version that the caller saw. A changed policy queues every customer that Stripe knows; a changed
/// time zone moves the days of all figures, in the same transaction.
pub async fn update(pool: &PgPool, actor: &Actor, patch: &AccountSettingsPatch) -> Result<AccountSettings> {
    let mut tx = pool.begin().await?;
    // The ledger's writers work out days in the account's time zone. They wait here, before the settings are read, so
    // that none of them writes a day of the old zone after the rebuild. In the order in which they write.
    if patch.time_zone.is_some() {
        sqlx::query!("LOCK TABLE subscriptions, mrr_movements, mrr_daily, transactions IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query!("SELECT FROM account_settings FOR UPDATE").execute(&mut *tx).await?;
    let old = super::find(&mut *tx).await?;
    if old.version != patch.version {
        return Err(DomainError::Conflict {
            field: Some("version".to_owned()),
            message: format!(
                "Somebody changed the settings: you saw version {}, the current version is {}. Reload and try again.",
                patch.version, old.version
            ),
        });
    }
    let new = merge(&mut tx, &old, patch).await?;
    if new == old {
        return Ok(old);
    }
    let new = AccountSettings { version: old.version + 1, ..new };
    sqlx::query!(
        "UPDATE account_settings SET account_name = $1, reporting_currency = $2, time_zone = $3, discounts_forever = $4, \
         discounts_limited = $5, cancellation = $6, version = $7",
        new.account_name,
        new.reporting_currency.code(),
        new.time_zone,
        new.discounts_forever,
        new.discounts_limited,
        new.cancellation.as_str(),
        new.version
    )
    .execute(&mut *tx)
    .await?;
    if new.time_zone != old.time_zone {
        rollup::rebuild(&mut tx).await?;
    }
    let policy = |s: &AccountSettings| (s.discounts_forever, s.discounts_limited, s.cancellation);
    if policy(&new) != policy(&old) {
        queue_everyone(&mut tx).await?;
    }
    let subject = Subject { resource: "settings", id: "account", verb: "updated" };
    audit::record(&mut tx, actor, subject, Some(&old), Some(&new)).await?;
    tx.commit().await?;
    Ok(new)
}

async fn merge(
    connection: &mut PgConnection,
    old: &AccountSettings,
    patch: &AccountSettingsPatch,
) -> Result<AccountSettings> {
    let mut new = old.clone();
    if let Some(name) = &patch.account_name {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(DomainError::invalid("account_name", "out_of_range", "Use 1 to 80 characters."));
        }
        new.account_name = name.to_owned();
    }
    if let Some(zone) = &patch.time_zone {
        if !is_time_zone(connection, zone).await? {
            let message = "This is not the name of a time zone, such as Europe/Berlin.";
            return Err(DomainError::invalid("time_zone", "unknown_value", message));
        }
        new.time_zone.clone_from(zone);
    }
    new.reporting_currency = patch.reporting_currency.unwrap_or(old.reporting_currency);
    new.discounts_forever = patch.discounts_forever.unwrap_or(old.discounts_forever);
    new.discounts_limited = patch.discounts_limited.unwrap_or(old.discounts_limited);
    new.cancellation = patch.cancellation.unwrap_or(old.cancellation);
    Ok(new)
}

/// All names of time zones, read once: they are those of the server's files.
pub(crate) async fn time_zones(connection: &mut PgConnection) -> Result<&'static HashSet<String>> {
    static ZONES: OnceCell<HashSet<String>> = OnceCell::const_new();
    let read = async || {
        let names = sqlx::query_scalar!(
            r#"SELECT name AS "name!" FROM pg_timezone_names WHERE name !~ '^(posix/|right/|localtime$|posixrules$|Factory$)'"#
        )
        .fetch_all(connection)
        .await?;
        Ok(names.into_iter().collect())
    };
    ZONES.get_or_try_init(read).await
}

/// PostgreSQL itself must know the zone: it computes the days.
pub(crate) async fn is_time_zone(connection: &mut PgConnection, zone: &str) -> Result<bool> {
    if zone.contains('\0') {
        return Ok(false);
    }
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM pg_timezone_names
                          WHERE name = $1 AND name !~ '^(posix/|right/|localtime$|posixrules$|Factory$)') AS "known!""#,
        zone
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}

async fn queue_everyone(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT id, $1 FROM customers WHERE stripe_customer_id IS NOT NULL ON CONFLICT DO NOTHING",
        REASON
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("SELECT pg_notify($1, '')", crate::billing::inbox::CHANNEL).execute(connection).await?;
    Ok(())
}
