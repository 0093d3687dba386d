//! The sweep over Stripe's list of events: what is missing goes into the inbox, as if its webhook had come.
//!
//! It goes through all events since the last sweep, not only through those that Stripe knows it could not deliver: an endpoint
//! that was not there yet, or a database that was restored from a backup, missed what counts as delivered at Stripe.

use super::source::{List, Listed, Source, Unread, Wanted, pause};
use crate::billing::inbox::{self, Delivery};
use crate::billing::normalise::{Normalised, normalise};
use crate::db::Result;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

/// How often.
const EVERY_MINUTES: i32 = 60;
/// Events of so long before the newest that the last sweep saw are looked at again.
const OVERLAP: TimeDelta = TimeDelta::hours(1);
/// What is younger is on its way, unless somebody asks.
const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(1);
/// The longest pause between two tries, in seconds.
const LONGEST: f64 = 3_600.0;

/// Asks for a sweep now. One that runs goes on.
///
/// # Errors
/// When the database fails.
pub async fn ask(pool: &PgPool) -> Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query!("UPDATE healing_sweep SET due_at = now(), asked = true").execute(&mut *tx).await?;
    super::tell(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Where a sweep is.
struct Running {
    asked: bool,
    since: Option<DateTime<Utc>>,
    after: Option<String>,
    newest: Option<DateTime<Utc>>,
    attempts: i32,
}

/// Reads the next page, when one is due: its events and the cursor behind it in one transaction. Gives whether it did something.
///
/// # Errors
/// When the database fails. What Stripe fails at is written down, and tried again.
pub async fn step(pool: &PgPool, source: &impl Source) -> Result<bool> {
    let mut tx = pool.begin().await?;
    let Some(sweep) = take(&mut tx).await? else { return Ok(false) };
    let wanted = Wanted { list: List::Events, after: sweep.after.clone(), since: sweep.since };
    match source.list(&wanted).await {
        Ok(page) => store(&mut tx, &sweep, &page).await?,
        Err(unread) => put_off(&mut tx, &sweep, &unread).await?,
    }
    super::tell(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// The sweep that is due, begun if none runs. The lock keeps others away.
async fn take(tx: &mut PgConnection) -> Result<Option<Running>> {
    let due = sqlx::query!(
        r#"SELECT began_at IS NULL AS "fresh!", asked, since, after_event, newest, covered_until, attempts
           FROM healing_sweep WHERE due_at <= now() FOR NO KEY UPDATE SKIP LOCKED"#
    );
    let Some(row) = due.fetch_optional(&mut *tx).await? else { return Ok(None) };
    if !row.fresh {
        let (since, after, newest) = (row.since, row.after_event, row.newest);
        return Ok(Some(Running { asked: row.asked, since, after, newest, attempts: row.attempts }));
    }
    // By Stripe's clock alone: the first sweep reads all that Stripe still has.
    let since = row.covered_until.map(|until| until - OVERLAP);
    sqlx::query!("UPDATE healing_sweep SET began_at = now(), since = $1, newest = NULL, found = 0, seen = 0", since)
        .execute(tx)
        .await?;
    Ok(Some(Running { asked: row.asked, since, after: None, newest: None, attempts: row.attempts }))
}

async fn store(tx: &mut PgConnection, sweep: &Running, page: &Listed) -> Result<()> {
    let deliveries = deliveries(page);
    let newest = deliveries.iter().map(|delivery| delivery.created).chain(sweep.newest).max();
    let (seen, young) = (page.data.len() as i64, page.at - ON_ITS_WAY);
    // What nobody reads is not missing.
    let is_read = |delivery: &Delivery| normalise(&delivery.raw) != Normalised::Ignored;
    let wanted = |delivery: &Delivery| (sweep.asked || delivery.created < young) && is_read(delivery);
    let missing: Vec<Delivery> = deliveries.into_iter().filter(wanted).collect();
    let found = i64::try_from(inbox::store(&mut *tx, &missing).await?).unwrap_or(i64::MAX);
    if page.more {
        sqlx::query!(
            "UPDATE healing_sweep SET after_event = $1, newest = $2, seen = seen + $3, found = found + $4, found_ever = found_ever + $4,
                 attempts = 0, problem = NULL",
            page.last(),
            newest,
            seen,
            found,
        )
        .execute(tx)
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "UPDATE healing_sweep SET due_at = now() + make_interval(mins => $4), finished_at = now(), finished_seen = seen + $2,
             finished_found = found + $3, covered_until = greatest(covered_until, $1), found_ever = found_ever + $3,
             began_at = NULL, asked = false, since = NULL, after_event = NULL, newest = NULL, seen = 0, found = 0, attempts = 0, problem = NULL",
        newest,
        seen,
        found,
        EVERY_MINUTES,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The events of a page, as their webhooks would have brought them. What is no event is passed over: the cursor goes by ids.
fn deliveries(page: &Listed) -> Vec<Delivery> {
    let read = page.data.iter().filter_map(|event| match Delivery::parse(event.to_string().into_bytes()) {
        Ok(delivery) => Some(delivery),
        Err(error) => {
            tracing::warn!(error, "Stripe's list of events holds something else");
            None
        }
    });
    read.collect()
}

/// Nothing of the page is stored. What Stripe refuses for good is refused because of the cursor, if there is one: from the beginning.
async fn put_off(tx: &mut PgConnection, sweep: &Running, unread: &Unread) -> Result<()> {
    tracing::warn!(error = unread.message, "Stripe's events could not be read");
    sqlx::query!(
        "UPDATE healing_sweep SET attempts = attempts + 1, problem = $1, due_at = now() + make_interval(secs => $2),
             after_event = CASE WHEN $3 THEN NULL ELSE after_event END",
        unread.message,
        pause(sweep.attempts + 1, unread, LONGEST),
        unread.lasting,
    )
    .execute(tx)
    .await?;
    Ok(())
}
