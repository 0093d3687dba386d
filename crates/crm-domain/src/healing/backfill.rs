//! A whole account, read from Stripe: first what it still knows of what happened, then its objects. All of it goes into the inbox as
//! events whose ids follow from what they hold: read twice, it is there once.

use super::before;
use super::one_job;
use super::source::{List, Listed, Source, Wanted};
use crate::audit::Actor;
use crate::billing::inbox::{self, Delivery};
use crate::billing::normalise::{Normalised, normalise};
use crate::db::{DomainError, Result};
use crate::jobs::list::{self as jobs, Viewer};
use crate::jobs::{Batch, Work};
use crm_types::healing::{Backfill, BackfillRequest};
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobKind, JobState, SkipReason};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};

/// What is read, in this order: what others refer to comes first, so that little has to wait.
const LISTS: [List; 12] = [
    List::Products,
    List::Prices,
    List::Coupons,
    List::Customers,
    List::Events,
    List::Subscriptions,
    List::Invoices,
    List::InvoicePayments,
    List::PaymentIntents,
    List::Charges,
    List::Refunds,
    List::Disputes,
];

/// How far it is: the list, and the last object of the last page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Position {
    list: usize,
    after: Option<String>,
}

/// Where a job of this kind begins.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Params {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Position>,
}

/// Queues a backfill; gives the one that is open already if there is one.
///
/// # Errors
/// [`DomainError::Conflict`] when it is to go on where nothing stopped, or the database fails.
pub async fn start(pool: &PgPool, actor: &Actor, request: &BackfillRequest) -> Result<Job> {
    let mut params = Params::default();
    if request.resume {
        let newest = newest(pool).await?.filter(|newest| can_resume(&newest.job));
        let Some(newest) = newest else {
            let message = "There is no backfill that stopped on its way. Begin a new one.".to_owned();
            return Err(DomainError::Conflict { field: Some("resume".into()), message });
        };
        params.from = Some(newest.position);
    }
    one_job(pool, actor, JobKind::StripeBackfill, &params).await
}

/// Reads the next page into the inbox.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work, source: &impl Source) -> Result<Batch> {
    let from = work.params::<Params>()?.from;
    let position: Position = work.position()?.or(from).unwrap_or_default();
    let Some(list) = LISTS.get(position.list).copied() else {
        return Ok(Batch { over: true, ..Batch::at(&position)? });
    };
    let page = source.list(&Wanted { list, after: position.after.clone(), since: None }).await?;
    let deliveries = deliveries(tx, list, &page).await?;
    let (read, new) = (page.data.len() as i64, inbox::store(&mut *tx, &deliveries).await?);
    // One object may be told by several events.
    let new = i64::try_from(new).unwrap_or(i64::MAX).min(read);
    let next = match page.more {
        true => Position { after: page.last(), ..position },
        false => Position { list: position.list + 1, after: None },
    };
    let mut batch = Batch::at(&next)?;
    batch.over = next.list == LISTS.len();
    (batch.changed, batch.created) = (new, new);
    if read > new {
        batch.skips.insert(SkipReason::Unchanged, read - new);
    }
    Ok(batch)
}

async fn deliveries(tx: &mut PgConnection, list: List, page: &Listed) -> Result<Vec<Delivery>> {
    match list {
        List::Events => {
            let events = page.data.iter().filter_map(|event| Delivery::parse(event.to_string().into_bytes()).ok());
            Ok(events.filter(|event| normalise(&event.raw) != Normalised::Ignored).collect())
        }
        List::Subscriptions => before::subscriptions(tx, page).await,
        list => before::objects(list, page),
    }
}

/// The newest, and how far it came.
struct Newest {
    job: Job,
    position: Position,
}

async fn newest(pool: &PgPool) -> Result<Option<Newest>> {
    let row = sqlx::query!(
        "SELECT id, params, position FROM jobs WHERE kind = 'stripe.backfill' ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let Some(row) = row.fetch_optional(pool).await? else { return Ok(None) };
    let decoded = |error: serde_json::Error| DomainError::Database(sqlx::Error::Decode(error.into()));
    let reached: Option<Position> = serde_json::from_value(row.position).map_err(decoded)?;
    let begun: Params = serde_json::from_value(row.params).map_err(decoded)?;
    let job = jobs::find(pool, JobId(row.id), Viewer::Everybody).await?;
    Ok(Some(Newest { job, position: reached.or(begun.from).unwrap_or_default() }))
}

fn can_resume(job: &Job) -> bool {
    matches!(job.state, JobState::Failed | JobState::Cancelled)
}

/// The newest as people see it.
pub(super) async fn find(pool: &PgPool) -> Result<Option<Backfill>> {
    let Some(newest) = newest(pool).await? else { return Ok(None) };
    let reading = LISTS.get(newest.position.list).map(|list| list.name().to_owned());
    Ok(Some(Backfill {
        reading,
        lists_done: newest.position.list as i64,
        lists: LISTS.len() as i64,
        can_resume: can_resume(&newest.job),
        job: newest.job,
    }))
}
