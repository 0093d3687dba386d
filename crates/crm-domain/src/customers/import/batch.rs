//! Some thousand rows of a file at a time.

use super::row::{Candidate, Reading, Wrong, cell};
use super::write::{Existing, create, update};
use crate::customers::cells::read_record;
use crate::customers::edit::remember_tags;
use crate::db::{DomainError, Result};
use crate::jobs::{Batch, Work};
use crate::row::parse;
use crate::settings::time_zones;
use crm_types::customers_import::{ImportField, ImportRun, OnExisting};
use crm_types::ids::{ImportId, OrganizationId, UserId};
use crm_types::jobs::SkipReason;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Rows of a batch.
const SIZE: i64 = 2_000;

/// A row of the file that is a customer.
struct Good {
    number: i64,
    line: i64,
    candidate: Candidate,
}

/// A row of the file that is not.
struct Bad {
    number: i64,
    line: i64,
    wrong: Vec<Wrong>,
}

/// One batch: what is wrong is written down, the others are created, updated or skipped. In a dry run they are counted.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work) -> Result<Batch> {
    let id = work.import_id.ok_or_else(|| DomainError::not_found("import", ""))?;
    let run: ImportRun = work.params()?;
    let Some(after) = work.position::<i64>()? else {
        let total = count(tx, id).await?;
        return Ok(Batch { total: Some(total), over: total == 0, ..Batch::at(&0)? });
    };
    let (good, mut bad, last) = read(tx, id, &run, after).await?;
    let mut batch = Batch::at(&last.unwrap_or(after))?;
    batch.over = last.is_none_or(|last| work.total.is_some_and(|total| last >= total));
    let good = unique(tx, work, good, &mut batch).await?;
    let existing = lock(tx, &good).await?;
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for row in good {
        match (row.candidate.email().and_then(|email| existing.get(email)), run.on_existing) {
            (None, _) => new.push(row.candidate),
            (Some(_), OnExisting::Skip) => batch.skip(SkipReason::Exists),
            (Some(customer), OnExisting::Update) => known.push((customer, row.candidate)),
            (Some(_), OnExisting::Fail) => {
                let message = "A customer has this e-mail address already.".to_owned();
                bad.push(Bad { number: row.number, line: row.line, wrong: vec![(Some(ImportField::Email), message)] });
            }
        }
    }
    let (known, same): (Vec<_>, Vec<_>) =
        known.into_iter().partition(|(customer, row)| customer.updated_by(row) != **customer);
    for _ in same {
        batch.skip(SkipReason::Unchanged);
    }
    batch.created = number(new.len());
    batch.changed = number(new.len() + known.len());
    batch.failed = number(bad.len());
    write_down(tx, work, id, &run, &bad).await?;
    if !run.dry_run {
        let tags: BTreeSet<&String> = new.iter().chain(known.iter().map(|(_, row)| row)).flat_map(tags_of).collect();
        remember_tags(tx, Some(&tags.into_iter().cloned().collect::<Vec<_>>())).await?;
        create(tx, &work.actor, &new).await?;
        update(tx, &work.actor, &known).await?;
    }
    if batch.over {
        sqlx::query!("DELETE FROM import_emails WHERE job_id = $1", work.id.0).execute(tx).await?;
    }
    Ok(batch)
}

fn tags_of(row: &Candidate) -> impl Iterator<Item = &String> {
    row.fields.tags.iter().flatten()
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

async fn count(tx: &mut PgConnection, id: ImportId) -> Result<i64> {
    let count = sqlx::query_scalar!("SELECT row_count FROM imports WHERE id = $1", id.0).fetch_optional(tx).await?;
    count.ok_or_else(|| DomainError::not_found("import", id))
}

/// The next rows, those that are customers and those that are not, and the number of the last one.
async fn read(
    tx: &mut PgConnection,
    id: ImportId,
    run: &ImportRun,
    after: i64,
) -> Result<(Vec<Good>, Vec<Bad>, Option<i64>)> {
    let rows = sqlx::query!(
        "SELECT number, line, record FROM import_rows WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        id.0,
        after,
        SIZE
    )
    .fetch_all(&mut *tx)
    .await?;
    let last = rows.last().map(|row| row.number);
    let staff = sqlx::query!("SELECT id, email FROM users WHERE disabled_at IS NULL").fetch_all(&mut *tx).await?;
    let staff: HashMap<String, UserId> = staff.into_iter().map(|user| (user.email, UserId(user.id))).collect();
    let zones = time_zones(tx).await?;
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut *tx).await?;
    let rows: Vec<_> = rows.into_iter().map(|row| (row.number, row.line, read_record(&row.record))).collect();
    let named = rows.iter().filter_map(|(_, _, cells)| cell(&run.mapping, cells, ImportField::Organization));
    let organizations = organizations(tx, named.collect()).await?;
    let (mapping, tags, staff, organizations) = (&run.mapping, &run.add_tags, &staff, &organizations);
    let reading = Reading { mapping, tags, staff, organizations, zones, now };
    let (mut good, mut bad) = (Vec::with_capacity(rows.len()), Vec::new());
    for (number, line, cells) in rows {
        match reading.read(&cells) {
            Ok(candidate) => good.push(Good { number, line, candidate }),
            Err(wrong) => bad.push(Bad { number, line, wrong }),
        }
    }
    Ok((good, bad, last))
}

