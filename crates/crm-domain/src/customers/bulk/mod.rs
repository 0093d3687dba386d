//! One change to many customers, as a job: whom it is about is decided when it begins, then it goes through them in
//! batches, and what really changed is kept, so that it can be taken back.

mod batch;
mod decide;

pub(crate) use batch::batch;

use super::fields::parse_tags;
use super::filter::CustomerFilter;
use super::references::{require_customer, require_organization, require_staff};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crate::jobs::list::{self as jobs, Viewer};
use crate::jobs::{self as job, NewJob};
use crm_types::customers_bulk::{BulkAction, MOST_IDS};
use crm_types::ids::{CustomerId, JobId};
use crm_types::jobs::{Job, JobKind};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

/// Whom a change is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// These.
    Ids(Vec<CustomerId>),
    /// All whom the list would show when the job begins.
    Matching(Box<CustomerFilter>),
    /// Those whom that job changed.
    ChangedBy(JobId),
}

/// What a job of this kind is told to do.
#[derive(Debug, Serialize, Deserialize)]
struct Params {
    action: BulkAction,
    chosen: Chosen,
}

/// Queues one change to many customers.
///
/// # Errors
/// [`DomainError::Invalid`] when the action cannot be, or nobody or too many are named.
pub async fn start(pool: &PgPool, actor: &Actor, action: BulkAction, chosen: Chosen) -> Result<Job> {
    if let Chosen::Ids(ids) = &chosen {
        require_few(ids)?;
    }
    let action = parse(pool, action).await?;
    let new =
        NewJob { kind: JobKind::CustomersBulk, params: &Params { action, chosen }, undoes: None, import_id: None };
    job::create(pool, actor, new).await
}

/// Fails unless some are named, and no more than a request may name.
pub(super) fn require_few(ids: &[CustomerId]) -> Result<()> {
    if (1..=MOST_IDS).contains(&ids.len()) {
        return Ok(());
    }
    let message = format!("Name 1 to {MOST_IDS} customers, or choose more by what they have in common.");
    Err(DomainError::invalid("ids", "out_of_range", message))
}

/// Queues the opposite of what a job did, for those whom it changed.
///
/// # Errors
/// [`DomainError::Conflict`] when there is nothing to take back; the database's `jobs_undone_once` when somebody was faster.
pub async fn undo(pool: &PgPool, actor: &Actor, id: JobId, viewer: Viewer) -> Result<Job> {
    let done = jobs::find(pool, id, viewer).await?;
    let Some(action) = done.action.filter(|_| done.can_undo) else {
        let message = "This job cannot be taken back: it is not over, changed nothing, was taken back, or is too old.";
        return Err(DomainError::Conflict { field: None, message: message.into() });
    };
    let new = NewJob {
        kind: JobKind::CustomersUndo,
        params: &Params { action, chosen: Chosen::ChangedBy(id) },
        undoes: Some(id),
        import_id: None,
    };
    job::create(pool, actor, new).await
}

/// The action in the form in which customers have it: tags as `PATCH` writes them, an owner who is there.
async fn parse(pool: &PgPool, action: BulkAction) -> Result<BulkAction> {
    let tags = |tags: Vec<String>| match parse_tags(&tags)? {
        tags if tags.is_empty() => Err(DomainError::invalid("action", "required", "Name at least one tag.")),
        tags => Ok(tags),
    };
    match action {
        BulkAction::AddTags(given) => Ok(BulkAction::AddTags(tags(given)?)),
        BulkAction::RemoveTags(given) => Ok(BulkAction::RemoveTags(tags(given)?)),
        BulkAction::SetOwner(Some(owner)) => {
            require_staff(&mut *pool.acquire().await?, "action", owner.0).await?;
            Ok(BulkAction::SetOwner(Some(owner)))
        }
        BulkAction::SetOrganization(Some(organization)) => {
            require_organization(&mut *pool.acquire().await?, "action", organization).await?;
            Ok(BulkAction::SetOrganization(Some(organization)))
        }
        BulkAction::SetCoach(Some(coach)) => {
            require_customer(&mut *pool.acquire().await?, "action", coach).await?;
            Ok(BulkAction::SetCoach(Some(coach)))
        }
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests;
