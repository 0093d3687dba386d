use super::{CHANNEL, LoggedEvent};
use crate::db::Result;
use crm_types::realtime::RealtimeEvent;
use sqlx::PgConnection;
use sqlx::types::Json;

/// Advisory lock of publishers.
const PUBLISH_LOCK: i64 = 0x7265_616c_7469_6d65;

pub(super) async fn lock(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", PUBLISH_LOCK).execute(conn).await?;
    Ok(())
}

pub(super) async fn append(conn: &mut PgConnection, event: &RealtimeEvent) -> Result<i64> {
    let id = sqlx::query_scalar!(
        r#"WITH event AS (INSERT INTO realtime_events (id, payload)
                          SELECT COALESCE(max(id), 0) + 1, $1 FROM realtime_events RETURNING id)
           SELECT id FROM event, LATERAL pg_notify($2, id::text)"#,
        Json(event) as _,
        CHANNEL
    )
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// The newest id ever given, also when its row was trimmed.
pub(super) async fn newest(conn: &mut PgConnection) -> Result<i64> {
    Ok(bounds(conn).await?.1)
}

/// The oldest id that is still there, and the newest.
pub(super) async fn bounds(conn: &mut PgConnection) -> Result<(Option<i64>, i64)> {
    let row = sqlx::query!(r#"SELECT min(id) AS oldest, COALESCE(max(id), 0) AS "newest!" FROM realtime_events"#)
        .fetch_one(conn)
        .await?;
    Ok((row.oldest, row.newest))
}

pub(super) async fn after(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<LoggedEvent>> {
    let rows = sqlx::query!(
        r#"SELECT id, payload AS "payload: Json<RealtimeEvent>" FROM realtime_events WHERE id > $1 ORDER BY id LIMIT $2"#,
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| LoggedEvent { id: row.id, event: row.payload.0 }).collect())
}

/// The newest row stays whatever its age: the log's end is known by it.
pub(super) async fn trim(conn: &mut PgConnection, minutes: i32, rows: i64) -> Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM realtime_events
          WHERE id < (SELECT max(id) FROM realtime_events)
            AND (at < now() - make_interval(mins => $1) OR id <= (SELECT max(id) FROM realtime_events) - $2)",
        minutes,
        rows
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
