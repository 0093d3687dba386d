//! What payments cost, as far as it is declared: Stripe's events name a charge's balance transaction and do not hold it, so
//! that the fee is known only where somebody expanded it. For all others the declared fee of the currency stands.

use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::exact::{Exact, round_half_away};
use crate::row::parse;
use chrono::{DateTime, Datelike, Utc};
use crm_types::revenue::{NewPaymentFee, PaymentFee};
use crm_types::{Currency, Money};
use sqlx::{PgConnection, PgPool};

const RESOURCE: &str = "payment_fee";
const WHOLE: i32 = 10_000;

/// Declared fees, oldest first within each currency.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fees(Vec<PaymentFee>);

impl Fees {
    /// What a payment costs by them: nothing where none is declared, never more than it is.
    pub(crate) fn of(&self, currency: Currency, amount: i64, at: DateTime<Utc>) -> i64 {
        let holds = |fee: &&PaymentFee| fee.fixed.currency == currency && fee.starts_at <= at;
        let Some(fee) = self.0.iter().rev().find(holds) else { return 0 };
        let of_amount = Exact::new(i128::from(amount) * i128::from(fee.rate_bp), i128::from(WHOLE));
        let cost = round_half_away(of_amount).unwrap_or(i64::MAX).saturating_add(fee.fixed.minor);
        cost.clamp(0, amount.max(0))
    }
}

/// All that is declared.
pub(crate) async fn declared(db: &mut PgConnection) -> Result<Fees> {
    let rows =
        sqlx::query!("SELECT currency, starts_at, rate_bp, fixed_minor FROM payment_fees ORDER BY currency, starts_at")
            .fetch_all(db)
            .await?;
    let mut fees = Vec::with_capacity(rows.len());
    for row in rows {
        let fixed = Money::new(row.fixed_minor, parse("currency", &row.currency)?);
        fees.push(PaymentFee { rate_bp: row.rate_bp, fixed, starts_at: row.starts_at });
    }
    Ok(Fees(fees))
}

/// The declared fees, oldest first within each currency.
///
/// # Errors
/// When the database fails.
pub async fn list(pool: &PgPool) -> Result<Vec<PaymentFee>> {
    Ok(declared(&mut *pool.acquire().await?).await?.0)
}

/// Declares what payments in a currency cost since then, until the next that is declared. What is declared for that very instant
/// already is replaced. Payments since are shared anew where a rule is of what is left after fees.
///
/// # Errors
/// [`DomainError::Invalid`] for a fee that cannot be.
pub async fn declare(pool: &PgPool, actor: &Actor, currency: Currency, new: &NewPaymentFee) -> Result<PaymentFee> {
    let refuse = |field, message: &str| Err(DomainError::invalid(field, "out_of_range", message));
    if !(0..=WHOLE).contains(&new.rate_bp) {
        return refuse("rate_bp", "Use 0 to 10000 basis points: 290 is 2.9 %.");
    }
    if !(0..=1_000_000_000).contains(&new.fixed_minor) {
        return refuse("fixed_minor", "Use 0 to 1000000000 minor units.");
    }
    if new.starts_at.is_some_and(|at| !(1970..=9999).contains(&at.year())) {
        return refuse("starts_at", "Use a time between 1970 and 9999.");
    }
    let starts_at = new.starts_at.unwrap_or_else(Utc::now);
    let fee = PaymentFee { rate_bp: new.rate_bp, fixed: Money::new(new.fixed_minor, currency), starts_at };
    let mut tx = pool.begin().await?;
    let code = currency.code();
    let before = sqlx::query!(
        "SELECT rate_bp, fixed_minor FROM payment_fees WHERE currency = $1 AND starts_at = $2 FOR UPDATE",
        code,
        starts_at,
    )
    .fetch_optional(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO payment_fees (currency, starts_at, rate_bp, fixed_minor) VALUES ($1, $2, $3, $4)
         ON CONFLICT (currency, starts_at) DO UPDATE SET rate_bp = excluded.rate_bp, fixed_minor = excluded.fixed_minor",
        code,
        starts_at,
        fee.rate_bp,
        fee.fixed.minor,
    )
    .execute(&mut *tx)
    .await?;
    let before =
        before.map(|row| PaymentFee { rate_bp: row.rate_bp, fixed: Money::new(row.fixed_minor, currency), starts_at });
    let subject = Subject { resource: RESOURCE, id: code, verb: "declared" };
    audit::record(&mut tx, actor, subject, before.as_ref(), Some(&fee)).await?;
    sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT DISTINCT client_id, 'payment_fee' FROM coaching_relationships
         WHERE $1 <= now() AND during && tstzrange($1, NULL) AND EXISTS (SELECT FROM share_rules WHERE base = 'net_of_fees')
         ON CONFLICT DO NOTHING",
        starts_at,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(fee)
}

#[cfg(test)]
#[path = "fees_tests.rs"]
mod tests;
