//! Customers out of a file: it is received and kept row by row, then run as a job, batch by batch.

mod batch;
mod columns;
pub(crate) mod dialect;
mod errors;
pub mod list;
mod reader;
mod receive;
mod row;
mod write;

pub(crate) use batch::batch;
pub use errors::{Errors, errors};
pub use receive::{Chunk, receive};

use super::fields::parse_tags;
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crate::jobs::{self, NewJob};
use crm_types::customers_import::{ImportField, ImportRun};
use crm_types::ids::ImportId;
use crm_types::jobs::{Job, JobKind};
use sqlx::{PgConnection, PgPool};
use std::collections::HashSet;

/// Days that a file is kept.
pub const KEEP_DAYS: i32 = 30;

/// Queues a run, or a dry run, of a file.
///
/// # Errors
/// [`DomainError::Invalid`] when the mapping does not fit the file; the database's `jobs_one_run_of_an_import` while it
/// is run already.
pub async fn run(pool: &PgPool, actor: &Actor, id: ImportId, run: ImportRun) -> Result<Job> {
    let import = list::find(pool, id).await?;
    check_mapping(&run.mapping, import.columns.len())?;
    let run = ImportRun { add_tags: parse_tags(&run.add_tags)?, ..run };
    let new = NewJob { kind: JobKind::CustomersImport, params: &run, undoes: None, import_id: Some(id) };
    jobs::create(pool, actor, new).await
}

fn check_mapping(mapping: &[Option<ImportField>], columns: usize) -> Result<()> {
    let refuse = |code, message: String| Err(DomainError::invalid("mapping", code, message));
    if mapping.len() != columns {
        return refuse("out_of_range", format!("The file has {columns} columns; say for each what it holds, or null."));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = mapping.iter().flatten().find(|field| !seen.insert(**field)) {
        return refuse("duplicate_field", format!("Two columns cannot both hold {twice}."));
    }
    let somebody =
        [ImportField::Email, ImportField::Name, ImportField::FirstName, ImportField::LastName, ImportField::Phone];
    if !somebody.iter().any(|field| seen.contains(field)) {
        return refuse("required", "One column must hold the e-mail, the name or the phone.".into());
    }
    Ok(())
}

/// Forgets files that are old, and those that never arrived whole; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn trim(conn: &mut PgConnection) -> Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM imports i WHERE id IN (
             SELECT id FROM imports WHERE created_at < now() - make_interval(days => $1)
                OR (received_at IS NULL AND created_at < now() - interval '1 day') LIMIT 10)
           AND NOT EXISTS (SELECT FROM jobs j WHERE j.import_id = i.id AND j.state IN ('queued', 'running'))",
        KEEP_DAYS
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests;
