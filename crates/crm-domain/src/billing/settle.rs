//! What becomes of the inbox's events: claimed, settled, put off, released.

use super::apply::{Claimed, Verdict};
use crate::db::Result;
use sqlx::{Connection, PgConnection};

/// Tries before an event that the database refuses is given up.
pub const MOST_ATTEMPTS: i32 = 8;

/// The oldest events that are due.
pub async fn claim(db: &mut PgConnection, limit: i64) -> Result<Vec<Claimed>> {
    Ok(sqlx::query_as!(
        Claimed,
        "SELECT event_id, raw FROM stripe_events WHERE state = 'pending' AND next_attempt_at <= now() ORDER BY seq LIMIT $1",
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many events wait, counted up to `cap`.
pub async fn pending(db: impl sqlx::PgExecutor<'_>, cap: i64) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM (SELECT FROM stripe_events WHERE state = 'pending' LIMIT $1) p"#,
        cap
    )
    .fetch_one(db)
    .await?)
}

/// Writes the verdicts, and counts.
pub async fn settle(db: &mut PgConnection, verdicts: &[(String, Verdict)]) -> Result<()> {
    let mut ids = Vec::with_capacity(verdicts.len());
    let (mut states, mut reasons, mut parked) =
        (Vec::with_capacity(verdicts.len()), Vec::with_capacity(verdicts.len()), Vec::with_capacity(verdicts.len()));
    let (mut done, mut ignored) = (0_i64, 0_i64);
    for (id, verdict) in verdicts {
        let (state, reason, on) = match verdict {
            Verdict::Done => ("done", None, None),
            Verdict::Ignored => ("ignored", None, None),
            Verdict::Parked { on, reason } => ("parked", Some(reason.as_str()), Some(on.as_str())),
            Verdict::Dead(reason) => ("dead", Some(reason.as_str()), None),
        };
        done += i64::from(state == "done");
        ignored += i64::from(state == "ignored");
        ids.push(id.as_str());
        states.push(state);
        reasons.push(reason);
        parked.push(on);
    }
    sqlx::query!(
        "UPDATE stripe_events e SET state = v.state, reason = v.reason, parked_on = v.parked_on, attempts = e.attempts + 1, settled_at = now()
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS v (id, state, reason, parked_on)
         WHERE e.event_id = v.id",
        &ids as &[&str],
        &states as &[&str],
        &reasons as &[Option<&str>],
        &parked as &[Option<&str>],
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE stripe_event_counters SET n = n + CASE state WHEN 'done' THEN $1::int8 ELSE $2::int8 END
         WHERE CASE state WHEN 'done' THEN $1::int8 ELSE $2::int8 END <> 0",
        done,
        ignored,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What waited for one of these ids goes on.
pub async fn release(db: &mut PgConnection, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE stripe_events SET state = 'pending', parked_on = NULL, reason = NULL, settled_at = NULL, next_attempt_at = now()
         WHERE state = 'parked' AND parked_on = ANY($1)",
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An event that the database refused: again later, up to eight times with growing, jittered pauses, then dead.
pub async fn put_off(db: &mut PgConnection, event_id: &str, reason: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    let reason: String = reason.chars().take(500).collect();
    sqlx::query!(
        "UPDATE stripe_events SET attempts = attempts + 1, reason = $2,
             state = CASE WHEN attempts + 1 >= $3 THEN 'dead' ELSE 'pending' END,
             settled_at = CASE WHEN attempts + 1 >= $3 THEN now() END,
             next_attempt_at = now() + make_interval(secs => power(2, attempts) * (0.5 + random()))
         WHERE event_id = $1",
        event_id,
        reason,
        MOST_ATTEMPTS,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}
