//! Jobs as people see them.

use crate::db::{DomainError, Result};
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::{RowExt, parse};
use crm_types::Page;
use crm_types::customers_bulk::BulkAction;
use crm_types::ids::{ImportId, JobId, UserId};
use crm_types::jobs::{Job, JobAuthor, JobKind, JobSort, JobState, SkipCount};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whose jobs somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Viewer {
    /// All.
    Everybody,
    /// Those that this user or API key asked for.
    Of(Uuid),
}

/// What to narrow the list with.
#[derive(Debug, Clone, Serialize)]
pub struct JobFilter {
    /// Who looks.
    pub viewer: Viewer,
    /// What kind of work.
    pub kind: Option<JobKind>,
    /// Where it stands.
    pub state: Option<JobState>,
}

/// Of a `jobs` that is called `page`. Rows of a file that are wrong stand with the job of their run.
const COLUMNS: &str = "page.id, page.kind, page.state, page.params, page.total, page.changed, page.created, page.failed, page.skipped, page.skips, \
    page.error, page.undoes, page.import_id, page.cancel_requested_at IS NOT NULL AS cancelling, page.actor_id, page.actor_kind, \
    page.actor_name, page.created_at, page.started_at, page.finished_at, page.busy_ms, \
    (page.kind = 'customers.bulk' AND page.changed > 0 AND page.finished_at > now() - make_interval(days => 30) \
     AND NOT EXISTS (SELECT FROM jobs u WHERE u.undoes = page.id AND u.state NOT IN ('failed', 'cancelled'))) AS can_undo, \
    (SELECT jsonb_agg(jsonb_build_object('line', e.line, 'column', e.column_name, 'message', e.message) ORDER BY e.number, e.position) \
     FROM (SELECT * FROM import_errors e WHERE e.job_id = page.id ORDER BY e.number, e.position LIMIT 20) e) AS errors";

/// One page of jobs.
pub async fn list(pool: &PgPool, filter: &JobFilter, sort: JobSort, page: &PageRequest) -> Result<Page<Job>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("j.created_at", Kind::Time), ("j.id", Kind::Id)],
        descending: sort == JobSort::CreatedAtDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "j.*", outer: COLUMNS, joins: "" };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

/// One job.
pub async fn find(pool: &PgPool, id: JobId, viewer: Viewer) -> Result<Job> {
    find_in(&mut *pool.acquire().await?, id, viewer).await
}

/// The newest run of an import.
pub(crate) async fn newest_of_import(conn: &mut PgConnection, id: ImportId) -> Result<Option<Job>> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM jobs page WHERE page.import_id = ").push_bind(id.0);
    query.push(" ORDER BY page.created_at DESC, page.id DESC LIMIT 1");
    Ok(query.build().fetch_optional(conn).await?.as_ref().map(read).transpose()?)
}

pub(super) async fn find_in(conn: &mut PgConnection, id: JobId, viewer: Viewer) -> Result<Job> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM jobs page WHERE page.id = ").push_bind(id.0);
    if let Viewer::Of(actor) = viewer {
        query.push(" AND page.actor_id = ").push_bind(actor);
    }
    let row = query.build().fetch_optional(conn).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("job", id))?)?)
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &JobFilter) {
    query.push(" FROM jobs j WHERE true");
    if let Viewer::Of(actor) = filter.viewer {
        query.push(" AND j.actor_id = ").push_bind(actor);
    }
    push_equal(query, "j.kind", filter.kind.map(JobKind::as_str));
    push_equal(query, "j.state", filter.state.map(JobState::as_str));
}

fn read(row: &PgRow) -> sqlx::Result<Job> {
    let (changed, skipped, failed): (i64, i64, i64) =
        (row.try_get("changed")?, row.try_get("skipped")?, row.try_get("failed")?);
    let (done, total): (i64, Option<i64>) = (changed + skipped + failed, row.try_get("total")?);
    let state: JobState = row.word("state")?;
    let (rate, eta_seconds) = speed(state, done, total, row.try_get("busy_ms")?);
    let params: Value = row.try_get("params")?;
    let is_user = row.try_get::<String, _>("actor_kind")? == "user";
    Ok(Job {
        id: JobId(row.try_get("id")?),
        kind: row.word("kind")?,
        state,
        done,
        total,
        changed,
        created: row.try_get("created")?,
        skipped,
        failed,
        skips: read_skips(row.try_get("skips")?)?,
        errors: from_json("errors", row.try_get::<Option<Value>, _>("errors")?)?.unwrap_or_default(),
        rate,
        eta_seconds,
        error: row.try_get("error")?,
        cancelling: row.try_get("cancelling")?,
        action: action(&params)?,
        undoes: row.try_get::<Option<Uuid>, _>("undoes")?.map(JobId),
        import_id: row.try_get::<Option<Uuid>, _>("import_id")?.map(ImportId),
        dry_run: params.get("dry_run").and_then(Value::as_bool).unwrap_or(false),
        can_undo: state.is_over() && row.try_get::<Option<bool>, _>("can_undo")?.unwrap_or(false),
        created_by: JobAuthor {
            id: row.try_get::<Option<Uuid>, _>("actor_id")?.filter(|_| is_user).map(UserId),
            name: row.try_get("actor_name")?,
        },
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
    })
}

/// What is done to each customer, as far as the job says it.
fn action(params: &Value) -> sqlx::Result<Option<BulkAction>> {
    let tags = params.get("add_tags").filter(|tags| tags.as_array().is_some_and(|tags| !tags.is_empty()));
    let tags = tags.map(|tags| json!({"add_tags": tags}));
    from_json("params", params.get("action").cloned().or(tags))
}

fn from_json<T: DeserializeOwned>(column: &str, value: Option<Value>) -> sqlx::Result<Option<T>> {
    let value = value.map(serde_json::from_value).transpose();
    value.map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}

/// Most frequent first, equally frequent ones by name.
fn read_skips(value: Value) -> sqlx::Result<Vec<SkipCount>> {
    let counts: BTreeMap<String, i64> = from_json("skips", Some(value))?.unwrap_or_default();
    let skips = counts.into_iter().map(|(reason, count)| Ok(SkipCount { reason: parse("skips", &reason)?, count }));
    let mut skips: Vec<SkipCount> = skips.collect::<sqlx::Result<_>>()?;
    skips.sort_by_key(|skip| std::cmp::Reverse(skip.count));
    Ok(skips)
}

/// Rows a second, and seconds left while it runs.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a rate for people, of few digits")]
fn speed(state: JobState, done: i64, total: Option<i64>, busy_ms: i64) -> (Option<f64>, Option<i64>) {
    if done == 0 || busy_ms == 0 {
        return (None, None);
    }
    let rate = done as f64 * 1_000.0 / busy_ms as f64;
    let left = total.map(|total| (total - done).max(0)).filter(|left| state == JobState::Running && *left > 0);
    (Some((rate * 10.0).round() / 10.0), left.map(|left| (left as f64 / rate).ceil() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_time_that_went_into_it() {
        assert_eq!(speed(JobState::Running, 0, Some(10), 5), (None, None));
        assert_eq!(speed(JobState::Running, 500, Some(2_000), 250), (Some(2_000.0), Some(1)));
        assert_eq!(speed(JobState::Running, 500, None, 250), (Some(2_000.0), None), "nobody knows how many there are");
        assert_eq!(speed(JobState::Succeeded, 3, Some(3), 1_000), (Some(3.0), None));
    }
}
