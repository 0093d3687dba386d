//! Trials that run at the end of a day.

use crate::db::Result;
use chrono::NaiveDate;
use sqlx::PgConnection;

/// How many trials ran at the end of each of these days.
#[derive(Debug)]
pub(crate) struct TrialsRunning(Vec<(NaiveDate, i64)>);

impl TrialsRunning {
    /// Counts in one pass over the sums by day, however many days: trials are added from the first of them at whose end they run,
    /// and taken off from the first at whose end they do not run any more.
    pub(crate) async fn read(connection: &mut PgConnection, mut days: Vec<NaiveDate>) -> Result<Self> {
        days.sort_unstable();
        days.dedup();
        let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else {
            return Ok(Self(days.into_iter().map(|day| (day, 0)).collect()));
        };
        let changes = sqlx::query!(
            r#"WITH running AS (SELECT started, ended, trials FROM trial_daily WHERE ended > $2 AND started <= $3)
               SELECT bucket AS "bucket!", sum(change)::bigint AS "change!"
               FROM (SELECT width_bucket(started - 1, $1::date[]) AS bucket, trials AS change FROM running
                     UNION ALL
                     SELECT width_bucket(ended - 1, $1::date[]), -trials FROM running WHERE ended <= $3) AS changes
               GROUP BY bucket"#,
            &days,
            first,
            last
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
