//! What was paid, failed, was paid later, went back and was earned; kept in step with whatever is written.

use super::{AsOf, PeriodRequest, ReportRequest, payments, recognised, rollup, trials};
use crate::fixture::{self, run};
use chrono::{DateTime, Utc};
use crm_types::analytics_payments::{PaymentFigures, RecognisedReport};
use sqlx::PgPool;
use uuid::Uuid;

fn request(from: &str, to: &str) -> ReportRequest {
    ReportRequest {
        period: PeriodRequest::new(from.parse().ok(), to.parse().ok()).unwrap(),
        ..ReportRequest::default()
    }
}

async fn figures(pool: &PgPool, month: &str) -> PaymentFigures {
    payments(pool, request(month, month)).await.unwrap().total
}

struct Payment<'a> {
    key: &'a str,
    payment: &'a str,
    status: &'a str,
    minor: i64,
    at: &'a str,
    lines: Option<serde_json::Value>,
}

async fn pays(pool: &PgPool, customer: Uuid, new: Payment<'_>) {
    sqlx::query(
        "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at, lines)
         VALUES (gen_random_uuid(), $1, $2, $3, CASE $4 WHEN 'refunded' THEN 'refund' ELSE 'payment' END, $4, 'subscription', 'usd', $5, $6, $7)",
    )
    .bind(new.key)
    .bind(new.payment)
    .bind(customer)
    .bind(new.status)
    .bind(new.minor)
    .bind(fixture::at(new.at))
    .bind(new.lines)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invoice_that_failed_is_recovered_when_it_is_paid(pool: PgPool) {
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let new = |key, payment, status, minor, at| Payment { key, payment, status, minor, at, lines: None };
    for payment in [
        new("in_1", "in_1", "succeeded", 1_000, "2026-01-05T12:00:00Z"),
        new("fail_2a", "in_2", "failed", 2_000, "2026-01-06T12:00:00Z"),
        new("fail_2b", "in_2", "failed", 2_000, "2026-01-09T12:00:00Z"),
        new("fail_3", "in_3", "failed", 3_000, "2026-01-07T12:00:00Z"),
        new("re_1", "in_1", "refunded", -250, "2026-01-20T12:00:00Z"),
    ] {
        pays(&pool, ada, payment).await;
    }
    let january = figures(&pool, "2026-01-15").await;
    assert_eq!((january.payments, january.failed_attempts, january.failure_rate), (1, 3, Some(0.75)));
    assert_eq!((january.failed_invoices, january.failed_amount.minor, january.recovery_rate), (2, 5_000, Some(0.0)));
    assert_eq!((january.refunds, january.refunded.minor, january.refund_rate), (1, -250, Some(0.25)));
    assert_eq!(january.average.map(|money| money.minor), Some(1_000));
    let shown: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&pool).await.unwrap();

    // Paid in February: it counts where it failed first.
    pays(&pool, ada, new("in_2", "in_2", "succeeded", 2_000, "2026-02-02T12:00:00Z")).await;
    let now = figures(&pool, "2026-01-15").await;
    assert_eq!((now.recovered_invoices, now.recovered_amount.minor, now.recovery_rate), (1, 2_000, Some(0.5)));
    assert_eq!((now.amount_recovery_rate, figures(&pool, "2026-02-15").await.failed_invoices), (Some(0.4), 0));
    let as_of = ReportRequest { as_of: Some(AsOf::Instant(shown)), ..request("2026-01-15", "2026-01-15") };
    assert_eq!(payments(&pool, as_of).await.unwrap().total, january);

    // Corrected, and taken away.
    run(&pool, "UPDATE transactions SET amount_minor = 2500 WHERE business_key IN ('fail_2a', 'in_2')").await;
    let now = figures(&pool, "2026-01-15").await;
    assert_eq!((now.failed_amount.minor, now.recovered_amount.minor), (5_500, 2_500));
    run(&pool, "DELETE FROM transactions WHERE payment_key = 'in_2'").await;
    let now = figures(&pool, "2026-01-15").await;
    assert_eq!((now.failed_invoices, now.recovered_invoices, now.failed_amount.minor), (1, 0, 3_000));
    rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
    assert_eq!(figures(&pool, "2026-01-15").await, now);
    let changes: i64 = sqlx::query_scalar("SELECT sum(n)::bigint FROM payment_changes").fetch_one(&pool).await.unwrap();
    let sums: i64 = sqlx::query_scalar("SELECT sum(n)::bigint FROM payment_monthly").fetch_one(&pool).await.unwrap();
    assert_eq!(changes, sums, "a rebuild of what is right changes nothing");
}

async fn earned(pool: &PgPool, from: &str, to: &str) -> RecognisedReport {
    recognised(pool, request(from, to)).await.unwrap()
}

