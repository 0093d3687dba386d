//! Where we and Stripe differ: found, listed, repaired on request, and gone as soon as it is the same again.

use super::compare::{self, Compared, Differs, OBJECT};
use crate::billing::refetch::Wanted;
use crate::db::{DomainError, Result};
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::{RowExt, parse};
use chrono::{DateTime, Utc};
use crm_types::Page;
use crm_types::healing::{Difference, DifferenceSort, ReconciledKind, RepairReply, RepairRequest};
use crm_types::ids::DifferenceId;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most ids of one request.
const IDS_MAX: usize = 1_000;
/// Objects that are looked at again together.
const TOGETHER: i64 = 200;

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DifferenceFilter {
    /// Of this kind of object.
    pub kind: Option<ReconciledKind>,
}

/// One page of differences.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &DifferenceFilter,
    sort: DifferenceSort,
    page: &PageRequest,
) -> Result<Page<Difference>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("d.found_at", Kind::Time), ("d.id", Kind::Id)],
        descending: sort == DifferenceSort::FoundAtDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let source = |query: &mut QueryBuilder<Postgres>| {
        query.push(" FROM reconciliation_differences d WHERE true");
        push_equal(query, "d.kind", filter.kind.map(ReconciledKind::as_str));
    };
    let totals = keyset.totals(pool, page.count(), source, None).await?;
    // A repair may be stored and wait all the same, for a price that nobody has mapped.
    let problem = "page.*, coalesce(page.repair_problem, (SELECT e.reason FROM stripe_events e \
                   WHERE e.object_id = page.object_id AND e.state = 'parked' ORDER BY e.seq DESC LIMIT 1)) AS problem";
    keyset.read(pool, Shown { inner: "d.*", outer: problem, joins: "" }, totals, source, read).await
}

fn read(row: &PgRow) -> sqlx::Result<Difference> {
    Ok(Difference {
        id: DifferenceId(row.try_get("id")?),
        kind: row.word("kind")?,
        object_id: row.try_get("object_id")?,
        field: row.try_get("field")?,
        ours: row.try_get("ours")?,
        stripes: row.try_get("stripes")?,
        found_at: row.try_get("found_at")?,
        compared_at: row.try_get("compared_at")?,
        repair: row.optional_word("repair")?,
        repair_problem: row.try_get("problem")?,
    })
}

/// Has the objects of these differences asked for. Those that are gone are passed over, and one that is asked for already is no
/// second wish.
///
/// # Errors
/// [`DomainError::Invalid`] when it is not said which, or the database fails.
pub async fn repair(pool: &PgPool, request: &RepairRequest) -> Result<RepairReply> {
    let invalid = |field: &str, code, message: &str| Err(DomainError::invalid(field, code, message));
    let ids = match (request.ids.as_slice(), request.all) {
        ([], false) => return invalid("ids", "required", "Give the ids of differences, or all."),
        ([_, ..], true) => return invalid("all", "ambiguous", "Give ids or all, not both."),
        (ids, _) if ids.len() > IDS_MAX => return invalid("ids", "too_many", "Give at most 1,000 ids."),
        ([], true) => None,
        (ids, false) => Some(ids.iter().map(|id| id.0).collect::<Vec<_>>()),
    };
    let mut tx = pool.begin().await?;
    let objects = sqlx::query_scalar!(
        r#"WITH chosen AS (SELECT DISTINCT object_id, kind FROM reconciliation_differences WHERE $1::uuid[] IS NULL OR id = ANY($1)),
                wished AS (INSERT INTO stripe_refetches (object_id, kind, due_at, repair) SELECT object_id, kind, now(), true FROM chosen
                           ON CONFLICT (object_id) DO UPDATE SET repair = true, due_at = now(), attempts = 0),
                marked AS (UPDATE reconciliation_differences d SET repair = 'asked', repair_problem = NULL
                           FROM chosen c WHERE d.object_id = c.object_id)
           SELECT count(*) AS "n!" FROM chosen"#,
        ids.as_deref()
    )
    .fetch_one(&mut *tx)
    .await?;
    super::tell(&mut tx).await?;
    tx.commit().await?;
    Ok(RepairReply { objects })
}

