//! What open pages are told: a short log in the database, written in the transaction of the change.
//!
//! `NOTIFY` says that there is something; the log says what, so that nothing is lost when a listener or a page was away.

mod store;

use crate::db::Result;
use crm_types::realtime::RealtimeEvent;
use sqlx::PgConnection;

/// The channel that announces new events.
pub const CHANNEL: &str = "crm_realtime";
/// Rows beyond the newest ones are trimmed.
pub const KEEP_ROWS: i64 = 10_000;
/// Older rows are trimmed.
pub const KEEP_MINUTES: i32 = 60;

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its place in the log; a page gives it back as `Last-Event-ID`.
    pub id: i64,
    /// What happened.
    pub event: RealtimeEvent,
}

/// What a page missed.
#[derive(Debug, PartialEq, Eq)]
pub enum Missed {
    /// These, oldest first; none when it missed nothing.
    Events(Vec<LoggedEvent>),
    /// More than the log holds or than is worth sending: the page reads everything again.
    TooMuch {
        /// Where the log is now.
        newest: i64,
    },
}

/// Appends an event; pages hear of it when the caller's transaction commits.
///
/// Call it last: until the commit, no other transaction can publish. That is what makes ids appear in order, so that
/// "everything after id n" never skips one.
///
/// # Errors
/// When the database fails.
pub async fn publish(conn: &mut PgConnection, event: &RealtimeEvent) -> Result<i64> {
    store::lock(conn).await?;
    store::append(conn, event).await
}

/// The newest id, 0 when there was never an event.
///
/// # Errors
/// When the database fails.
pub async fn newest(conn: &mut PgConnection) -> Result<i64> {
    store::newest(conn).await
}

/// What came after `after`, at most `limit` events.
///
/// # Errors
/// When the database fails.
pub async fn since(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Missed> {
    let (oldest, newest) = store::bounds(conn).await?;
    // `after` beyond the newest: the database was restored from before the page opened.
    if after > newest || (after < newest && oldest.is_none_or(|oldest| after < oldest - 1)) {
        return Ok(Missed::TooMuch { newest });
    }
    let events = store::after(conn, after, limit + 1).await?;
    match i64::try_from(events.len()) {
        Ok(count) if count <= limit => Ok(Missed::Events(events)),
        _ => Ok(Missed::TooMuch { newest }),
    }
}

/// Deletes what is too old or too much; gives how many rows.
///
/// # Errors
/// When the database fails.
pub async fn trim(conn: &mut PgConnection) -> Result<u64> {
    store::trim(conn, KEEP_MINUTES, KEEP_ROWS).await
}
