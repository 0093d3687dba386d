//! Some thousand customers at a time.

use super::decide::{Changed, Person, decide, opposite};
use super::{Chosen, Params};
use crate::audit::{self, Change};
use crate::coaching;
use crate::customers::edit::remember_tags;
use crate::customers::filter::push_source;
use crate::db::Result;
use crate::jobs::{Batch, Work};
use crate::row::parse;
use chrono::{DateTime, Utc};
use crm_types::customers_bulk::BulkAction;
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::jobs::SkipReason;
use serde_json::{Value, json};
use sqlx::{PgConnection, QueryBuilder};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Customers of a batch: a fraction of a second, so that nobody waits long for a row, or for the job to stop.
const SIZE: i64 = 2_000;

/// One batch. The first one chooses whom it is about.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work) -> Result<Batch> {
    let params: Params = work.params()?;
    let Some(after) = work.position::<Uuid>()? else {
        let total = choose(tx, work, &params).await?;
        return Ok(Batch { total: Some(total), over: total == 0, ..Batch::at(&Uuid::nil())? });
    };
    let ids = next(tx, work, after).await?;
    let Some(last) = ids.last() else { return Ok(Batch { over: true, ..Batch::at(&after)? }) };
    let mut batch = Batch::at(last)?;
    batch.over = i64::try_from(ids.len()).is_ok_and(|n| n < SIZE);
    change(tx, work, &params, &ids, &mut batch).await?;
    Ok(batch)
}

/// Writes down whom the job is about; gives how many they are.
async fn choose(tx: &mut PgConnection, work: &Work, params: &Params) -> Result<i64> {
    let mut query = QueryBuilder::new("INSERT INTO job_rows (job_id, customer_id) SELECT ");
    query.push_bind(work.id.0);
    match &params.chosen {
        Chosen::Ids(ids) => {
            let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
            query.push(", id FROM unnest(").push_bind(ids).push("::uuid[]) AS c (id) ON CONFLICT DO NOTHING");
        }
        Chosen::Matching(filter) => {
            query.push(", c.id");
            push_source(&mut query, &filter.forgiving(tx).await?, true);
        }
        Chosen::ChangedBy(job) => {
            query.push(", customer_id FROM job_rows WHERE changed IS NOT NULL AND job_id = ").push_bind(job.0);
        }
    }
    let chosen = query.build().persistent(false).execute(&mut *tx).await?.rows_affected();
    if let BulkAction::AddTags(tags) = &params.action {
        remember_tags(tx, Some(tags)).await?;
    }
    Ok(i64::try_from(chosen).unwrap_or(i64::MAX))
}

async fn next(tx: &mut PgConnection, work: &Work, after: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT customer_id FROM job_rows WHERE job_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3",
        work.id.0,
        after,
        SIZE
    )
    .fetch_all(tx)
    .await?)
}

/// A customer, kept as they are until the transaction ends.
struct Locked {
    id: Uuid,
    email: Option<String>,
    person: Person,
    /// With an undo: what is taken back.
    undone: Option<Changed>,
}

async fn change(tx: &mut PgConnection, work: &Work, params: &Params, ids: &[Uuid], batch: &mut Batch) -> Result<()> {
    let at = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut *tx).await?;
    let people = lock(tx, params, ids).await?;
    for _ in people.len()..ids.len() {
        batch.skip(SkipReason::NotFound);
    }
    // Of two with one e-mail, only the first comes back.
    let mut back: HashSet<String> = HashSet::new();
    let mut changes: Vec<(Uuid, Person, Person, Changed)> = Vec::with_capacity(people.len());
    for Locked { id, email, mut person, undone } in people {
        person.email_taken |= email.as_ref().is_some_and(|email| back.contains(email));
        let action = undone.as_ref().map_or_else(|| Ok(params.action.clone()), |undone| opposite(undone, &person));
        match action.and_then(|action| decide(&action, &person, at)) {
            Ok((then, changed)) => {
                back.extend(email.filter(|_| changed == Changed::Restored));
                changes.push((id, person, then, changed));
            }
            Err(reason) => batch.skip(reason),
        }
    }
    let archived: Vec<Uuid> =
        changes.iter().filter(|(.., changed)| *changed == Changed::Archived).map(|(id, ..)| *id).collect();
    coaching::end_of_archived(tx, &work.actor, &archived).await?;
    let coached = changes.iter().filter_map(|(id, .., changed)| match changed {
        Changed::Coach { to, .. } => Some((*id, to.map(|coach| coach.0))),
        _ => None,
    });
    coaching::change_coaches(tx, &work.actor, &coached.collect::<Vec<_>>()).await?;
    batch.changed = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    store(tx, work, &changes).await?;
    record(tx, work, &changes).await
}

