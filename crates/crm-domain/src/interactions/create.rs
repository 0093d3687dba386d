//! Writing down an interaction.

use crate::audit::{self, Actor, Subject};
use crate::customers::list::require;
use crate::db::{DomainError, Result};
use crate::realtime;
use chrono::{DateTime, Datelike, SubsecRound, Utc};
use crm_types::ids::{CustomerId, InteractionId};
use crm_types::interactions::{Interaction, NewInteraction};
use crm_types::realtime::RealtimeEvent;
use sqlx::PgPool;
use uuid::Uuid;

const LONGEST: usize = 10_000;

/// Writes down an interaction.
///
/// # Errors
/// [`DomainError::Invalid`] for a time that cannot be or a text that is too long; [`DomainError::NotFound`] for an unknown
/// customer.
pub async fn create(pool: &PgPool, actor: &Actor, customer: CustomerId, new: &NewInteraction) -> Result<Interaction> {
    // To the microsecond, as the database keeps it: the reply is what is read later.
    let now = Utc::now().trunc_subsecs(6);
    let occurred_at = parse_times(new, now)?;
    let summary = parse_summary(new.summary.as_deref())?;
    require(pool, customer).await?;
    let interaction = Interaction {
        id: InteractionId(Uuid::now_v7()),
        kind: new.kind,
        channel: new.channel.unwrap_or(new.kind.usual_channel()),
        direction: new.direction,
        summary,
        outcome: new.outcome,
        sentiment: new.sentiment,
        follow_up_at: new.follow_up_at.map(|at| at.trunc_subsecs(6)),
        author: actor.name.clone(),
        occurred_at,
        created_at: now,
    };
    let i = &interaction;
    let mut tx = pool.begin().await?;
    sqlx::query!("SELECT interactions_month($1)", occurred_at).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO interactions (id, customer_id, kind, channel, direction, summary, outcome, sentiment, follow_up_at, author_id, author_name,
             occurred_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT id FROM users WHERE id = $10), $11, $12, $13)",
        i.id.0,
        customer.0,
        i.kind.as_str(),
        i.channel.as_str(),
        i.direction.as_str(),
        i.summary,
        i.outcome.map(|outcome| outcome.as_str()),
        i.sentiment.map(|sentiment| sentiment.as_str()),
        i.follow_up_at,
        actor.id,
        i.author,
        i.occurred_at,
        i.created_at,
    )
    .execute(&mut *tx)
    .await?;
    let id = i.id.to_string();
    audit::record(&mut tx, actor, Subject { resource: "interaction", id: &id, verb: "created" }, None, Some(i)).await?;
    realtime::publish(&mut tx, &RealtimeEvent::CustomerUpdated { id: customer }).await?;
    tx.commit().await?;
    Ok(interaction)
}

/// When it was.
fn parse_times(new: &NewInteraction, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let at = new.occurred_at.unwrap_or(now).trunc_subsecs(6);
    if at.year() < 1970 || at > now {
        let message = "Use a time between 1970-01-01 and now.";
        return Err(DomainError::invalid("occurred_at", "out_of_range", message));
    }
    if new.follow_up_at.is_some_and(|follow_up| follow_up.trunc_subsecs(6) <= at || follow_up.year() > 9999) {
        let message = "Come back to it after it was.";
        return Err(DomainError::invalid("follow_up_at", "out_of_range", message));
    }
    Ok(at)
}

fn parse_summary(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.contains('\0') || text.chars().count() > LONGEST {
        let message = format!("Write at most {LONGEST} characters.");
        return Err(DomainError::invalid("summary", "invalid", message));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
#[path = "create_tests.rs"]
mod tests;
