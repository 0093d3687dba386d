//! Payments, refunds, disputes, and invoices that failed and were paid later: by month.

use super::overview::divide;
use super::retention::share;
use super::scope::{ReportRequest, Scope};
use super::{Period, snapshot};
use crate::db::{DomainError, Result};
use chrono::NaiveDate;
use crm_types::analytics::Step;
use crm_types::analytics_payments::{PaymentFigures, PaymentReport, PaymentStep};
use crm_types::{Currency, Money};
use sqlx::PgPool;
use std::collections::BTreeMap;

/// The payments of the months that a period touches.
pub async fn payments(pool: &PgPool, request: ReportRequest) -> Result<PaymentReport> {
    if request.interval.is_some_and(|interval| interval != Step::Month) {
        return Err(DomainError::invalid("interval", "out_of_range", "Payments are added up by month."));
    }
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_year(&mut tx, ReportRequest { interval: Some(Step::Month), ..request }).await?;
    let months: Vec<Period> = scope.steps.iter().map(|step| step.whole_month()).collect();
    let (from, to) = (months.first().copied(), months.last().copied());
    let (from, to) = (from.unwrap_or(scope.period).from, to.unwrap_or(scope.period).to);
    let rows = sqlx::query!(
        r#"SELECT d.month AS "month!", d.what AS "what!", sum(d.n)::bigint AS "n!", sum(d.amount_minor)::bigint AS "minor!"
           FROM (SELECT month, what, n, amount_minor FROM payment_monthly WHERE currency = $1 AND month BETWEEN $2 AND $3
                 UNION ALL
                 SELECT month, what, -n, -amount_minor FROM payment_changes
                 WHERE recorded_at > $4 AND currency = $1 AND month BETWEEN $2 AND $3) AS d
           GROUP BY 1, 2"#,
        scope.currency.code(),
        from,
        to,
        scope.as_of
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let mut sums = Sums::new();
    for row in rows {
        sums.insert((row.month, row.what), (row.n, row.minor));
    }
    let steps = months.iter().map(|month| PaymentStep {
        from: month.from,
        to: month.to,
        complete: month.to < scope.newest,
        figures: figures(&sums, *month, scope.currency),
    });
    Ok(PaymentReport {
        currency: scope.currency,
        from,
        to,
        as_of: scope.as_of,
        total: figures(&sums, Period { from, to }, scope.currency),
        steps: steps.collect(),
    })
}

/// By month and what it is: how many, and how much.
type Sums = BTreeMap<(NaiveDate, String), (i64, i64)>;

fn figures(sums: &Sums, within: Period, currency: Currency) -> PaymentFigures {
    let of = |what: &str| {
        let found = sums.iter().filter(|((month, of), _)| of == what && within.from <= *month && *month <= within.to);
        found.fold((0, 0), |(n, minor), (_, sum)| (n + sum.0, minor + sum.1))
    };
    let money = |minor| Money::new(minor, currency);
    let (payments, paid) = of("payment_succeeded");
    let (refunds, refunded) = of("refund_refunded");
    let (disputes, disputed) = of("dispute_disputed");
    let (attempts, _) = of("payment_failed");
    let (failed, failed_minor) = of("invoice_failed");
    let (recovered, recovered_minor) = of("invoice_recovered");
    PaymentFigures {
        payments,
        paid: money(paid),
        average: divide(paid, payments).map(money),
        refunds,
        refunded: money(refunded),
        refund_rate: share(-refunded, paid),
        disputes,
        disputed: money(disputed),
        dispute_rate: share(-disputed, paid),
        failed_attempts: attempts,
        failure_rate: share(attempts, attempts + payments),
        failed_invoices: failed,
        failed_amount: money(failed_minor),
        recovered_invoices: recovered,
        recovered_amount: money(recovered_minor),
        recovery_rate: share(recovered, failed),
        amount_recovery_rate: share(recovered_minor, failed_minor),
    }
}