/// Organisations that have one of these names, in any case.
async fn organizations(tx: &mut PgConnection, names: BTreeSet<String>) -> Result<HashMap<String, OrganizationId>> {
    // PostgreSQL does not take a NUL; no organisation has one.
    let names: Vec<String> = names.into_iter().filter(|name| !name.contains('\0')).collect();
    let rows = sqlx::query!(
        r#"SELECT n.name AS "name!", o.id FROM unnest($1::text[]) AS n (name)
           JOIN organizations o ON lower(o.name) = lower(n.name) AND o.archived_at IS NULL"#,
        &names
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, OrganizationId(row.id))).collect())
}

/// Without the rows whose e-mail stands in a row above, in this batch or one before it.
async fn unique(tx: &mut PgConnection, work: &Work, good: Vec<Good>, batch: &mut Batch) -> Result<Vec<Good>> {
    let emails: BTreeSet<&str> = good.iter().filter_map(|row| row.candidate.email()).collect();
    let emails: Vec<&str> = emails.into_iter().collect();
    let new = sqlx::query_scalar!(
        r#"INSERT INTO import_emails (job_id, email) SELECT $1, unnest($2::text[])::citext ON CONFLICT DO NOTHING
           RETURNING email::text AS "email!""#,
        work.id.0,
        &emails as &[&str]
    )
    .fetch_all(tx)
    .await?;
    let mut new: HashSet<String> = new.into_iter().collect();
    let (unique, twice): (Vec<_>, Vec<_>) =
        good.into_iter().partition(|row| row.candidate.email().is_none_or(|email| new.remove(email)));
    for _ in twice {
        batch.skip(SkipReason::Duplicate);
    }
    Ok(unique)
}

/// The customers who have these e-mails, by e-mail, kept as they are until the transaction ends.
async fn lock(tx: &mut PgConnection, good: &[Good]) -> Result<HashMap<String, Existing>> {
    let emails: Vec<&str> = good.iter().filter_map(|row| row.candidate.email()).collect();
    let rows = sqlx::query!(
        r#"SELECT id, lower(email::text) AS "email!", name, phone, locale, time_zone, priority, tags, owner_id, organization_id
           FROM customers
           WHERE email = ANY ($1::text[]::citext[]) AND archived_at IS NULL ORDER BY id FOR NO KEY UPDATE"#,
        &emails as &[&str]
    )
    .fetch_all(tx)
    .await?;
    let known = rows.into_iter().map(|row| {
        let existing = Existing {
            id: row.id,
            name: row.name,
            phone: row.phone,
            locale: row.locale,
            time_zone: row.time_zone,
            priority: parse("priority", &row.priority)?,
            tags: row.tags,
            owner: row.owner_id.map(UserId),
            organization: row.organization_id.map(OrganizationId),
        };
        Ok((row.email, existing))
    });
    known.collect()
}

/// Keeps what is wrong, by the names that the file's columns have.
async fn write_down(tx: &mut PgConnection, work: &Work, id: ImportId, run: &ImportRun, bad: &[Bad]) -> Result<()> {
    if bad.is_empty() {
        return Ok(());
    }
    let columns = sqlx::query_scalar!("SELECT columns FROM imports WHERE id = $1", id.0).fetch_one(&mut *tx).await?;
    let name = |field: ImportField| {
        let index = run.mapping.iter().position(|mapped| *mapped == Some(field))?;
        columns.get(index).cloned()
    };
    let (mut numbers, mut positions, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let (mut names, mut messages) = (Vec::new(), Vec::new());
    for row in bad {
        for (position, (field, message)) in (0_i32..).zip(&row.wrong) {
            numbers.push(row.number);
            positions.push(position);
            lines.push(row.line);
            names.push(field.and_then(name));
            messages.push(message.as_str());
        }
    }
    sqlx::query!(
        "INSERT INTO import_errors (job_id, number, position, line, column_name, message)
         SELECT $1, e.* FROM unnest($2::bigint[], $3::int[], $4::bigint[], $5::text[], $6::text[]) AS e (number, position, line, column_name, message)",
        work.id.0,
        &numbers,
        &positions,
        &lines,
        &names as &[Option<String>],
        &messages as &[&str],
    )
    .execute(tx)
    .await?;
    Ok(())
}