fn by_month(report: &RecognisedReport) -> Vec<i64> {
    report.steps.iter().map(|step| step.recognised.minor).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn revenue_is_earned_day_by_day(pool: PgPool) {
    run(
        &pool,
        "INSERT INTO prices (id, currency, unit_amount, interval, mapped_stream, mapped_tier, seen_at, seen_rank, seen_event)
         VALUES ('price_year', 'usd', 36500, 'year', 'rev1_individual', 'tier1', now(), 0, '')",
    )
    .await;
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let line = |price: &str, amount: i64, from: &str, to: &str| serde_json::json!({"price": price, "amount": amount, "from": format!("{from}T00:00:00Z"), "to": format!("{to}T00:00:00Z")});
    // A year for $365: a dollar a day, from 16 January.
    let year = line("price_year", 36_500, "2026-01-16", "2027-01-16");
    let lines = Some(serde_json::json!([year]));
    pays(
        &pool,
        ada,
        Payment { key: "in_1", payment: "in_1", status: "succeeded", minor: 36_500, at: "2026-01-16T12:00:00Z", lines },
    )
    .await;
    let report = earned(&pool, "2026-01-01", "2026-03-31").await;
    assert_eq!(by_month(&report), [1_600, 2_800, 3_100]);
    assert_eq!((report.recognised.minor, report.deferred.minor), (7_500, 29_000));
    assert_eq!((report.steps[0].streams[0].amount.minor, report.steps[0].other.minor), (1_600, 0));
    let whole = earned(&pool, "2025-12-01", "2027-02-28").await;
    assert_eq!((whole.recognised.minor, whole.deferred.minor), (36_500, 0));
    // Half of it goes back: of every day.
    run(&pool, "UPDATE transactions SET refunded_minor = 18250").await;
    assert_eq!(by_month(&earned(&pool, "2026-01-01", "2026-03-31").await), [800, 1_400, 1_550]);
    // An upgrade credits what is left of one and charges the other; tax is not earned.
    let lines = Some(serde_json::json!([
        line("", -500, "2026-02-01", "2026-03-01"),
        line("", 1_500, "2026-02-01", "2026-03-01")
    ]));
    pays(
        &pool,
        ada,
        Payment { key: "in_2", payment: "in_2", status: "succeeded", minor: 1_190, at: "2026-02-01T12:00:00Z", lines },
    )
    .await;
    run(&pool, "UPDATE transactions SET tax_minor = 190 WHERE business_key = 'in_2'").await;
    let report = earned(&pool, "2026-02-01", "2026-02-28").await;
    assert_eq!((report.recognised.minor, report.steps[0].other.minor), (2_400, 1_000));
    // Without lines, on its day; what failed, never.
    pays(
        &pool,
        ada,
        Payment {
            key: "ch_3",
            payment: "ch_3",
            status: "succeeded",
            minor: 77,
            at: "2026-04-30T12:00:00Z",
            lines: None,
        },
    )
    .await;
    pays(
        &pool,
        ada,
        Payment { key: "ch_4", payment: "ch_4", status: "failed", minor: 88, at: "2026-04-30T12:00:00Z", lines: None },
    )
    .await;
    assert_eq!(earned(&pool, "2026-04-01", "2026-04-30").await.steps[0].other.minor, 77);
    let before = by_month(&earned(&pool, "2026-01-01", "2027-02-28").await);
    rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
    assert_eq!(by_month(&earned(&pool, "2026-01-01", "2027-02-28").await), before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn trials_convert_by_when_they_ended_and_by_when_they_began(pool: PgPool) {
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    for (from, until, converted) in [
        ("2026-01-25", Some("2026-02-04"), Some(true)),
        ("2026-01-20", Some("2026-01-30"), Some(false)),
        ("2026-02-01", Some("2026-02-11"), Some(true)),
        ("2026-02-20", None, None),
    ] {
        let id = fixture::subscription(&pool, ada, "usd", 900, "2026-01-01T00:00:00Z").await;
        let at = |day: &str| fixture::at(&format!("{day}T12:00:00Z"));
        sqlx::query(
            "UPDATE subscriptions SET trialed_from = $2, trialed_until = $3, converted_from_trial = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(at(from))
        .bind(until.map(at))
        .bind(converted)
        .execute(&pool)
        .await
        .unwrap();
    }
    let report =
        trials(&pool, request("2026-01-01", "2026-02-28"), Some(crm_types::analytics::GroupBy::Tier)).await.unwrap();
    assert_eq!((report.total.ended, report.total.converted, report.total.rate), (3, 2, Some(2.0 / 3.0)));
    let ended: Vec<_> = report.steps.iter().map(|s| (s.figures.ended, s.figures.converted)).collect();
    assert_eq!(ended, [(1, 0), (2, 2)]);
    let began: Vec<_> =
        report.cohorts.iter().map(|c| (c.started, c.running, c.figures.ended, c.figures.rate)).collect();
    assert_eq!(began, [(2, 0, 2, Some(0.5)), (2, 1, 1, Some(1.0))]);
    assert_eq!((report.cohorts[0].complete, report.cohorts[1].complete), (true, false));
    assert_eq!(report.groups[0].total.ended, 3);
    let then: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&pool).await.unwrap();
    run(&pool, "UPDATE subscriptions SET trialed_until = '2026-02-27Z', converted_from_trial = false WHERE trialed_until IS NULL").await;
    let now = trials(&pool, request("2026-01-01", "2026-02-28"), None).await.unwrap();
    assert_eq!((now.total.ended, now.cohorts[1].figures.rate), (4, Some(0.5)));
    let as_of = ReportRequest { as_of: Some(AsOf::Instant(then)), ..request("2026-01-01", "2026-02-28") };
    let shown = trials(&pool, as_of, None).await.unwrap();
    assert_eq!((shown.steps, shown.cohorts, shown.total), (report.steps, report.cohorts, report.total));
}
