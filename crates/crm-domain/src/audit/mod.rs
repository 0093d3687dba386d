//! The audit log: who changed what, written in the transaction of the change.

pub mod list;

use crate::db::Result;
use crm_types::accounts::User;
use crm_types::audit::ActorKind;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

/// Who changes something, and by which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// What kind of somebody.
    pub kind: ActorKind,
    /// The user or API key; `None` for the system.
    pub id: Option<Uuid>,
    /// Their name now.
    pub name: String,
    /// From where.
    pub address: Option<String>,
    /// As in the logs.
    pub request_id: Option<String>,
}

impl Actor {
    /// A member of staff.
    pub fn user(user: &User, address: Option<String>, request_id: Option<String>) -> Self {
        Self { kind: ActorKind::User, id: Some(user.id.0), name: user.name.clone(), address, request_id }
    }

    /// The product itself, or somebody at its command line.
    pub fn system(name: &str) -> Self {
        Self { kind: ActorKind::System, id: None, name: name.to_owned(), address: None, request_id: None }
    }
}

/// What was changed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Kind of thing: `customer`.
    pub resource: &'static str,
    /// Its id.
    pub id: &'a str,
    /// What was done with it: `updated`.
    pub verb: &'static str,
}

/// Writes down a change. `before` and `after` are the thing as people see it, without secrets; of both only the fields that
/// differ are kept. Where nothing differs, nothing is written.
///
/// # Errors
/// When the database fails.
pub async fn record<T: Serialize>(
    tx: &mut PgConnection,
    actor: &Actor,
    subject: Subject<'_>,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<()> {
    let object = |thing: Option<&T>| -> Result<Option<Value>> {
        thing.map(serde_json::to_value).transpose().map_err(|error| sqlx::Error::Encode(error.into()).into())
    };
    let (before, after) = match (object(before)?, object(after)?) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let (before, after) = difference(before, after);
            if before.is_empty() && after.is_empty() {
                return Ok(());
            }
            (Some(Value::Object(before)), Some(Value::Object(after)))
        }
        whole => whole,
    };
    sqlx::query!(
        "INSERT INTO audit_log (actor_kind, actor_id, actor_name, address, request_id, action, resource, resource_id, before, after)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        actor.kind.as_str(),
        actor.id,
        actor.name,
        actor.address,
        actor.request_id,
        format!("{}.{}", subject.resource, subject.verb),
        subject.resource,
        subject.id,
        before,
        after,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// One of many changes of the same kind: whose, and the fields that differ.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub id: Uuid,
    /// Null for what was created.
    pub before: Value,
    pub after: Value,
}

/// Writes down many changes of one kind with one statement. The caller has left out what does not differ.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record_many(
    tx: &mut PgConnection,
    actor: &Actor,
    resource: &'static str,
    verb: &'static str,
    changes: &[Change],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|change| change.id).collect();
    let before: Vec<Value> = changes.iter().map(|change| change.before.clone()).collect();
    let after: Vec<Value> = changes.iter().map(|change| change.after.clone()).collect();
    sqlx::query!(
        "INSERT INTO audit_log (actor_kind, actor_id, actor_name, address, request_id, action, resource, resource_id, before, after)
         SELECT $1, $2, $3, $4, $5, $6, $7, c.id::text, nullif(c.before, 'null'), c.after
         FROM unnest($8::uuid[], $9::jsonb[], $10::jsonb[]) AS c (id, before, after)",
        actor.kind.as_str(),
        actor.id,
        actor.name,
        actor.address,
        actor.request_id,
        format!("{resource}.{verb}"),
        resource,
        &ids,
        &before,
        &after,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Fields that change by themselves with every change say nothing.
const NOISE: [&str; 2] = ["version", "updated_at"];

/// Of two states of a thing, the fields that differ.
pub(crate) fn difference(
    before: Map<String, Value>,
    after: Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let differs = |one: &Map<String, Value>, other: &Map<String, Value>, key: &str| {
        !NOISE.contains(&key) && one.get(key) != other.get(key)
    };
    let old = before.iter().filter(|(key, _)| differs(&before, &after, key));
    let new = after.iter().filter(|(key, _)| differs(&after, &before, key));
    (old.map(|(k, v)| (k.clone(), v.clone())).collect(), new.map(|(k, v)| (k.clone(), v.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sqlx::PgPool;

    const TEST: Subject<'_> = Subject { resource: "thing", id: "1", verb: "updated" };

    #[sqlx::test(migrations = "../../migrations")]
    async fn only_what_differs_is_written_and_it_stays(pool: PgPool) {
        let actor = Actor::system("test");
        let mut conn = pool.acquire().await.unwrap();
        let old = json!({"name": "Ada", "tags": ["a"], "version": 1, "gone": 1});
        let new = json!({"name": "Ada", "tags": ["a", "b"], "version": 2, "come": null});
        record(&mut conn, &actor, TEST, Some(&old), Some(&new)).await.unwrap();
        record(
            &mut conn,
            &actor,
            TEST,
            Some(&old),
            Some(&json!({"name": "Ada", "tags": ["a"], "version": 9, "gone": 1})),
        )
        .await
        .unwrap();
        let rows: Vec<(Value, Value, String)> =
            sqlx::query_as("SELECT before, after, action FROM audit_log").fetch_all(&pool).await.unwrap();
        let expected =
            (json!({"tags": ["a"], "gone": 1}), json!({"tags": ["a", "b"], "come": null}), "thing.updated".to_owned());
        assert_eq!(rows, [expected]);
        for sql in ["UPDATE audit_log SET actor_name = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
            let error = sqlx::query(sql).execute(&pool).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().constraint(), Some("audit_log_append_only"), "{sql}");
        }
        println!("trust: audit: UPDATE, DELETE and TRUNCATE refused by the database");
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn what_is_rolled_back_leaves_no_trace(pool: PgPool) {
        let mut tx = pool.begin().await.unwrap();
        record(&mut tx, &Actor::system("test"), TEST, None, Some(&json!({"a": 1}))).await.unwrap();
        tx.rollback().await.unwrap();
        let n: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_log").fetch_one(&pool).await.unwrap();
        assert_eq!(n, 0);
        println!("trust: audit: a change that is rolled back leaves {n} records");
    }
}
