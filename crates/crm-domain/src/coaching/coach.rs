//! One coach: who it is, and what their clients pay.

use super::coaches::{COLUMNS, read};
use crate::db::{DomainError, Result};
use crate::row::RowExt;
use crm_types::coaching::CoachDetails;
use crm_types::ids::CustomerId;
use sqlx::{PgPool, QueryBuilder, Row};

/// Somebody who coaches, did, or pays for the coaching software.
///
/// # Errors
/// [`DomainError::NotFound`] for who never did.
pub async fn find(pool: &PgPool, id: CustomerId) -> Result<CoachDetails> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(
        ", page.lifecycle_state, page.mrr_minor, page.currency, page.archived_at
         FROM (SELECT c.*, customer_called(c) AS called FROM customers c) AS page
         WHERE (page.coaches OR page.customer_type = 'rev2_coach'
                OR EXISTS (SELECT FROM coaching_relationships r WHERE r.coach_id = page.id)) AND page.id = ",
    );
    let row = query.push_bind(id.0).build().fetch_optional(pool).await?;
    let row = row.ok_or_else(|| DomainError::not_found("coach", id))?;
    let clients = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE r.status = 'paused') AS "paused!", count(*) FILTER (WHERE c.mrr_minor > 0) AS "paying!"
           FROM coaching_relationships r JOIN customers c ON c.id = r.client_id WHERE r.coach_id = $1 AND r.status <> 'ended'"#,
        id.0,
    )
    .fetch_one(pool)
    .await?;
    Ok(CoachDetails {
        coach: read(&row)?,
        lifecycle_state: row.word("lifecycle_state")?,
        own_mrr: row.optional_money("mrr_minor", "currency")?,
        paused_clients: clients.paused,
        paying_clients: clients.paying,
        archived_at: row.try_get("archived_at")?,
    })
}
