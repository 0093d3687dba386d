//! The statements of a closed month, approved or paid together.

use super::closing::RESOURCE;
use super::statements::parse_reference;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::row::parse;
use chrono::{Datelike, NaiveDate};
use crm_types::Money;
use crm_types::revenue::{MonthSettling, StatementStatus};
use sqlx::PgPool;

/// Approves every statement of the month with something to pay that is not approved yet. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when the month is open.
pub async fn approve(pool: &PgPool, actor: &Actor, day: NaiveDate) -> Result<MonthSettling> {
    settle(pool, actor, day, StatementStatus::Approved, None).await
}

/// Marks every approved statement of the month as paid. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when the month is open; [`DomainError::Invalid`] for a reference that is too long.
pub async fn pay(pool: &PgPool, actor: &Actor, day: NaiveDate, reference: Option<&str>) -> Result<MonthSettling> {
    let reference = parse_reference(reference)?;
    settle(pool, actor, day, StatementStatus::Paid, reference).await
}

async fn settle(
    pool: &PgPool,
    actor: &Actor,
    day: NaiveDate,
    to: StatementStatus,
    reference: Option<String>,
) -> Result<MonthSettling> {
    let month = day.with_day(1).unwrap_or(day);
    let mut tx = pool.begin().await?;
    let closed =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM revenue_closings WHERE month = $1) AS "closed!""#, month)
            .fetch_one(&mut *tx)
            .await?;
    if !closed {
        let message = format!("{} is not closed yet.", month.format("%B %Y"));
        return Err(DomainError::Conflict { field: Some("month".into()), message });
    }
    let rows = sqlx::query!(
        r#"WITH moved AS (
               UPDATE payout_statements SET status = $2, payment_reference = $3,
                   paid_at = CASE WHEN $2 = 'paid' THEN now() END, approved_at = CASE WHEN $2 = 'paid' THEN approved_at ELSE now() END
               WHERE month = $1 AND payable_minor > 0 AND status = CASE WHEN $2 = 'paid' THEN 'approved' ELSE 'closed' END
               RETURNING currency, payable_minor)
           SELECT currency AS "currency!", count(*) AS "n!", sum(payable_minor)::bigint AS "minor!" FROM moved
           GROUP BY currency ORDER BY currency"#,
        month,
        to.as_str(),
        reference,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut settling = MonthSettling { month, statements: 0, amounts: Vec::with_capacity(rows.len()) };
    for row in rows {
        settling.statements += row.n;
        settling.amounts.push(Money::new(row.minor, parse("currency", &row.currency)?));
    }
    if settling.statements > 0 {
        let subject = Subject { resource: RESOURCE, id: &month.to_string(), verb: to.as_str() };
        audit::record(&mut tx, actor, subject, None, Some(&settling)).await?;
    }
    tx.commit().await?;
    Ok(settling)
}
