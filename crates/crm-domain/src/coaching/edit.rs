//! What staff do with a coaching relationship: begin, pause, resume, end. A client's row is locked first, always.

use super::list::{COLUMNS, read};
use crate::audit::{self, Actor, Change, Subject};
use crate::customers::edit::hold;
use crate::customers::fields::parse_line;
use crate::customers::references::{require_customer, require_organization};
use crate::db::{DomainError, Result};
use crate::realtime;
use chrono::{DateTime, Datelike, Utc};
use crm_types::coaching::{CoachingEnd, CoachingRelationship, CoachingStatus, NewCoachingRelationship};
use crm_types::ids::{CoachingRelationshipId, CustomerId, OrganizationId};
use crm_types::realtime::RealtimeEvent;
use serde_json::json;
use sqlx::{PgConnection, PgPool, QueryBuilder};
use uuid::Uuid;

/// Why a relationship ended that was changed on the client's page.
pub(super) const REPLACED: &str = "replaced";
pub(super) const REMOVED: &str = "removed";
/// Why one ended whose coach or client was archived.
const ARCHIVED: &str = "archived";
pub(super) const RESOURCE: &str = "coaching_relationship";
const LONGEST_REASON: usize = 200;

/// Begins a relationship.
///
/// # Errors
/// [`DomainError::Invalid`] for somebody who is not there; the database's `coaching_relationships_one_coach` when the
/// client has a coach at that time.
pub async fn begin(pool: &PgPool, actor: &Actor, new: &NewCoachingRelationship) -> Result<CoachingRelationship> {
    if new.coach_id == new.client_id {
        return Err(DomainError::invalid("coach_id", "invalid", "Nobody coaches themselves."));
    }
    if new.started_at.is_some_and(|at| at.year() < 1970 || at > Utc::now()) {
        let message = "Use a time between 1970-01-01 and now.";
        return Err(DomainError::invalid("started_at", "out_of_range", message));
    }
    let mut tx = pool.begin().await?;
    require_customer(&mut tx, "client_id", new.client_id).await?;
    require_customer(&mut tx, "coach_id", new.coach_id).await?;
    if let Some(organization) = new.organization_id {
        require_organization(&mut tx, "organization_id", organization).await?;
    }
    hold(&mut tx, new.client_id).await?;
    let begun = insert(&mut tx, actor, (new.coach_id, new.client_id), new.organization_id, new.started_at).await?;
    count_version(&mut tx, begun.client.id).await?;
    announce(&mut tx, &begun).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Lets a relationship rest; it is still the one that the client has. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when it is over.
pub async fn pause(pool: &PgPool, actor: &Actor, id: CoachingRelationshipId) -> Result<CoachingRelationship> {
    rest(pool, actor, id, CoachingStatus::Paused, "paused").await
}

/// Goes on with a relationship that rested. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when it is over.
pub async fn resume(pool: &PgPool, actor: &Actor, id: CoachingRelationshipId) -> Result<CoachingRelationship> {
    rest(pool, actor, id, CoachingStatus::Active, "resumed").await
}

/// Ends a relationship, now or as of some time since it began. Once more is no error, and leaves the end as it was.
///
/// # Errors
/// [`DomainError::Invalid`] for a reason that is too long, or an end that is not between the beginning and now.
pub async fn end(
    pool: &PgPool,
    actor: &Actor,
    id: CoachingRelationshipId,
    end: &CoachingEnd,
) -> Result<CoachingRelationship> {
    let reason = parse_line("reason", end.reason.as_deref(), LONGEST_REASON)?;
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.status == CoachingStatus::Ended {
        return Ok(old);
    }
    if end.ended_at.is_some_and(|at| at <= old.started_at || at > Utc::now()) {
        let message = "Use a time after the coaching began and not in the future.";
        return Err(DomainError::invalid("ended_at", "out_of_range", message));
    }
    let ended = finish(&mut tx, actor, &old, reason.as_deref(), end.ended_at).await?;
    count_version(&mut tx, ended.client.id).await?;
    announce(&mut tx, &ended).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends what runs and begins anew with that coach, or with none. The caller has locked the client, has checked the coach,
/// and counts the client's version.
pub(crate) async fn set_coach(
    tx: &mut PgConnection,
    actor: &Actor,
    client: CustomerId,
    coach: Option<CustomerId>,
) -> Result<()> {
    let running = sqlx::query_scalar!(
        "SELECT id FROM coaching_relationships WHERE client_id = $1 AND status <> 'ended'",
        client.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    // Another coach takes over at the instant at which the one before leaves: the client is coached all the time.
    let mut since = None;
    if let Some(running) = running {
        let old = one(tx, CoachingRelationshipId(running)).await?;
        since = finish(tx, actor, &old, Some(if coach.is_some() { REPLACED } else { REMOVED }), None).await?.ended_at;
    }
    if let Some(coach) = coach {
        insert(tx, actor, (coach, client), None, since).await?;
    }
    Ok(())
}

/// Keeps people and those whom they coach as they are until the transaction ends, in the order of ids: two who do so never
/// wait for each other crosswise.
pub(crate) async fn hold_clients(tx: &mut PgConnection, people: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "SELECT id FROM customers WHERE id = ANY ($1) OR coach_id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
        people
    )
    .fetch_all(tx)
    .await?;
    Ok(())
}

/// Ends what runs of people who are archived: whom they coach, and who coaches them. The caller has held them with
/// [`hold_clients`] and counts their version; that of their clients, whose ids these are, is counted here.
pub(crate) async fn end_of_archived(tx: &mut PgConnection, actor: &Actor, people: &[Uuid]) -> Result<Vec<CustomerId>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let ended = sqlx::query!(
        r#"UPDATE coaching_relationships r SET status = 'ended', end_reason = $2, updated_at = now(),
               during = tstzrange(lower(r.during), greatest(clock_timestamp(), lower(r.during) + interval '1 microsecond'))
           FROM (SELECT id, status FROM coaching_relationships
                 WHERE status <> 'ended' AND (client_id = ANY ($1) OR coach_id = ANY ($1)) FOR UPDATE) old
           WHERE r.id = old.id
           RETURNING r.id, r.client_id, old.status AS before, upper(r.during) AS ended_at"#,
        people,
        ARCHIVED
    )
    .fetch_all(&mut *tx)
    .await?;
    let changes: Vec<Change> = ended
        .iter()
        .map(|row| Change {
            id: row.id,
            before: json!({"status": row.before, "ended_at": null, "end_reason": null}),
            after: json!({"status": CoachingStatus::Ended, "ended_at": row.ended_at, "end_reason": ARCHIVED}),
        })
        .collect();
    audit::record_many(tx, actor, RESOURCE, "ended", &changes).await?;
    let left: Vec<Uuid> = ended.iter().map(|row| row.client_id).filter(|client| !people.contains(client)).collect();
    sqlx::query!("UPDATE customers SET version = version + 1, updated_at = now() WHERE id = ANY ($1)", &left)
        .execute(tx)
        .await?;
    Ok(left.into_iter().map(CustomerId).collect())
}

async fn rest(
    pool: &PgPool,
    actor: &Actor,
    id: CoachingRelationshipId,
    status: CoachingStatus,
    verb: &'static str,
) -> Result<CoachingRelationship> {
    let mut tx = pool.begin().await?;
    let old = lock(&mut tx, id).await?;
    if old.status == CoachingStatus::Ended {
        let message = "This coaching relationship is over. Begin a new one.";
        return Err(DomainError::Conflict { field: None, message: message.into() });
    }
    if old.status == status {
        return Ok(old);
    }
    sqlx::query!(
        "UPDATE coaching_relationships SET status = $2, updated_at = now() WHERE id = $1",
        id.0,
        status.as_str()
    )
    .execute(&mut *tx)
    .await?;
    let new = one(&mut tx, id).await?;
    record(&mut tx, actor, verb, Some(&old), &new).await?;
    announce(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(new)
}

/// Writes a relationship that runs from then on, else from now on: never before the end of the one before, should two
/// fall into one instant.
async fn insert(
    tx: &mut PgConnection,
    actor: &Actor,
    (coach, client): (CustomerId, CustomerId),
    organization: Option<OrganizationId>,
    started_at: Option<DateTime<Utc>>,
) -> Result<CoachingRelationship> {
    let id = CoachingRelationshipId(Uuid::now_v7());
    sqlx::query!(
        "INSERT INTO coaching_relationships (id, coach_id, client_id, organization_id, during)
         VALUES ($1, $2, $3, coalesce($4, (SELECT organization_id FROM customers WHERE id = $3)),
                 tstzrange(coalesce($5, greatest(clock_timestamp(), (SELECT max(upper(during)) FROM coaching_relationships
                                                                    WHERE client_id = $3))), NULL))",
        id.0,
        coach.0,
        client.0,
        organization.map(|id| id.0),
        started_at,
    )
    .execute(&mut *tx)
    .await?;
    let begun = one(tx, id).await?;
    record(tx, actor, "created", None, &begun).await?;
    Ok(begun)
}

async fn finish(
    tx: &mut PgConnection,
    actor: &Actor,
    old: &CoachingRelationship,
    reason: Option<&str>,
    at: Option<DateTime<Utc>>,
) -> Result<CoachingRelationship> {
    // What ends in the instant in which it began would never have been.
    sqlx::query!(
        "UPDATE coaching_relationships SET status = 'ended', end_reason = $2, updated_at = now(),
             during = tstzrange(lower(during), greatest(coalesce($3, clock_timestamp()), lower(during) + interval '1 microsecond'))
         WHERE id = $1",
        old.id.0,
        reason,
        at,
    )
    .execute(&mut *tx)
    .await?;
    let ended = one(tx, old.id).await?;
    record(tx, actor, "ended", Some(old), &ended).await?;
    Ok(ended)
}

/// The relationship as it is; it and its client stay so until the transaction ends.
async fn lock(tx: &mut PgConnection, id: CoachingRelationshipId) -> Result<CoachingRelationship> {
    let client = one(tx, id).await?.client.id;
    hold(tx, client).await?;
    one(tx, id).await
}

async fn one(tx: &mut PgConnection, id: CoachingRelationshipId) -> Result<CoachingRelationship> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM coaching_relationships page WHERE page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(tx).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("coaching relationship", id))?)?)
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&CoachingRelationship>,
    after: &CoachingRelationship,
) -> Result<()> {
    let id = after.id.to_string();
    audit::record(tx, actor, Subject { resource: RESOURCE, id: &id, verb }, before, Some(after)).await
}

/// The client has another coach: whoever edits an older version must see that.
async fn count_version(tx: &mut PgConnection, client: CustomerId) -> Result<()> {
    sqlx::query!("UPDATE customers SET version = version + 1, updated_at = now() WHERE id = $1", client.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Tells open pages. Last in the transaction.
async fn announce(tx: &mut PgConnection, changed: &CoachingRelationship) -> Result<()> {
    for id in [changed.client.id, changed.coach.id] {
        realtime::publish(tx, &RealtimeEvent::CustomerUpdated { id }).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