/// Stripe answered: what differs of the object now, until the applier has made facts of the answer.
pub(crate) async fn answered(tx: &mut PgConnection, wanted: &Wanted, object: &Value, at: DateTime<Utc>) -> Result<()> {
    let kind = parse("kind", &wanted.kind)?;
    let compared = compare::compare(tx, kind, std::slice::from_ref(object), at).await?;
    store(tx, kind, &compared).await?;
    sqlx::query!(
        "UPDATE reconciliation_differences SET repair = 'stored', repair_problem = NULL WHERE object_id = $1",
        wanted.id
    )
    .execute(&mut *tx)
    .await?;
    super::tell(tx).await
}

/// Stripe did not answer: why, and whether it is asked again.
pub(crate) async fn unanswered(tx: &mut PgConnection, object: &str, problem: &str, lasting: bool) -> Result<()> {
    sqlx::query!(
        "UPDATE reconciliation_differences SET repair_problem = $2, repair = CASE WHEN $3 THEN NULL ELSE repair END WHERE object_id = $1",
        object,
        problem,
        lasting,
    )
    .execute(&mut *tx)
    .await?;
    super::tell(tx).await
}

/// Writes down what differs of the objects that were compared, and forgets what does not any more.
pub(super) async fn store(tx: &mut PgConnection, kind: ReconciledKind, compared: &Compared) -> Result<()> {
    let differs = &compared.differs;
    macro_rules! column {
        ($f:expr) => {
            &differs.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "DELETE FROM reconciliation_differences d WHERE d.object_id = ANY($1) AND NOT EXISTS (
             SELECT FROM unnest($2::text[], $3::text[]) AS n (object_id, field) WHERE n.object_id = d.object_id AND n.field = d.field)",
        &compared.objects,
        column!(|d| d.object.as_str()) as &[&str],
        column!(|d| d.field.as_str()) as &[&str],
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO reconciliation_differences AS t (id, kind, object_id, field, ours, stripes)
         SELECT n.id, $6, n.object_id, n.field, n.ours, n.stripes
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n (id, object_id, field, ours, stripes)
         ON CONFLICT (object_id, field) DO UPDATE SET ours = excluded.ours, stripes = excluded.stripes, compared_at = now(),
             repair = CASE WHEN (t.ours, t.stripes) IS NOT DISTINCT FROM (excluded.ours, excluded.stripes) OR t.repair = 'asked' THEN t.repair END",
        column!(|_| Uuid::now_v7()),
        column!(|d| d.object.as_str()) as &[&str],
        column!(|d| d.field.as_str()) as &[&str],
        column!(|d| d.ours.as_deref()) as &[Option<&str>],
        column!(|d| d.stripes.as_deref()) as &[Option<&str>],
        kind.as_str(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Looks again at objects about which something was applied since they were compared: what is the same now is forgotten. Gives
/// how many objects it was.
///
/// # Errors
/// When the database fails.
pub async fn heal(pool: &PgPool) -> Result<usize> {
    let mut tx = pool.begin().await?;
    let rows = sqlx::query!(
        r#"SELECT d.kind, d.object_id, d.field, d.stripes FROM reconciliation_differences d
           WHERE d.object_id IN (
               SELECT o.object_id FROM reconciliation_differences o
               WHERE EXISTS (SELECT FROM stripe_events e WHERE e.object_id = o.object_id AND e.settled_at > o.compared_at)
               ORDER BY o.object_id LIMIT $1)
           ORDER BY d.id FOR UPDATE"#,
        TOGETHER
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut touched: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in &rows {
        touched.entry(row.kind.as_str()).or_default().push(row.object_id.clone());
    }
    let count = touched.values().flatten().collect::<std::collections::BTreeSet<_>>().len();
    if count == 0 {
        return Ok(0);
    }
    for (kind, objects) in touched {
        let kind: ReconciledKind = parse("kind", kind)?;
        let ours = compare::ours(&mut tx, kind, &objects).await?;
        let of_kind = rows.iter().filter(|row| row.kind == kind.as_str());
        let differs = of_kind.filter_map(|row| {
            let known = ours.get(&row.object_id);
            let ours = match (known, row.field.as_str()) {
                (Some(_), OBJECT) => return None,
                (Some(known), name) => {
                    known.fields.iter().find(|(field, _)| *field == name).and_then(|(_, ours)| ours.clone())
                }
                (None, _) => None,
            };
            let (object, field, stripes) = (row.object_id.clone(), row.field.clone(), row.stripes.clone());
            (ours != stripes).then_some(Differs { object, field, ours, stripes })
        });
        let differs = differs.collect();
        store(&mut tx, kind, &Compared { objects, differs }).await?;
    }
    super::tell(&mut tx).await?;
    tx.commit().await?;
    Ok(count)
}
