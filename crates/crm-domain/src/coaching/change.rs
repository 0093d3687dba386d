//! Another coach for many clients at once: what runs ends, and the next begins in the same instant.

use super::edit::{REMOVED, REPLACED, RESOURCE};
use super::list::{COLUMNS, read};
use crate::audit::{self, Actor, Change};
use crate::db::Result;
use crm_types::coaching::{CoachingRelationship, CoachingStatus};
use serde_json::{Value, json};
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

/// Gives each client the coach beside them, or none. The caller has locked the clients in the order of their ids, has checked
/// the coaches, and counts the clients' versions.
pub(crate) async fn change_coaches(
    tx: &mut PgConnection,
    actor: &Actor,
    changes: &[(Uuid, Option<Uuid>)],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let clients: Vec<Uuid> = changes.iter().map(|(client, _)| *client).collect();
    let coaches: Vec<Option<Uuid>> = changes.iter().map(|(_, coach)| *coach).collect();
    let at = sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "at!""#).fetch_one(&mut *tx).await?;
    let ended = sqlx::query!(
        r#"UPDATE coaching_relationships r SET status = 'ended', updated_at = now(),
               end_reason = CASE WHEN old.coach IS NULL THEN $4 ELSE $5 END,
               during = tstzrange(lower(r.during), greatest($3, lower(r.during) + interval '1 microsecond'))
           FROM (SELECT o.id, o.status, n.coach
                 FROM unnest($1::uuid[], $2::uuid[]) AS n (client, coach)
                 JOIN coaching_relationships o ON o.client_id = n.client AND o.status <> 'ended' FOR UPDATE OF o) old
           WHERE r.id = old.id
           RETURNING r.id, old.status AS before, upper(r.during) AS ended_at, r.end_reason"#,
        &clients,
        &coaches as &[Option<Uuid>],
        at,
        REMOVED,
        REPLACED,
    )
    .fetch_all(&mut *tx)
    .await?;
    let ended: Vec<Change> = ended
        .into_iter()
        .map(|row| Change {
            id: row.id,
            before: json!({"status": row.before, "ended_at": null, "end_reason": null}),
            after: json!({"status": CoachingStatus::Ended, "ended_at": row.ended_at, "end_reason": row.end_reason}),
        })
        .collect();
    audit::record_many(tx, actor, RESOURCE, "ended", &ended).await?;
    let begun = sqlx::query_scalar!(
        "INSERT INTO coaching_relationships (id, coach_id, client_id, organization_id, during)
         SELECT n.id, n.coach, n.client, c.organization_id,
                tstzrange(greatest($4, (SELECT max(upper(r.during)) FROM coaching_relationships r WHERE r.client_id = n.client)), NULL)
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n (id, client, coach) JOIN customers c ON c.id = n.client
         WHERE n.coach IS NOT NULL
         RETURNING id",
        &changes.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>(),
        &clients,
        &coaches as &[Option<Uuid>],
        at,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM coaching_relationships page WHERE page.id = ANY (").push_bind(begun).push(")");
    let begun = query.build().fetch_all(&mut *tx).await?;
    let created = begun.iter().map(|row| {
        let begun: CoachingRelationship = read(row)?;
        let after = serde_json::to_value(&begun).map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(Change { id: begun.id.0, before: Value::Null, after })
    });
    audit::record_many(tx, actor, RESOURCE, "created", &created.collect::<sqlx::Result<Vec<_>>>()?).await
}
