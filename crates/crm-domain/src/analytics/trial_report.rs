//! How many trials become paid subscriptions: by when they ended, and by when they began.

use super::part::{Part, parts};
use super::retention::share;
use super::scope::{ReportRequest, Scope};
use super::{Period, snapshot};
use crate::db::Result;
use crate::exchange_rates::CurrencyChoice;
use crate::row::parse;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::analytics::GroupBy;
use crm_types::analytics_retention::{TrialCohort, TrialConversion, TrialGroup, TrialReport, TrialStep};
use crm_types::plans::{Stream, Tier};
use sqlx::{PgConnection, PgPool};

/// The trials of a period, from their counts by day. In every currency when none is asked for: trials can be added.
pub async fn trials(pool: &PgPool, request: ReportRequest, group_by: Option<GroupBy>) -> Result<TrialReport> {
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_year(&mut tx, request).await?;
    let currency = request.currency.and_then(CurrencyChoice::only);
    let rows = read(&mut tx, &scope.steps, currency, scope.as_of).await?;
    tx.commit().await?;
    let steps = scope.steps.iter().enumerate().map(|(i, step)| TrialStep {
        from: step.from,
        to: step.to,
        complete: scope.is_complete(*step),
        figures: conversion(rows.iter().filter(|row| row.ended == Some(i))),
    });
    let cohorts = scope.steps.iter().enumerate().map(|(i, step)| {
        let began = || rows.iter().filter(|row| row.began == Some(i));
        let running = began().filter(|row| row.runs).map(|row| row.trials).sum();
        TrialCohort {
            from: step.from,
            to: step.to,
            started: began().map(|row| row.trials).sum(),
            running,
            figures: conversion(began().filter(|row| !row.runs)),
            complete: running == 0 && scope.is_complete(*step),
        }
    });
    let group = |(part, always): (Part, bool)| {
        let of_part = |row: &&Row| row.ended.is_some() && row.stream.is_some_and(|stream| part.holds(stream, row.tier));
        let total = conversion(rows.iter().filter(of_part));
        let (key, label) = (part.key().to_owned(), part.label().to_owned());
        (always || total.ended > 0).then_some(TrialGroup { key, label, total })
    };
    Ok(TrialReport {
        currency,
        from: scope.period.from,
        to: scope.period.to,
        interval: scope.interval,
        as_of: scope.as_of,
        total: conversion(rows.iter().filter(|row| row.ended.is_some())),
        steps: steps.collect(),
        cohorts: cohorts.collect(),
        groups: group_by.map(parts).unwrap_or_default().into_iter().filter_map(group).collect(),
    })
}

/// Trials that began in one step and ended in another; none of them where it was before the first or after the last.
struct Row {
    began: Option<usize>,
    ended: Option<usize>,
    runs: bool,
    stream: Option<Stream>,
    tier: Option<Tier>,
    trials: i64,
    converted: i64,
}

fn conversion<'a>(rows: impl Iterator<Item = &'a Row>) -> TrialConversion {
    let (ended, converted) = rows.fold((0, 0), |(n, c), row| (n + row.trials, c + row.converted));
    TrialConversion { ended, converted, rate: share(converted, ended) }
}

/// Those of a stream that ended in a period, in every currency.
pub(super) async fn ended_in(
    db: &mut PgConnection,
    period: Period,
    as_of: Option<DateTime<Utc>>,
    stream: Stream,
) -> Result<TrialConversion> {
    let rows = read(db, &[period], None, as_of).await?;
    Ok(conversion(rows.iter().filter(|row| row.ended.is_some() && row.stream == Some(stream))))
}

async fn read(
    db: &mut PgConnection,
    steps: &[Period],
    currency: Option<Currency>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Row>> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(Vec::new()) };
    // Where each step begins, and where the last ends: what is from there on is in none.
    let bounds = steps.iter().map(|step| step.from).chain(last.to.succ_opt()).collect::<Vec<NaiveDate>>();
    let rows = sqlx::query!(
        r#"SELECT width_bucket(d.started, $5::date[]) AS "began!", width_bucket(d.ended, $5::date[]) AS "ended!",
                  d.ended = DATE '9999-12-31' AS "runs!", d.stream AS "stream!", d.tier AS "tier!", sum(d.trials)::bigint AS "trials!",
                  sum(d.converted)::bigint AS "converted!"
           FROM (SELECT started, ended, stream, tier, currency, trials, converted FROM trial_daily WHERE ended BETWEEN $1 AND $2
                 UNION ALL
                 SELECT started, ended, stream, tier, currency, trials, converted FROM trial_daily
                 WHERE started BETWEEN $1 AND $2 AND NOT ended BETWEEN $1 AND $2
                 UNION ALL
                 SELECT started, ended, stream, tier, currency, -trials, -converted FROM trial_changes
                 WHERE recorded_at > $4 AND (ended BETWEEN $1 AND $2 OR started BETWEEN $1 AND $2)) AS d
           WHERE d.currency = coalesce($3, d.currency) GROUP BY 1, 2, 3, 4, 5"#,
        first.from,
        last.to,
        currency.map(|c| c.code().to_owned()),
        as_of,
        &bounds
    )
    .fetch_all(db)
    .await?;
    let step = |bucket: i32| usize::try_from(bucket - 1).ok().filter(|i| *i < steps.len());
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        read.push(Row {
            began: step(row.began),
            ended: step(row.ended),
            runs: row.runs,
            stream: (!row.stream.is_empty()).then(|| parse("stream", &row.stream)).transpose()?,
            tier: super::standing::read_tier(&row.tier)?,
            trials: row.trials,
            converted: row.converted,
        });
    }
    Ok(read)
}
