//! A file on its way in: read while it arrives, a few rows at a time, so that its size does not matter to our memory.

use super::list;
use super::reader::{Arriving, Row, Stopped, Whole, read};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crm_types::customers_import::Import;
use crm_types::ids::ImportId;
use sqlx::PgPool;
use tokio::sync::mpsc;
use uuid::Uuid;

/// A piece of a file. A channel that closes before the end means that the file broke off.
#[derive(Debug)]
pub enum Chunk {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// All of it was sent.
    End,
}

/// Batches of rows that wait for the database.
const WAITING: usize = 2;

/// Takes a file in. What breaks off leaves nothing.
///
/// # Errors
/// [`DomainError::Invalid`] on `file` when it is not a table, or broke off.
pub async fn receive(
    pool: &PgPool,
    actor: &Actor,
    file_name: Option<&str>,
    chunks: mpsc::Receiver<Chunk>,
) -> Result<Import> {
    let id = ImportId(Uuid::now_v7());
    sqlx::query!("INSERT INTO imports (id, file_name, created_by) VALUES ($1, $2, $3)", id.0, file_name, actor.name)
        .execute(pool)
        .await?;
    let received = match take_in(pool, id, chunks).await {
        Ok((whole, bytes)) => finish(pool, id, &whole, bytes).await,
        Err(error) => Err(error),
    };
    if received.is_err() {
        sqlx::query!("DELETE FROM imports WHERE id = $1", id.0).execute(pool).await?;
    }
    received?;
    list::find(pool, id).await
}

async fn take_in(pool: &PgPool, id: ImportId, mut chunks: mpsc::Receiver<Chunk>) -> Result<(Whole, i64)> {
    let (counted, arriving) = mpsc::channel(WAITING);
    let (found, mut rows) = mpsc::channel(WAITING);
    let reading = tokio::task::spawn_blocking(move || read(Arriving::new(arriving), &found));
    let counting = async move {
        let mut bytes = 0;
        while let Some(chunk) = chunks.recv().await {
            if let Chunk::Bytes(piece) = &chunk {
                bytes += piece.len();
            }
            if counted.send(chunk).await.is_err() {
                break;
            }
        }
        i64::try_from(bytes).unwrap_or(i64::MAX)
    };
    // It owns the rows: when the database fails they close, and so do reading and counting.
    let storing = async move {
        while let Some(rows) = rows.recv().await {
            store(pool, id, rows).await?;
        }
        Ok::<_, DomainError>(())
    };
    let (bytes, stored) = tokio::join!(counting, storing);
    stored?;
    match reading.await {
        Ok(Ok(whole)) => Ok((whole, bytes)),
        Ok(Err(Stopped::Unreadable(why))) => Err(DomainError::invalid("file", "invalid", why)),
        Ok(Err(Stopped::Gone)) => Err(DomainError::invalid("file", "invalid", "The file broke off. Send it again.")),
        Err(panicked) => Err(sqlx::Error::Io(std::io::Error::other(panicked)).into()),
    }
}

async fn store(pool: &PgPool, id: ImportId, rows: Vec<Row>) -> Result<()> {
    let n = rows.len();
    let (mut numbers, mut lines, mut records) = (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    for row in rows {
        numbers.push(row.number);
        lines.push(row.line);
        records.push(row.record);
    }
    sqlx::query!(
        "INSERT INTO import_rows (import_id, number, line, record)
         SELECT $1, r.* FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS r (number, line, record)",
        id.0,
        &numbers,
        &lines,
        &records
    )
    .execute(pool)
    .await?;
    Ok(())
}

async fn finish(pool: &PgPool, id: ImportId, whole: &Whole, bytes: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE imports SET received_at = now(), bytes = $2, encoding = $3, delimiter = $4, columns = $5, row_count = $6
         WHERE id = $1",
        id.0,
        bytes,
        whole.encoding,
        whole.delimiter.to_string(),
        &whole.columns,
        whole.rows
    )
    .execute(pool)
    .await?;
    Ok(())
}
