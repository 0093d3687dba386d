//! Revenue by the month in which it is earned.

use super::part::Part;
use super::scope::{ReportRequest, Scope};
use super::{Period, snapshot};
use crate::db::{DomainError, Result};
use crate::row::parse;
use chrono::NaiveDate;
use crm_types::Money;
use crm_types::analytics::Step;
use crm_types::analytics_payments::{RecognisedReport, RecognisedStep};
use crm_types::analytics_streams::StreamAmount;
use crm_types::plans::Stream;
use sqlx::PgPool;

/// What was earned in the months that a period touches, and what remains to be earned after them. By the streams that prices are
/// for now.
pub async fn recognised(pool: &PgPool, request: ReportRequest) -> Result<RecognisedReport> {
    if request.interval.is_some_and(|interval| interval != Step::Month) {
        return Err(DomainError::invalid("interval", "out_of_range", "Revenue is added up by month."));
    }
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_year(&mut tx, ReportRequest { interval: Some(Step::Month), ..request }).await?;
    let months: Vec<Period> = scope.steps.iter().map(|step| step.whole_month()).collect();
    let (from, to) = (months.first().copied(), months.last().copied());
    let (from, to) = (from.unwrap_or(scope.period).from, to.unwrap_or(scope.period).to);
    // What is earned later is one row, of the day after: of periods that have begun by then.
    let found = sqlx::query!(
        r#"SELECT least(d.month, $3::date + 1) AS "month!", m.stream AS "stream?", sum(d.amount_minor)::bigint AS "minor!"
           FROM (SELECT price_id, begun, month, amount_minor FROM recognised_monthly
                 WHERE currency = $1 AND month >= $2 AND (month <= $3 OR begun <= $3)
                 UNION ALL
                 SELECT price_id, begun, month, -amount_minor FROM recognised_changes
                 WHERE recorded_at > $4 AND currency = $1 AND month >= $2 AND (month <= $3 OR begun <= $3)) AS d
           LEFT JOIN price_mapping m ON m.price_id = d.price_id
           GROUP BY 1, 2"#,
        scope.currency.code(),
        from,
        to,
        scope.as_of
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let mut rows: Vec<(NaiveDate, Option<Stream>, i64)> = Vec::with_capacity(found.len());
    for row in found {
        rows.push((row.month, row.stream.map(|stream| parse("stream", &stream)).transpose()?, row.minor));
    }
    let money = |minor| Money::new(minor, scope.currency);
    let sum = |holds: &dyn Fn(NaiveDate, Option<Stream>) -> bool| {
        money(rows.iter().filter(|(month, stream, _)| holds(*month, *stream)).map(|(.., minor)| minor).sum())
    };
    let steps = months.iter().map(|month| {
        let amount = |stream: &Stream| StreamAmount {
            stream: *stream,
            label: Part::Stream(*stream).label().to_owned(),
            amount: sum(&|of, is| of == month.from && is == Some(*stream)),
        };
        RecognisedStep {
            from: month.from,
            to: month.to,
            complete: month.to < scope.newest,
            recognised: sum(&|of, _| of == month.from),
            streams: Stream::ALL.iter().map(amount).collect(),
            other: sum(&|of, is| of == month.from && is.is_none()),
        }
    });
    Ok(RecognisedReport {
        currency: scope.currency,
        from,
        to,
        as_of: scope.as_of,
        recognised: sum(&|of, _| of <= to),
        deferred: sum(&|of, _| of > to),
        steps: steps.collect(),
    })
}
