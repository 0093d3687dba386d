//! Hand-computed figures of a small business.
//!
//! Ada: $2,000 a year from 5 January, +$60 on 5 February, -$60 on 5 March, gone on 5 April, back on 5 May.
//! Bob: $100 from 10 March. Carl: 50 EUR from 10 March.

use super::{PeriodRequest, ReportRequest, movements, overview};
use crate::fixture::{self, NewMovement};
use chrono::NaiveDate;
use crm_types::analytics::{Comparison, MovementSummary, Overview};
use crm_types::{Currency, Money};
use sqlx::PgPool;

const TIER1: &str = "rev1_individual";

fn usd(minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::USD))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(from: &str, to: &str) -> PeriodRequest {
    PeriodRequest::new(Some(day(from)), Some(day(to))).unwrap()
}

fn asked(period: PeriodRequest) -> ReportRequest {
    ReportRequest { period, ..ReportRequest::default() }
}

async fn figures(pool: &PgPool, from: &str, to: &str) -> Overview {
    overview(pool, period(from, to), Comparison::Previous, None).await.unwrap()
}

async fn business(pool: &PgPool) {
    let ada = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(pool, ada, "usd", 16_667, "2026-01-05T00:00:00Z").await;
    let mut before = 0;
    for (movement, amount, at, paying_since) in [
        ("new", 16_667, "2026-01-05T12:00:00Z", None),
        ("expansion", 6_000, "2026-02-05T12:00:00Z", Some("2026-01-05T12:00:00Z")),
        ("contraction", -6_000, "2026-03-05T12:00:00Z", Some("2026-01-05T12:00:00Z")),
        ("churn", -16_667, "2026-04-05T12:00:00Z", Some("2026-01-05T12:00:00Z")),
        ("reactivation", 16_667, "2026-05-05T12:00:00Z", None),
    ] {
        let lines = &[(TIER1, "tier1", amount)];
        let new =
            NewMovement { customer: ada, subscription, movement, currency: "usd", before, lines, at, paying_since };
        fixture::movement(pool, &new).await;
        before += amount;
    }
    for (name, currency, minor) in [("Bob", "usd", 10_000), ("Carl", "eur", 5_000)] {
        let customer = fixture::customer(pool, name, "2026-01-01T00:00:00Z").await;
        let subscription = fixture::subscription(pool, customer, currency, minor, "2026-03-10T00:00:00Z").await;
        let lines = &[("rev2_coaching", "", minor)];
        let at = "2026-03-10T12:00:00Z";
        let new =
            NewMovement { customer, subscription, movement: "new", currency, before: 0, lines, at, paying_since: None };
        fixture::movement(pool, &new).await;
    }
    fixture::roll_up(pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn figures_of_a_month_and_the_month_before(pool: PgPool) {
    business(&pool).await;
    let april = figures(&pool, "2026-04-01", "2026-04-30").await;
    assert_eq!((april.previous_from, april.previous_to), (day("2026-03-02"), day("2026-03-31")));
    assert_eq!((april.mrr.value, april.mrr.previous), (usd(10_000), usd(26_667)));
    assert_eq!((april.arr.value, april.arr.previous), (usd(120_000), usd(320_004)));
    assert_eq!((april.paying_customers.value, april.paying_customers.previous), (Some(1), Some(2)));
    // Of Ada and Bob, who paid on 1 April, Ada left; of Ada, who paid on 2 March, nobody did.
    assert_eq!((april.customer_churn_rate.value, april.customer_churn_rate.previous), (Some(0.5), Some(0.0)));
    // 10,000 - 26,667; 26,667 - 22,667.
    assert_eq!((april.net_new_mrr.value, april.net_new_mrr.previous), (usd(-16_667), usd(4_000)));
    // 26,667 / 2 = 13,333.5
    assert_eq!((april.arpu.value, april.arpu.previous), (usd(10_000), usd(13_334)));
    assert_eq!(april.currencies, [Money::new(5_000, Currency::EUR), Money::new(10_000, Currency::USD)]);
    assert!(april.updated_at.is_some());

    assert_eq!(april.mrr.series.len(), 30);
    let on = |d: &str| april.mrr.series.iter().find(|point| point.day == day(d)).unwrap().value;
    assert_eq!((on("2026-04-04"), on("2026-04-05"), on("2026-04-30")), (usd(26_667), usd(10_000), usd(10_000)));
    // A step of its own: all of net new and churn is on the day on which it happened.
    let net_new: Vec<_> =
        april.net_new_mrr.series.iter().filter(|p| p.value != usd(0)).map(|p| (p.day, p.value)).collect();
    assert_eq!(net_new, [(day("2026-04-05"), usd(-16_667))]);
    let rates = &april.customer_churn_rate.series;
    let churn: Vec<_> = rates.iter().filter(|p| p.value != Some(0.0)).map(|p| (p.day, p.value)).collect();
    assert_eq!(churn, [(day("2026-04-05"), Some(0.5))]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn prices_that_events_wait_for_are_counted(pool: PgPool) {
    fixture::run(
        &pool,
        "INSERT INTO prices (id, currency, seen_at, seen_rank, seen_event) VALUES
         ('price_waits', 'usd', now(), 0, 'evt'), ('price_unused', 'usd', now(), 0, 'evt')",
    )
    .await;
    for (event, waits) in [("evt_1", "price_waits"), ("evt_2", "price_waits"), ("evt_3", "ch_payment")] {
        fixture::event(&pool, event, "parked", Some(waits)).await;
    }
    assert_eq!(figures(&pool, "2026-04-01", "2026-04-30").await.unmapped_prices, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_anybody_rates_and_means_are_none(pool: PgPool) {
    let empty = overview(&pool, PeriodRequest::default(), Comparison::Year, None).await.unwrap();
    assert_eq!(empty.to, chrono::Utc::now().date_naive());
    assert_eq!((empty.mrr.value, empty.arpu.value, empty.customer_churn_rate.value), (usd(0), None, None));
    assert_eq!((empty.paying_customers.value, empty.trials_running.value, empty.updated_at), (Some(0), Some(0), None));
    assert!(empty.currencies.is_empty() && empty.mrr.series.len() == 30);

    business(&pool).await;
    // Nobody paid when the year began: no rate, though somebody left.
    let year = figures(&pool, "2026-01-01", "2026-12-31").await;
    assert_eq!((year.customer_churn_rate.value, year.mrr.value), (None, usd(26_667)));
    assert_eq!(year.mrr.previous, usd(0));
    let yen = overview(&pool, period("2026-01-01", "2026-12-31"), Comparison::Previous, Some(Currency::JPY.into()))
        .await
        .unwrap();
    assert_eq!(yen.mrr.value, Some(Money::new(0, Currency::JPY)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_usual_period_ends_on_the_newest_day_of_the_data(pool: PgPool) {
    business(&pool).await;
    let usual = overview(&pool, PeriodRequest::default(), Comparison::Previous, None).await.unwrap();
    assert_eq!((usual.from, usual.to), (day("2026-04-06"), day("2026-05-05")));
    fixture::event(&pool, "evt_1", "ignored", None).await;
    fixture::run(&pool, "UPDATE stripe_events SET created = '2026-05-20T00:00:00Z'").await;
    let from_only = PeriodRequest::new(Some(day("2026-05-01")), None).unwrap();
    let may = overview(&pool, from_only, Comparison::Year, None).await.unwrap();
    assert_eq!((may.from, may.to), (day("2026-05-01"), day("2026-05-20")));
    assert_eq!((may.previous_from, may.previous_to), (day("2025-05-01"), day("2025-05-20")));
    // One event with a broken clock does not move the dashboard to the end of time.
    fixture::run(&pool, "UPDATE stripe_events SET created = '9999-12-31T00:00:00Z'").await;
    let usual = overview(&pool, PeriodRequest::default(), Comparison::Previous, None).await.unwrap();
    assert!(usual.to < chrono::Utc::now().date_naive() + chrono::Days::new(367));
}

#[sqlx::test(migrations = "../../migrations")]
async fn trials_and_scheduled_churn(pool: PgPool) {
    business(&pool).await;
    fixture::run(
        &pool,
        "UPDATE subscriptions SET trialed_from = '2026-03-10T00:00:00Z', trialed_until = '2026-03-20T00:00:00Z'
             WHERE currency = 'eur';
         UPDATE subscriptions SET trialed_from = '2026-03-15T08:00:00Z' WHERE mrr_minor = 10000;
         UPDATE subscriptions SET cancel_at = '2026-06-01Z' WHERE mrr_minor IN (10000, 5000);",
    )
    .await;
    let march = figures(&pool, "2026-03-01", "2026-03-31").await;
    let on = |d: &str| march.trials_running.series.iter().find(|point| point.day == day(d)).unwrap().value;
    for (d, n) in [
        ("2026-03-09", 0),
        ("2026-03-10", 1),
        ("2026-03-15", 2),
        ("2026-03-19", 2),
        ("2026-03-20", 1),
        ("2026-03-31", 1),
    ] {
        assert_eq!(on(d), Some(n), "{d}");
    }
    assert_eq!((march.trials_running.value, march.trials_running.previous), (Some(1), Some(0)));
    assert_eq!(march.scheduled_churn, Money::new(10_000, Currency::USD));
    assert_eq!(figures(&pool, "2026-05-01", "2026-05-31").await.trials_running.value, Some(1));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_leaves_twice_in_a_period_churns_once(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, customer, "usd", 0, "2026-01-05T00:00:00Z").await;
    for (movement, before, amount, at, paying_since) in [
        ("new", 0, 900, "2026-01-05T12:00:00Z", None),
        ("churn", 900, -900, "2026-02-03T12:00:00Z", Some("2026-01-05T12:00:00Z")),
        ("reactivation", 0, 900, "2026-02-10T12:00:00Z", None),
        ("churn", 900, -900, "2026-02-20T12:00:00Z", Some("2026-02-10T12:00:00Z")),
    ] {
        let lines = &[(TIER1, "tier1", amount)];
        let new = NewMovement { customer, subscription, movement, currency: "usd", before, lines, at, paying_since };
        fixture::movement(&pool, &new).await;
    }
    fixture::roll_up(&pool).await;
    let february = figures(&pool, "2026-02-01", "2026-02-28").await;
    assert_eq!((february.customer_churn_rate.value, february.paying_customers.value), (Some(1.0), Some(0)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn days_are_those_of_the_account(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, customer, "usd", 900, "2026-01-05T00:00:00Z").await;
    let new = NewMovement::first(customer, subscription, "usd", &[(TIER1, "tier1", 900)], "2026-02-01T04:59:59Z");
    fixture::movement(&pool, &new).await;
    fixture::run(&pool, "UPDATE account_settings SET time_zone = 'America/New_York'").await;
    fixture::roll_up(&pool).await;
    let january = figures(&pool, "2026-01-01", "2026-01-31").await;
    assert_eq!((january.mrr.value, january.time_zone.as_str()), (usd(900), "America/New_York"));
    assert_eq!(figures(&pool, "2026-01-01", "2026-01-30").await.mrr.value, usd(0));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_waterfall_holds_for_every_period(pool: PgPool) {
    business(&pool).await;
    let of =
        |summary: &MovementSummary| summary.movements.iter().map(|m| (m.amount.minor, m.count)).collect::<Vec<_>>();
    let all = movements(&pool, asked(period("2026-01-01", "2026-12-31"))).await.unwrap();
    assert_eq!(of(&all), [(26_667, 2), (16_667, 1), (6_000, 1), (-6_000, 1), (-16_667, 1), (0, 0)]);
    for from in 1..=5 {
        for to in from..=5 {
            let (from, to) = (format!("2026-0{from}-05"), format!("2026-0{to}-28"));
            let summary = movements(&pool, asked(period(&from, &to))).await.unwrap();
            let moved: i64 = summary.movements.iter().map(|m| m.amount.minor).sum();
            assert_eq!(summary.end.minor - summary.start.minor, moved, "{from} {to}");
            assert_eq!(summary.difference.minor, 0);
            let shown = figures(&pool, &from, &to).await;
            assert_eq!((shown.mrr.value, shown.net_new_mrr.value), (usd(summary.end.minor), usd(moved)));
        }
    }
    // The check is real: a row that no type accounts for shows up.
    fixture::run(
        &pool,
        "INSERT INTO mrr_daily VALUES ('usd', '2026-01-05', 'unheard of', 'rev1_individual', 'tier1', 7, 0)",
    )
    .await;
    let broken = movements(&pool, asked(period("2026-01-01", "2026-12-31"))).await.unwrap();
    assert_eq!(broken.difference.minor, 7);
}
