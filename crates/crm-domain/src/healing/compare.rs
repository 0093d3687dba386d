//! Stripe's objects beside ours, read by the same reader as events are.

use super::fields::{self, Field};
use super::source::id_of;
use crate::billing::facts::{Body, Fact};
use crate::billing::normalise::{Normalised, normalise};
use crate::billing::refetch::{delivery, refetched};
use crate::db::Result;
use crate::subscriptions::version::Snapshot;
use chrono::{DateTime, Utc};
use crm_types::healing::ReconciledKind;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::{HashMap, HashSet};

/// The field of an object that we do not have at all.
pub(super) const OBJECT: &str = "object";

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Differs {
    pub object: String,
    pub field: String,
    pub ours: Option<String>,
    pub stripes: Option<String>,
}

/// What is known here of an object, and of which instant of Stripe's clock that is.
pub(super) struct Ours {
    pub fields: Vec<Field>,
    at: DateTime<Utc>,
}

/// What differs of these objects. Nothing is said of what waits in the inbox, which may be the very change, nor of what is
/// newer here than what Stripe gave.
pub(super) struct Compared {
    /// Ids of what was compared.
    pub objects: Vec<String>,
    pub differs: Vec<Differs>,
}

impl Compared {
    /// How many objects differ.
    pub(super) fn differing(&self) -> i64 {
        self.differs.iter().map(|one| &one.object).collect::<HashSet<_>>().len() as i64
    }
}

/// Compares objects that Stripe gave at an instant of its clock.
pub(super) async fn compare(
    db: &mut PgConnection,
    kind: ReconciledKind,
    theirs: &[Value],
    at: DateTime<Utc>,
) -> Result<Compared> {
    let ids: Vec<String> = theirs.iter().filter_map(id_of).map(str::to_owned).collect();
    let waiting: HashSet<String> = sqlx::query_scalar!(
        r#"SELECT DISTINCT object_id AS "id!" FROM stripe_events WHERE object_id = ANY($1) AND state = 'pending'"#,
        &ids
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .collect();
    let ours = ours(db, kind, &ids).await?;
    let mut compared = Compared { objects: Vec::new(), differs: Vec::new() };
    for object in theirs {
        let Some(id) = id_of(object).filter(|id| !waiting.contains(*id)) else { continue };
        let ours = ours.get(id);
        if ours.is_some_and(|ours| ours.at > at) {
            continue;
        }
        compared.objects.push(id.to_owned());
        let theirs = read(kind, object, at);
        compared.differs.extend(differing(id, ours.map(|ours| &ours.fields), theirs));
    }
    Ok(compared)
}

fn differing(id: &str, ours: Option<&Vec<Field>>, theirs: std::result::Result<Vec<Field>, String>) -> Vec<Differs> {
    let differs = |field: &str, ours: Option<String>, stripes: Option<String>| Differs {
        object: id.to_owned(),
        field: field.to_owned(),
        ours,
        stripes,
    };
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(reason) => return vec![differs(OBJECT, None, Some(format!("cannot be read: {reason}")))],
    };
    let Some(ours) = ours else {
        let status = theirs.into_iter().find(|(field, _)| *field == "status").and_then(|(_, status)| status);
        return vec![differs(OBJECT, None, Some(status.unwrap_or_else(|| "there".to_owned())))];
    };
    let known: HashMap<&str, &Option<String>> = ours.iter().map(|(field, value)| (*field, value)).collect();
    let other = |(field, stripes): (&'static str, Option<String>)| {
        let ours = known.get(field).copied().cloned().flatten();
        (ours != stripes).then(|| differs(field, ours, stripes))
    };
    theirs.into_iter().filter_map(other).collect()
}

/// What an event with this object would say. The error says why it cannot be read.
fn read(kind: ReconciledKind, object: &Value, at: DateTime<Utc>) -> std::result::Result<Vec<Field>, String> {
    let event = delivery("evt_compared", &refetched(kind.as_str()), Some(at.timestamp()), object);
    let facts = match normalise(&event.map_err(|error| error.to_string())?.raw) {
        Normalised::Facts { facts, .. } => facts,
        Normalised::Dead(reason) => return Err(reason),
        Normalised::Ignored => return Err("it is of no kind that is read".to_owned()),
    };
    let id = id_of(object);
    let found = facts.iter().find_map(|fact| match fact {
        Fact::Version { version, .. } => Some(fields::subscription(&version.body)),
        Fact::Object(fact) if Some(fact.id.as_str()) == id => Some(fields::object(&fact.body)),
        _ => None,
    });
    found.ok_or_else(|| "it is another object".to_owned())
}

/// The newest that is known here of each.
pub(super) async fn ours(db: &mut PgConnection, kind: ReconciledKind, ids: &[String]) -> Result<HashMap<String, Ours>> {
    if kind == ReconciledKind::Subscription {
        let rows = sqlx::query!(
            r#"SELECT DISTINCT ON (stripe_subscription_id) stripe_subscription_id AS id, at, body AS "body: Json<Snapshot>"
               FROM subscription_versions WHERE stripe_subscription_id = ANY($1)
               ORDER BY stripe_subscription_id, at DESC, rank DESC, event_id DESC"#,
            ids
        );
        let rows = rows.fetch_all(db).await?;
        let ours = rows.into_iter().map(|row| (row.id, Ours { fields: fields::subscription(&row.body.0), at: row.at }));
        return Ok(ours.collect());
    }
    let rows = sqlx::query!(
        r#"SELECT id, seen_at, body AS "body: Json<Body>" FROM stripe_objects WHERE id = ANY($1) AND kind = $2"#,
        ids,
        kind.as_str()
    );
    let rows = rows.fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, Ours { fields: fields::object(&row.body.0), at: row.seen_at })).collect())
}