async fn lock(tx: &mut PgConnection, params: &Params, ids: &[Uuid]) -> Result<Vec<Locked>> {
    let undone = match params.chosen {
        Chosen::ChangedBy(job) => Some(job.0),
        Chosen::Ids(_) | Chosen::Matching(_) => None,
    };
    if matches!(params.action, BulkAction::Archive {}) || undone.is_some() {
        coaching::hold_clients(tx, ids).await?;
    }
    let coach = match &params.action {
        BulkAction::SetCoach(coach) => coach.map(|coach| coach.0).filter(|_| undone.is_none()),
        _ => None,
    };
    // In the order of ids: two jobs never wait for each other crosswise. With an undo, each has a coach of their own to get back.
    let rows = sqlx::query!(
        r#"SELECT c.id, c.email::text AS email, c.tags, c.owner_id, c.organization_id, c.coach_id, c.priority, c.archived_at,
                  ($2 AND EXISTS (SELECT FROM subscriptions s WHERE s.customer_id = c.id AND s.status <> 'cancelled')) AS "runs!",
                  ($2 AND EXISTS (SELECT FROM customers o WHERE o.email = c.email AND o.archived_at IS NULL AND o.id <> c.id)) AS "taken!",
                  (k.id = c.id OR k.coach_id = c.id) IS TRUE AS "coaches_them!", k.archived_at IS NOT NULL AS "coach_archived!",
                  u.changed
           FROM customers c
           LEFT JOIN job_rows u ON u.job_id = $3 AND u.customer_id = c.id
           LEFT JOIN customers k ON k.id = coalesce($4, (u.changed->'coach'->>'from')::uuid)
           WHERE c.id = ANY ($1) ORDER BY c.id FOR NO KEY UPDATE OF c"#,
        ids,
        matches!(params.action, BulkAction::Archive {} | BulkAction::Restore {}),
        undone,
        coach,
    )
    .fetch_all(tx)
    .await?;
    let locked = rows.into_iter().map(|row| {
        let person = Person {
            tags: row.tags,
            owner: row.owner_id.map(UserId),
            organization: row.organization_id.map(OrganizationId),
            coach: row.coach_id.map(CustomerId),
            priority: parse("priority", &row.priority)?,
            archived_at: row.archived_at,
            runs: row.runs,
            email_taken: row.taken,
            coaches_them: row.coaches_them,
            coach_archived: row.coach_archived,
        };
        let undone = row.changed.map(serde_json::from_value).transpose();
        let undone = undone.map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Locked { id: row.id, email: row.email, person, undone })
    });
    locked.collect()
}

