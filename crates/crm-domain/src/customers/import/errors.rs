//! The rows of a file that were wrong, as a file to mend and send again.

use super::list;
use crate::customers::cells::{harmless, push_record, read_record};
use crate::db::{DomainError, Result};
use crm_types::customers_import::Import;
use crm_types::ids::{ImportId, JobId};
use sqlx::PgPool;

/// Rows of a piece.
const SIZE: i64 = 2_000;

/// The wrong rows of a file's newest run, piece by piece.
#[derive(Debug)]
pub struct Errors {
    pool: PgPool,
    import: Import,
    job: JobId,
    /// The last row that was given; `None` before the header.
    after: Option<i64>,
}

/// The wrong rows of a file's newest run.
///
/// # Errors
/// [`DomainError::NotFound`] when there is no such file, or it was never run.
pub async fn errors(pool: &PgPool, id: ImportId) -> Result<Errors> {
    let import = list::find(pool, id).await?;
    let job = import.job.as_ref().ok_or_else(|| DomainError::not_found("run of import", id))?.id;
    Ok(Errors { pool: pool.clone(), import, job, after: None })
}

impl Errors {
    /// The next piece of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let Some(after) = self.after else {
            // The mark tells spreadsheets that it is UTF-8.
            out.extend_from_slice("\u{feff}".as_bytes());
            let names = self.import.columns.iter().map(|column| harmless(&column.name));
            push_record(&mut out, names.chain(["error".into()]));
            self.after = Some(0);
            return Ok(Some(out));
        };
        let rows = sqlx::query!(
            r#"SELECT r.number, r.record,
                      (SELECT string_agg(coalesce(e.column_name || ': ', '') || e.message, ' ' ORDER BY e.position)
                       FROM import_errors e WHERE e.job_id = $1 AND e.number = r.number) AS "error!"
               FROM import_rows r
               WHERE r.import_id = $2 AND r.number IN (SELECT DISTINCT number FROM import_errors WHERE job_id = $1 AND number > $3
                                                       ORDER BY number LIMIT $4)
               ORDER BY r.number"#,
            self.job.0,
            self.import.id.0,
            after,
            SIZE
        )
        .fetch_all(&self.pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = Some(last.number);
        for row in &rows {
            let mut cells = read_record(&row.record);
            cells.resize(cells.len().max(self.import.columns.len()), String::new());
            push_record(&mut out, cells.iter().map(|cell| harmless(cell)).chain([harmless(&row.error)]));
        }
        Ok(Some(out))
    }
}
