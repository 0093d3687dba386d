//! Closing a month: what it comes to for each coach and organisation is stated, and nothing more counts to it.

use crate::audit::{self, Actor, Subject};
use crate::billing::apply::take_turn;
use crate::db::{DomainError, Result};
use chrono::{Datelike, Months, NaiveDate};
use crm_types::revenue::MonthClosing;
use sqlx::{PgConnection, PgPool};

pub(super) const RESOURCE: &str = "revenue_month";

/// Which months are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One, the first that is open.
    One,
    /// Those before it that are open as well, one after the other.
    AllBefore,
}

/// Closes the month of that day. Months are closed in order; what comes later for one that is closed counts to the first that
/// is not.
///
/// # Errors
/// [`DomainError::Conflict`] when it is closed already, not over yet, an earlier one with shares is still open, or customers wait
/// to be computed again.
pub async fn close(pool: &PgPool, actor: &Actor, day: NaiveDate, reach: Reach) -> Result<MonthClosing> {
    let month = day.with_day(1).unwrap_or(day);
    let mut tx = pool.begin().await?;
    // Nothing is shared meanwhile.
    take_turn(&mut tx).await?;
    let mut closed = MonthClosing { month, months: 0, statements: 0, payable: 0 };
    for month in months_to_close(&mut tx, month, reach).await? {
        let one = close_next(&mut tx, actor, month).await?;
        closed.months += one.months;
        closed.statements += one.statements;
        closed.payable += one.payable;
    }
    tx.commit().await?;
    Ok(closed)
}

async fn close_next(tx: &mut PgConnection, actor: &Actor, month: NaiveDate) -> Result<MonthClosing> {
    // It may have no shares of its own.
    sqlx::query!("SELECT carry_to($1)", month).execute(&mut *tx).await?;
    let stated = sqlx::query!(
        r#"WITH closing AS (
               INSERT INTO revenue_closings (month) VALUES ($1) RETURNING month
           ), stated AS (
               INSERT INTO payout_statements (id, month, party, party_id, currency, carried_minor, earned_minor, refunded_minor,
                                              minimum_minor, payable_minor, forward_minor)
               SELECT m.statement_id, c.month, m.party, m.party_id, m.currency, m.carried_minor, m.earned_minor, m.refunded_minor,
                      m.minimum_minor, m.payable_minor, m.carried_minor + m.earned_minor + m.refunded_minor - m.payable_minor
               FROM revenue_monthly_parties m JOIN closing c USING (month)
               RETURNING payable_minor
           )
           SELECT count(*) AS "statements!", count(*) FILTER (WHERE payable_minor > 0) AS "payable!" FROM stated"#,
        month,
    )
    .fetch_one(&mut *tx)
    .await?;
    // What is kept of it from now on are its statements.
    sqlx::query!("UPDATE revenue_monthly_parties SET minimum_minor = 0 WHERE month = $1 AND minimum_minor <> 0", month)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("SELECT carry_to(first_open_month())").execute(&mut *tx).await?;
    let closing = MonthClosing { month, months: 1, statements: stated.statements, payable: stated.payable };
    let id = month.to_string();
    audit::record(tx, actor, Subject { resource: RESOURCE, id: &id, verb: "closed" }, None, Some(&closing)).await?;
    Ok(closing)
}

/// In order; refused when they cannot be closed.
async fn months_to_close(tx: &mut PgConnection, month: NaiveDate, reach: Reach) -> Result<Vec<NaiveDate>> {
    let state = sqlx::query!(
        r#"SELECT (SELECT max(month) FROM revenue_closings) AS last, account_day(now()) AS "today!",
                  EXISTS (SELECT FROM recompute_queue) AS "computing!",
                  ARRAY(SELECT DISTINCT m.month FROM revenue_monthly m
                        WHERE m.month < $1 AND m.month > last_closed_month() ORDER BY 1) AS "earlier!""#,
        month,
    )
    .fetch_one(tx)
    .await?;
    let conflict = |message: String| Err(DomainError::Conflict { field: Some("month".into()), message });
    if state.last.is_some_and(|last| last >= month) {
        return conflict(format!("{} is closed already.", month.format("%B %Y")));
    }
    if month.checked_add_months(Months::new(1)).is_none_or(|next| next > state.today) {
        return conflict(format!("{} is not over yet.", month.format("%B %Y")));
    }
    // Their shares would come too late for the month.
    if state.computing {
        return conflict("Customers are being computed again. Try again in a moment.".to_owned());
    }
    match state.earlier.first() {
        Some(earlier) if reach == Reach::One => {
            conflict(format!("Close {} first: months are closed in order.", earlier.format("%B %Y")))
        }
        _ => Ok([state.earlier, vec![month]].concat()),
    }
}

#[cfg(test)]
#[path = "closing_tests.rs"]
mod tests;