/// Writes the customers, and what became different of each.
async fn store(tx: &mut PgConnection, work: &Work, changes: &[(Uuid, Person, Person, Changed)]) -> Result<()> {
    let n = changes.len();
    let (mut ids, mut tags, mut owners) = (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut organizations, mut priorities) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut archived, mut kept) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for (id, _, then, changed) in changes {
        ids.push(*id);
        // No tag has a comma.
        tags.push(then.tags.join(","));
        owners.push(then.owner.map(|owner| owner.0));
        organizations.push(then.organization.map(|organization| organization.0));
        priorities.push(then.priority.as_str());
        archived.push(then.archived_at);
        kept.push(serde_json::to_value(changed).map_err(|error| sqlx::Error::Encode(error.into()))?);
    }
    sqlx::query!(
        "UPDATE customers c SET tags = coalesce(string_to_array(nullif(n.tags, ''), ','), '{}'),
             owner_id = (SELECT u.id FROM users u WHERE u.id = n.owner), organization_id = n.organization, priority = n.priority,
             archived_at = n.archived, version = c.version + 1, updated_at = now()
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])
              AS n (id, tags, owner, organization, priority, archived)
         WHERE c.id = n.id",
        &ids,
        &tags,
        &owners as &[Option<Uuid>],
        &organizations as &[Option<Uuid>],
        &priorities as &[&str],
        &archived as &[Option<DateTime<Utc>>],
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE job_rows r SET changed = n.changed FROM unnest($2::uuid[], $3::jsonb[]) AS n (id, changed)
         WHERE r.job_id = $1 AND r.customer_id = n.id",
        work.id.0,
        &ids,
        &kept,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes the audit rows: one for each customer, as if each had been changed by hand.
async fn record(tx: &mut PgConnection, work: &Work, changes: &[(Uuid, Person, Person, Changed)]) -> Result<()> {
    let names = names(tx, changes).await?;
    let named = |id: Option<Uuid>| id.map_or(Value::Null, |id| json!({"id": id, "name": names.get(&id)}));
    let owner = |owner: Option<UserId>| json!({"owner": named(owner.map(|owner| owner.0))});
    let organization = |of: Option<OrganizationId>| json!({"organization": named(of.map(|of| of.0))});
    let coach = |of: Option<CustomerId>| json!({"coach": named(of.map(|of| of.0))});
    let mut verbs: BTreeMap<&'static str, Vec<Change>> = BTreeMap::new();
    for (id, before, after, changed) in changes {
        let (verb, before, after) = match changed {
            Changed::TagsAdded(_) | Changed::TagsRemoved(_) => {
                ("updated", json!({"tags": before.tags}), json!({"tags": after.tags}))
            }
            Changed::Owner { from, to } => ("updated", owner(*from), owner(*to)),
            Changed::Organization { from, to } => ("updated", organization(*from), organization(*to)),
            Changed::Coach { from, to } => ("updated", coach(*from), coach(*to)),
            Changed::Priority { from, to } => ("updated", json!({"priority": from}), json!({"priority": to})),
            Changed::Archived | Changed::Restored => (
                if after.archived_at.is_some() { "archived" } else { "restored" },
                json!({"archived_at": before.archived_at}),
                json!({"archived_at": after.archived_at}),
            ),
        };
        verbs.entry(verb).or_default().push(Change { id: *id, before, after });
    }
    for (verb, changes) in verbs {
        audit::record_many(tx, &work.actor, "customer", verb, &changes).await?;
    }
    Ok(())
}

/// What the owners, organizations and coaches of a change are called.
async fn names(tx: &mut PgConnection, changes: &[(Uuid, Person, Person, Changed)]) -> Result<HashMap<Uuid, String>> {
    let mut ids = HashSet::new();
    for (.., changed) in changes {
        match changed {
            Changed::Owner { from, to } => ids.extend([from, to].into_iter().flatten().map(|owner| owner.0)),
            Changed::Organization { from, to } => ids.extend([from, to].into_iter().flatten().map(|of| of.0)),
            Changed::Coach { from, to } => ids.extend([from, to].into_iter().flatten().map(|of| of.0)),
            _ => {}
        }
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", name AS "name!" FROM users WHERE id = ANY ($1)
           UNION ALL SELECT id, name FROM organizations WHERE id = ANY ($1)
           UNION ALL SELECT c.id, customer_called(c) FROM customers c WHERE c.id = ANY ($1)"#,
        &ids
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
