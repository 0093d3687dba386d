//! The balances below which nothing is paid, a currency each.

use crate::audit::{self, Actor, Subject};
use crate::billing::apply::take_turn;
use crate::db::{DomainError, Result};
use crate::row::parse;
use crm_types::Money;
use sqlx::PgPool;

const RESOURCE: &str = "payout_minimum";

/// The balances below which nothing is paid.
///
/// # Errors
/// When the database fails.
pub async fn list(pool: &PgPool) -> Result<Vec<Money>> {
    let rows =
        sqlx::query!("SELECT currency, minimum_minor FROM payout_minimums ORDER BY currency").fetch_all(pool).await?;
    let read = |currency: &str, minor| Ok(Money::new(minor, parse("currency", currency)?));
    Ok(rows.iter().map(|row| read(&row.currency, row.minimum_minor)).collect::<sqlx::Result<_>>()?)
}

/// Sets the balance of a currency below which nothing is paid; 0 pays whatever is above nothing. Statements of closed months
/// stay as they are.
///
/// # Errors
/// [`DomainError::Invalid`] for less than nothing.
pub async fn set(pool: &PgPool, actor: &Actor, minimum: Money) -> Result<Money> {
    if minimum.minor < 0 {
        return Err(DomainError::invalid("minor", "out_of_range", "Use 0 or more."));
    }
    let mut tx = pool.begin().await?;
    // Nothing is shared meanwhile.
    take_turn(&mut tx).await?;
    let code = minimum.currency.code();
    let before = sqlx::query_scalar!("SELECT minimum_minor FROM payout_minimums WHERE currency = $1 FOR UPDATE", code)
        .fetch_optional(&mut *tx)
        .await?;
    sqlx::query!(
        "INSERT INTO payout_minimums (currency, minimum_minor) VALUES ($1, $2)
         ON CONFLICT (currency) DO UPDATE SET minimum_minor = excluded.minimum_minor",
        code,
        minimum.minor,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE revenue_monthly_parties SET minimum_minor = $2
         WHERE currency = $1 AND month > last_closed_month() AND minimum_minor <> $2",
        code,
        minimum.minor,
    )
    .execute(&mut *tx)
    .await?;
    let before = before.map(|minor| Money::new(minor, minimum.currency));
    let subject = Subject { resource: RESOURCE, id: code, verb: "set" };
    audit::record(&mut tx, actor, subject, before.as_ref(), Some(&minimum)).await?;
    tx.commit().await?;
    Ok(minimum)
}
