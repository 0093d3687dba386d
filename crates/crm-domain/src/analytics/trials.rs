//! Trials that run at the end of a day.

use crate::db::Result;
use chrono::NaiveDate;
use sqlx::PgConnection;

/// How many trials ran at the end of each of these days.
#[derive(Debug)]
pub(crate) struct TrialsRunning(Vec<(NaiveDate, i64)>);

impl TrialsRunning {
    /// Counts in one pass, however many days: each trial adds one from the first day at whose end it runs, and takes it
    /// off from the first day at whose end it does not run any more. Trials that were over before the first day never count.
    pub(crate) async fn read(connection: &mut PgConnection, mut days: Vec<NaiveDate>) -> Result<Self> {
        days.sort_unstable();
        days.dedup();
        let changes = sqlx::query!(
            r#"WITH ends AS MATERIALIZED (
                   SELECT array_agg(account_day_start(day + 1) ORDER BY day) AS at FROM unnest($1::date[]) AS day
               ), trials AS (
                   SELECT width_bucket(trialed_from, at) AS began, width_bucket(trialed_until, at) AS ended
                   FROM ends, subscriptions
                   WHERE trialed_from < at[cardinality(at)] AND (trialed_until IS NULL OR trialed_until >= at[1])
               )
               SELECT bucket AS "bucket!", sum(change) AS "change!"
               FROM (SELECT began AS bucket, 1 AS change FROM trials
                     UNION ALL
                     SELECT ended, -1 FROM trials WHERE ended IS NOT NULL) AS changes
               GROUP BY bucket"#,
            &days
        )
        .fetch_all(connection)
        .await?;
        let running = days.into_iter().zip(0..).map(|(day, i)| {
            (day, changes.iter().filter(|change| change.bucket <= i).map(|change| change.change).sum())
        });
        Ok(Self(running.collect()))
    }

    /// How many ran at the end of one of the days that were asked for.
    pub(crate) fn at_end_of(&self, day: NaiveDate) -> i64 {
        self.0.iter().find(|(d, _)| *d == day).map_or(0, |(_, n)| *n)
    }
}
