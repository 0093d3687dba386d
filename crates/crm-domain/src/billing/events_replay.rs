//! Puts settled events back into the queue, for when the cause of their trouble was mended.

use crate::db::{DomainError, Result};
use crm_types::billing::{EventState, ReplayReply, ReplayRequest};
use sqlx::PgPool;

/// Most ids of one request.
const IDS_MAX: usize = 1_000;

/// Replays events by id (dead, parked, ignored or done) or all in a state (dead or parked). Ids that are unknown or
/// already pending are passed over.
pub async fn replay(pool: &PgPool, request: &ReplayRequest) -> Result<ReplayReply> {
    let (ids, state) = parse(request)?;
    let mut tx = pool.begin().await?;
    // The counters hold what is settled and not what waits: what leaves `done` or `ignored` is taken off, and the applier
    // adds it again. Rows are locked in the order in which the applier locks them.
    let replayed = sqlx::query_scalar!(
        r#"WITH chosen AS (
               SELECT event_id, state FROM stripe_events
               WHERE ($1::text[] IS NULL OR event_id = ANY($1)) AND ($2::text IS NULL OR state = $2)
                 AND state IN ('dead', 'parked', 'ignored', 'done')
               ORDER BY seq FOR UPDATE
           ), replayed AS (
               UPDATE stripe_events e
               SET state = 'pending', attempts = 0, parked_on = NULL, reason = NULL, next_attempt_at = now(), settled_at = NULL
               FROM chosen c WHERE e.event_id = c.event_id
               RETURNING c.state
           ), counted AS (
               UPDATE stripe_event_counters k SET n = k.n - r.n
               FROM (SELECT state, count(*) AS n FROM replayed GROUP BY state) r
               WHERE k.state = r.state
           )
           SELECT count(*) AS "n!" FROM replayed"#,
        ids,
        state
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!("SELECT pg_notify($1, '')", super::inbox::CHANNEL).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(ReplayReply { replayed })
}

fn parse(request: &ReplayRequest) -> Result<(Option<&[String]>, Option<&'static str>)> {
    let invalid = |field: &str, code, message: &str| Err(DomainError::invalid(field, code, message));
    match (request.ids.as_slice(), request.state) {
        ([], None) => invalid("ids", "required", "Give the ids of events, or a state."),
        ([_, ..], Some(_)) => invalid("state", "ambiguous", "Give ids or a state, not both."),
        ([], Some(state @ (EventState::Dead | EventState::Parked))) => Ok((None, Some(state.as_str()))),
        ([], Some(_)) => invalid("state", "unknown_value", "Only `dead` and `parked` can be replayed as a whole."),
        (ids, None) if ids.len() > IDS_MAX => invalid("ids", "too_many", "Give at most 1,000 ids."),
        (ids, None) if ids.iter().any(|id| id.contains('\0')) => {
            invalid("ids", "invalid", "An id has a NUL character.")
        }
        (ids, None) => Ok((Some(ids), None)),
    }
}
