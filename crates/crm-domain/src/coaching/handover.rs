//! All clients of a coach get another one, in one step.

use super::change::change_coaches;
use super::edit::hold_clients;
use crate::audit::Actor;
use crate::customers::references::require_customer;
use crate::db::{DomainError, Result};
use crate::realtime;
use crm_types::coaching::HandedOver;
use crm_types::ids::CustomerId;
use crm_types::realtime::RealtimeEvent;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Ends every coaching that the coach gives now and begins it anew with the other one, at one instant. Whom the other one is
/// keeps their coach: nobody coaches themselves.
///
/// # Errors
/// [`DomainError::Invalid`] for a coach who is not there or is the same; [`DomainError::Conflict`] when one of the clients
/// coaches the other coach.
pub async fn hand_over(pool: &PgPool, actor: &Actor, from: CustomerId, to: CustomerId) -> Result<HandedOver> {
    if from == to {
        return Err(DomainError::invalid(
            "to_coach_id",
            "invalid",
            "They have this coach already. Choose another one.",
        ));
    }
    let mut tx = pool.begin().await?;
    hold_clients(&mut tx, &[from.0, to.0]).await?;
    let known = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM customers WHERE id = $1) AS "known!""#, from.0);
    if !known.fetch_one(&mut *tx).await? {
        return Err(DomainError::not_found("coach", from));
    }
    require_customer(&mut tx, "to_coach_id", to).await?;
    let clients = clients(&mut tx, from, to).await?;
    refuse_circle(&mut tx, &clients, to).await?;
    let changes: Vec<(Uuid, Option<Uuid>)> = clients.iter().map(|client| (*client, Some(to.0))).collect();
    change_coaches(&mut tx, actor, &changes).await?;
    sqlx::query!("UPDATE customers SET version = version + 1, updated_at = now() WHERE id = ANY ($1)", &clients)
        .execute(&mut *tx)
        .await?;
    for id in [from, to] {
        realtime::publish(&mut tx, &RealtimeEvent::CustomerUpdated { id }).await?;
    }
    tx.commit().await?;
    Ok(HandedOver { clients: i64::try_from(clients.len()).unwrap_or(i64::MAX) })
}

async fn clients(tx: &mut PgConnection, from: CustomerId, to: CustomerId) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT client_id FROM coaching_relationships WHERE coach_id = $1 AND status <> 'ended' AND client_id <> $2 ORDER BY client_id",
        from.0,
        to.0,
    )
    .fetch_all(tx)
    .await?)
}

/// The database would refuse it as well, without saying who.
async fn refuse_circle(tx: &mut PgConnection, clients: &[Uuid], to: CustomerId) -> Result<()> {
    let coaches_them = sqlx::query_scalar!(
        r#"SELECT customer_called(k) AS "name!" FROM coaching_relationships r JOIN customers k ON k.id = r.coach_id
           WHERE r.client_id = $1 AND r.status <> 'ended' AND r.coach_id = ANY ($2)"#,
        to.0,
        clients,
    )
    .fetch_optional(tx)
    .await?;
    let Some(name) = coaches_them else { return Ok(()) };
    let message = format!("{name} coaches the one who would coach them. End that first, or choose another coach.");
    Err(DomainError::Conflict { field: Some("to_coach_id".into()), message })
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
