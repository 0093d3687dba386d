//! All customers of a filter as a file of any size, read from one snapshot a few thousand at a time.

mod csv;
mod ticket;
mod xlsx;

pub(crate) use ticket::{issue, take};
pub use ticket::{redeem, ticket, trim};
pub(crate) use xlsx::major;

use super::filter::{CustomerFilter, push_source};
use super::list::{COLUMNS, order, read};
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::customers::{Customer, CustomerSort};
use crm_types::customers_bulk::ExportFormat;
use crm_types::ids::CustomerId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row, Transaction};
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

/// What a sheet or a CSV file shows, in this order. The names are those that the import knows.
const HEADER: [&str; 27] = [
    "id",
    "email",
    "name",
    "phone",
    "locale",
    "time_zone",
    "priority",
    "tags",
    "owner_email",
    "organization",
    "acquisition_source",
    "created_at",
    "customer_type",
    "lifecycle_state",
    "stream",
    "tier",
    "mrr",
    "currency",
    "billing_email",
    "utm_campaign",
    "stripe_customer_id",
    "first_paid_at",
    "updated_at",
    "archived_at",
    "coach",
    "lifetime_value",
    "lifetime_currency",
];
/// Rows that are read together.
const TOGETHER: usize = 2_000;
/// Who takes nothing for so long is gone: a snapshot that is held keeps the database from tidying up.
const STALLED: Duration = Duration::from_secs(120);

/// Which customers, in which shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The shape of the file.
    pub format: ExportFormat,
    /// As the list narrows them.
    pub filter: CustomerFilter,
    /// Of these, only the chosen ones; all when none are named.
    #[serde(default)]
    pub ids: Option<Vec<CustomerId>>,
    /// As the list sorts them.
    pub sort: CustomerSort,
}

/// A customer with what only a file shows.
struct Line {
    customer: Customer,
    /// By which the import finds the member of staff.
    owner_email: Option<String>,
}

/// A file that can be written: the snapshot is taken, the log has it.
#[derive(Debug)]
pub struct Export {
    tx: Transaction<'static, Postgres>,
    format: ExportFormat,
}

/// A piece of the file, or why there is no more.
pub type Piece = Result<Vec<u8>>;

/// Takes the snapshot, and writes down who gets how many customers, before the first of them leaves.
///
/// # Errors
/// When the database fails.
pub async fn open(read_pool: &PgPool, pool: &PgPool, actor: &Actor, request: &Request) -> Result<Export> {
    let mut tx = read_pool.begin().await?;
    // The limits of a request are too narrow for a download: a slow one waits between two pieces.
    let start = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '120s'; \
        SET LOCAL idle_in_transaction_session_timeout = '180s'";
    sqlx::raw_sql(start).execute(&mut *tx).await?;
    let filter = request.filter.forgiving(&mut tx).await?;
    let mut query = QueryBuilder::new("SELECT count(*)");
    push_rows(&mut query, &filter, request.ids.as_deref());
    let rows: i64 = query.build_query_scalar().persistent(false).fetch_one(&mut *tx).await?;
    declare(&mut tx, &filter, request).await?;
    let done = json!({"format": request.format, "filter": request.filter, "ids": request.ids, "sort": request.sort, "rows": rows});
    let subject = Subject { resource: "customers", id: "", verb: "exported" };
    audit::record(&mut *pool.acquire().await?, actor, subject, None, Some(&done)).await?;
    Ok(Export { tx, format: request.format })
}

/// The owner's e-mail stands beside, so that each row needs one look at the staff, not a query.
async fn declare(tx: &mut PgConnection, filter: &CustomerFilter, request: &Request) -> Result<()> {
    let order = order(request.sort);
    let mut query = QueryBuilder::new("DECLARE customers_export NO SCROLL CURSOR FOR SELECT ");
    query.push(COLUMNS).push(", staff.email AS owner_email FROM (SELECT c.*");
    for (i, (expression, _)) in order.columns.iter().enumerate() {
        query.push(format_args!(", {expression} AS key_{i}"));
    }
    push_rows(&mut query, filter, request.ids.as_deref());
    query.push(") AS customer LEFT JOIN users staff ON staff.id = customer.owner_id ORDER BY ");
    let direction = if order.descending { " DESC" } else { "" };
    let keys: Vec<String> = (0..order.columns.len()).map(|i| format!("customer.key_{i}{direction}")).collect();
    query.push(keys.join(", "));
    query.build().persistent(false).execute(tx).await?;
    Ok(())
}

fn push_rows(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter, ids: Option<&[CustomerId]>) {
    push_source(query, filter, true);
    if let Some(ids) = ids {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        query.push(" AND c.id = ANY (").push_bind(ids).push(")");
    }
}

impl Export {
    /// Writes the file, piece by piece, until it ends or nobody takes it.
    pub async fn write(self, out: Sender<Piece>) {
        let written = match self.format {
            ExportFormat::Csv => self.lines(&out, csv::header(), csv::push).await,
            ExportFormat::Ndjson => self.lines(&out, Vec::new(), push_json).await,
            ExportFormat::Xlsx => self.workbook(&out).await,
        };
        if let Err(error) = written {
            // Who went away is not told.
            let _ = out.send(Err(error)).await;
        }
    }

    async fn lines(
        mut self,
        out: &Sender<Piece>,
        mut piece: Vec<u8>,
        push: fn(&mut Vec<u8>, &Line) -> Result<()>,
    ) -> Result<()> {
        loop {
            let lines = self.next().await?;
            for line in &lines {
                push(&mut piece, line)?;
            }
            if lines.is_empty() && piece.is_empty() {
                return Ok(self.tx.rollback().await?);
            }
            if !send(out, Ok(std::mem::take(&mut piece))).await {
                return Ok(());
            }
        }
    }

    /// A workbook is a ZIP archive: it is made in a file aside, which then goes out.
    async fn workbook(mut self, out: &Sender<Piece>) -> Result<()> {
        let (lines, made) = tokio::sync::mpsc::channel(2);
        let finished = out.clone();
        let making = tokio::task::spawn_blocking(move || xlsx::make(made, &finished));
        loop {
            let next = self.next().await?;
            if next.is_empty() {
                break;
            }
            if lines.send(next).await.is_err() {
                break;
            }
        }
        self.tx.rollback().await?;
        drop(lines);
        let made = making.await.map_err(std::io::Error::other).and_then(|made| made);
        made.map_err(|error| DomainError::from(sqlx::Error::Io(error)))
    }

    async fn next(&mut self) -> Result<Vec<Line>> {
        let fetch = format!("FETCH {TOGETHER} FROM customers_export");
        let rows = sqlx::query(sqlx::AssertSqlSafe(fetch)).fetch_all(&mut *self.tx).await?;
        let lines = rows.iter().map(|row| Ok(Line { customer: read(row)?, owner_email: row.try_get("owner_email")? }));
        Ok(lines.collect::<sqlx::Result<_>>()?)
    }
}

/// Whether somebody took it.
async fn send(out: &Sender<Piece>, piece: Piece) -> bool {
    tokio::time::timeout(STALLED, out.send(piece)).await.is_ok_and(|sent| sent.is_ok())
}

fn push_json(out: &mut Vec<u8>, line: &Line) -> Result<()> {
    serde_json::to_writer(&mut *out, &line.customer).map_err(|error| sqlx::Error::Encode(error.into()))?;
    out.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests;
