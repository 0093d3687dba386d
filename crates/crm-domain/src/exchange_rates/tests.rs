//! Rates in the database, and figures by them.

use super::{CurrencyChoice, coverage, delete, enter, feed, find_settings, import, list, update_settings};
use crate::analytics::{self, PeriodRequest, ReportRequest};
use crate::audit::Actor;
use crate::db::DomainError;
use crate::fixture::{self, NewMovement, refused};
use crm_types::analytics::{Comparison, GroupBy, MovementSummary, Step};
use crm_types::exchange_rates::{ExchangeRateSettingsPatch, ExchangeRateSort, RateGap, RateSource};
use crm_types::mrr::MovementType;
use crm_types::{Currency, Money};
use sqlx::PgPool;

fn actor() -> Actor {
    Actor::system("test")
}

/// $100 since January; €100 since 5 March, €150 since 12 March; ¥3,000 from 6 to 20 March.
async fn business(pool: &PgPool) {
    let person = async |currency: &'static str, minor: i64, at: &'static str| {
        let customer = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
        let subscription = fixture::subscription(pool, customer, currency, minor, at).await;
        (customer, subscription)
    };
    let (ada, of_ada) = person("usd", 10_000, "2026-01-05T12:00:00Z").await;
    let tier1 = |minor| [("rev1_individual", "tier1", minor)];
    fixture::movement(pool, &NewMovement::first(ada, of_ada, "usd", &tier1(10_000), "2026-01-05T12:00:00Z")).await;
    let (bob, of_bob) = person("eur", 15_000, "2026-03-05T12:00:00Z").await;
    let lines = tier1(10_000);
    let new = NewMovement::first(bob, of_bob, "eur", &lines, "2026-03-05T12:00:00Z");
    fixture::movement(pool, &new).await;
    let more = [("rev2_coaching", "", 5_000)];
    let expansion = NewMovement {
        movement: "expansion",
        before: 10_000,
        lines: &more,
        at: "2026-03-12T12:00:00Z",
        paying_since: Some("2026-03-05T12:00:00Z"),
        ..new
    };
    fixture::movement(pool, &expansion).await;
    let (cy, of_cy) = person("jpy", 0, "2026-03-06T12:00:00Z").await;
    let lines = tier1(3_000);
    let new = NewMovement::first(cy, of_cy, "jpy", &lines, "2026-03-06T12:00:00Z");
    fixture::movement(pool, &new).await;
    let lost = tier1(-3_000);
    let churn = NewMovement {
        movement: "churn",
        before: 3_000,
        lines: &lost,
        at: "2026-03-20T12:00:00Z",
        paying_since: Some("2026-03-06T12:00:00Z"),
        ..new
    };
    fixture::movement(pool, &churn).await;
    fixture::roll_up(pool).await;
}

/// Rates of all days that need one.
async fn with_rates(pool: &PgPool) {
    let file = "day,currency,rate\n2026-03-05,EUR,1.1\n2026-03-10,EUR,1.2\n2026-03-17,EUR,1.2\n2026-03-24,EUR,1.15\n\
                2026-03-31,EUR,1.15\n2026-03-06,JPY,0.0067\n2026-03-13,JPY,0.007\n2026-03-20,JPY,0.007\n";
    let imported = import(pool, &actor(), file.as_bytes(), false).await.unwrap();
    assert_eq!((imported.created, imported.failed), (8, 0), "{:?}", imported.errors);
}

fn march() -> PeriodRequest {
    PeriodRequest::new("2026-03-01".parse().ok(), "2026-03-31".parse().ok()).unwrap()
}

fn converted() -> ReportRequest {
    ReportRequest { period: march(), currency: Some(CurrencyChoice::Reporting), ..ReportRequest::default() }
}

fn amounts(summary: &MovementSummary) -> Vec<(MovementType, i64, i64)> {
    summary.movements.iter().map(|total| (total.movement, total.amount.minor, total.count)).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn mrr_in_the_reporting_currency_with_what_the_rates_did(pool: PgPool) {
    business(&pool).await;
    with_rates(&pool).await;
    let summary =
        analytics::movements(&pool, ReportRequest { interval: Some(Step::Week), ..converted() }).await.unwrap();
    // €100 at 1.10 and ¥3,000 at 0.0067 come; €50 at 1.20; ¥3,000 at 0.0070 go. €100 gain 0.10 and ¥3,000 gain 0.0003 each; €150
    // lose 0.05 each, in two parts.
    assert_eq!(
        amounts(&summary),
        [
            (MovementType::New, 11_000 + 2_010, 2),
            (MovementType::Reactivation, 0, 0),
            (MovementType::Expansion, 6_000, 1),
            (MovementType::Contraction, 0, 0),
            (MovementType::Churn, -2_100, 1),
            (MovementType::Fx, 1_000 + 90 - 750, 4),
        ]
    );
    assert_eq!((summary.start.minor, summary.end.minor, summary.difference.minor), (10_000, 10_000 + 17_250, 0));
    assert_eq!(summary.currency, Currency::USD);
    for step in &summary.steps {
        let moved: i64 = step.movements.iter().map(|total| total.amount.minor).sum();
        assert_eq!(step.start.minor + moved, step.end.minor, "{} to {}", step.from, step.to);
    }
    let rates = summary.rates.unwrap();
    let eur = &rates[0];
    assert_eq!((eur.currency, eur.first_day.to_string().as_str(), eur.rates), (Currency::EUR, "2026-03-05", 5));
    assert_eq!((eur.rate.to_string().as_str(), eur.carried_days), ("1.15", 6));

    let bridge = analytics::bridge(&pool, converted(), GroupBy::Stream).await.unwrap();
    assert_eq!((bridge.start, bridge.end, bridge.difference.minor), (summary.start, summary.end, 0));
    for segment in &bridge.segments {
        assert_eq!(segment.difference.minor, 0, "{}", segment.key);
    }
    let cell = &bridge.segments[0].cells[0];
    let largest: Vec<i64> = cell.customers.iter().map(|customer| customer.amount.minor).collect();
    assert_eq!((cell.amount.minor, largest), (13_010, vec![11_000, 2_010]), "by their worth, not by their number");

    let series = analytics::mrr_series(
        &pool,
        march(),
        Some(Step::Day),
        GroupBy::Tier,
        Some(CurrencyChoice::Reporting),
        None,
        None,
    )
    .await
    .unwrap();
    assert_eq!(series.total[3..13], [10_000, 21_000, 23_010, 23_010, 23_010, 23_010, 24_010, 24_010, 30_010, 30_100]);
    for (i, total) in series.total.iter().enumerate() {
        assert_eq!(series.series.iter().map(|line| line.values[i]).sum::<i64>(), *total);
    }
    let of_euros = analytics::mrr_series(&pool, march(), None, GroupBy::Tier, Some(Currency::EUR.into()), None, None);
    assert_eq!((of_euros.await.unwrap().total[30], series.total[30]), (15_000, 27_250));

    let overview =
        analytics::overview(&pool, march(), Comparison::Year, Some(CurrencyChoice::Reporting)).await.unwrap();
    let usd = |minor| Some(Money::new(minor, Currency::USD));
    assert_eq!((overview.mrr.value, overview.mrr.previous), (usd(27_250), usd(0)));
    assert_eq!((overview.net_new_mrr.value, overview.paying_customers.value), (usd(17_250), Some(2)));
    assert_eq!(overview.customer_churn_rate.value, Some(0.0), "who left came in March");
    assert!(overview.rates.is_some());
    let alone = analytics::overview(&pool, march(), Comparison::Year, None).await.unwrap();
    assert_eq!((alone.mrr.value, alone.rates), (usd(10_000), None), "as before where nobody asks for it");
    // Where the days before have no rates, the figures stand and are compared with nothing.
    let days = PeriodRequest::new("2026-03-11".parse().ok(), "2026-03-15".parse().ok()).unwrap();
    let read =
        async || analytics::overview(&pool, days, Comparison::Previous, Some(CurrencyChoice::Reporting)).await.unwrap();
    let before = read().await;
    delete(&pool, &actor(), Currency::EUR, "2026-03-05".parse().unwrap()).await.unwrap();
    let after = read().await;
    assert_eq!((after.mrr.value, after.arpu.value), (before.mrr.value, before.arpu.value));
    assert!(before.mrr.previous.is_some() && after.mrr.previous.is_none());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_currency_without_a_rate_is_named_and_nothing_is_left_out(pool: PgPool) {
    business(&pool).await;
    let said = async || match analytics::movements(&pool, converted()).await.unwrap_err() {
        DomainError::Invalid { field, code, message } => (field, code, message),
        other => panic!("{other:?}"),
    };
    let (field, code, message) = said().await;
    assert_eq!((field.as_str(), code), ("currency", "no_rate"));
    assert_eq!(
        message,
        "No rate for EUR on or before 2026-03-05. No rate for JPY on or before 2026-03-06. Rates are kept in Settings, Currencies."
    );
    let gap = "day,currency,rate\n2026-03-05,EUR,1.1\n2026-03-20,EUR,1.1\n2026-03-01,JPY,0.0067\n";
    import(&pool, &actor(), gap.as_bytes(), false).await.unwrap();
    assert!(said().await.2.starts_with(
        "No rate for EUR on 2026-03-13: the last one is of 2026-03-05, and a rate is carried on for 7 days. No rate for JPY on \
         2026-03-09: the last one is of 2026-03-01"
    ));
    let covered = coverage(&pool).await.unwrap();
    let eur = &covered[0];
    let days = |from: &str, to: &str| RateGap { from: from.parse().unwrap(), to: to.parse().unwrap() };
    assert_eq!((eur.currency, eur.since.to_string().as_str()), (Currency::EUR, "2026-03-05"));
    assert_eq!(eur.missing[0], days("2026-03-13", "2026-03-19"));
    assert_eq!((eur.missing[1].from.to_string().as_str(), eur.missing.len()), ("2026-03-28", 2));
    assert_eq!(eur.newest.as_ref().unwrap().day.to_string(), "2026-03-20");
    // Carried on for longer, the same rates are enough.
    let patch = ExchangeRateSettingsPatch { version: 1, carried_days: Some(366), url: None };
    update_settings(&pool, &actor(), &patch).await.unwrap();
    assert_eq!(analytics::movements(&pool, converted()).await.unwrap().difference.minor, 0);
    let covered = coverage(&pool).await.unwrap();
    assert!(covered[0].missing.first().is_none_or(|gap| gap.from > "2027-03-20".parse().unwrap()), "{covered:?}");
    // Another reporting currency has rates of its own; those of the former wait for it.
    fixture::run(&pool, "UPDATE account_settings SET reporting_currency = 'eur'").await;
    assert!(said().await.2.starts_with("No rate for JPY on or before 2026-03-06. No rate for USD on or before"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn rates_are_entered_replaced_listed_and_deleted(pool: PgPool) {
    let day = |text: &str| text.parse().unwrap();
    let entered = enter(&pool, &actor(), Currency::EUR, day("2026-03-02"), "1.0842").await.unwrap();
    assert_eq!((entered.rate.to_string().as_str(), entered.source), ("1.0842", RateSource::Entered));
    let again = enter(&pool, &actor(), Currency::EUR, day("2026-03-02"), "1.09").await.unwrap();
    assert_eq!((again.id, again.rate.to_string().as_str()), (entered.id, "1.09"));
    enter(&pool, &actor(), Currency::JPY, day("2026-03-02"), "0.0067").await.unwrap();
    enter(&pool, &actor(), Currency::EUR, day("2026-03-01"), "1.08").await.unwrap();
    for (currency, on, rate, field) in [
        (Currency::USD, "2026-03-02", "1", "currency"),
        (Currency::EUR, "2999-03-02", "1", "day"),
        (Currency::EUR, "1900-03-02", "1", "day"),
        (Currency::EUR, "2026-03-02", "0", "rate"),
        (Currency::EUR, "2026-03-02", "-1", "rate"),
        (Currency::EUR, "2026-03-02", "1,1", "rate"),
    ] {
        assert_eq!(refused(enter(&pool, &actor(), currency, day(on), rate).await), field, "{currency} {on} {rate}");
    }
    for sort in ExchangeRateSort::ALL {
        let filter = list::ExchangeRateFilter::default();
        let found = fixture::walk_by(
            2,
            |page| {
                let (pool, filter) = (pool.clone(), filter.clone());
                async move { list::list(&pool, &filter, *sort, &page).await }
            },
            |rate| rate.id.to_string(),
        )
        .await;
        let mut seen: Vec<String> = found.iter().map(|rate| format!("{} {}", rate.day, rate.currency)).collect();
        if *sort == ExchangeRateSort::DayDescending {
            seen.reverse();
        }
        assert_eq!(seen, ["2026-03-01 eur", "2026-03-02 eur", "2026-03-02 jpy"]);
    }
    delete(&pool, &actor(), Currency::EUR, day("2026-03-02")).await.unwrap();
    delete(&pool, &actor(), Currency::EUR, day("2026-03-02")).await.unwrap();
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&pool).await.unwrap();
    assert_eq!(actions, [vec!["exchange_rate.entered"; 4], vec!["exchange_rate.deleted"]].concat());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dry_run_says_what_a_file_would_do(pool: PgPool) {
    enter(&pool, &actor(), Currency::EUR, "2026-03-01".parse().unwrap(), "1.08").await.unwrap();
    enter(&pool, &actor(), Currency::EUR, "2026-03-02".parse().unwrap(), "1.08").await.unwrap();
    let file = "day,currency,rate\n2026-03-01,EUR,1.080\n2026-03-02,EUR,1.09\n2026-03-03,EUR,1.09\n2026-03-03,EUR,1.1\n2026-03-04,EUR,0\n";
    let figures = |i: &crm_types::exchange_rates::RateImport| (i.rows, i.created, i.changed, i.unchanged, i.failed);
    let dry = import(&pool, &actor(), file.as_bytes(), true).await.unwrap();
    assert_eq!(figures(&dry), (5, 1, 1, 1, 2));
    let count = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM exchange_rates").fetch_one(&pool);
    assert_eq!(count().await.unwrap(), 2);
    let real = import(&pool, &actor(), file.as_bytes(), false).await.unwrap();
    assert_eq!((figures(&real), count().await.unwrap()), (figures(&dry), 3));
    let again = import(&pool, &actor(), file.as_bytes(), false).await.unwrap();
    assert_eq!(figures(&again), (5, 0, 0, 3, 2));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_an_address_says_never_replaces_what_people_said(pool: PgPool) {
    const URL: &str = "https://rates.example.com/";
    assert!(feed::address(&pool).await.is_err());
    assert_eq!(feed::due(&pool).await.unwrap(), None);
    let patch = ExchangeRateSettingsPatch { version: 1, url: Some(Some(URL.to_owned())), carried_days: None };
    update_settings(&pool, &actor(), &patch).await.unwrap();
    assert_eq!(
        refused(
            update_settings(
                &pool,
                &actor(),
                &ExchangeRateSettingsPatch { version: 2, carried_days: Some(0), url: None }
            )
            .await
        ),
        "carried_days"
    );
    assert!(matches!(update_settings(&pool, &actor(), &patch).await, Err(DomainError::Conflict { .. })));
    assert_eq!(feed::due(&pool).await.unwrap().as_deref(), Some(URL));
    assert_eq!(feed::due(&pool).await.unwrap(), None, "one of those who look asks");

    enter(&pool, &actor(), Currency::EUR, "2026-03-02".parse().unwrap(), "1.3").await.unwrap();
    let said = |eur: f64| format!(r#"{{"base":"USD","date":"2026-03-02","rates":{{"EUR":{eur},"GBP":0.8}}}}"#);
    let stored = async || -> Vec<String> {
        let rows = sqlx::query_scalar(
            "SELECT concat_ws(' ', currency, trim_scale(rate), source) FROM exchange_rates ORDER BY 1",
        );
        rows.fetch_all(&pool).await.unwrap()
    };
    feed::answered(&pool, URL, Ok(&said(0.8))).await.unwrap();
    assert_eq!(stored().await, ["eur 1.3 entered", "gbp 1.25 url"]);
    delete(&pool, &actor(), Currency::EUR, "2026-03-02".parse().unwrap()).await.unwrap();
    feed::answered(&pool, URL, Ok(&said(0.8))).await.unwrap();
    feed::answered(&pool, URL, Ok(&said(0.5))).await.unwrap();
    assert_eq!(stored().await, ["eur 2 url", "gbp 1.25 url"]);
    let settings = find_settings(&pool).await.unwrap();
    assert_eq!((settings.newest_day, settings.error), ("2026-03-02".parse().ok(), None));

    feed::answered(&pool, URL, Err("It cannot be reached.")).await.unwrap();
    assert_eq!(find_settings(&pool).await.unwrap().error.as_deref(), Some("It cannot be reached."));
    feed::answered(&pool, URL, Ok("<html>")).await.unwrap();
    assert_eq!(
        find_settings(&pool).await.unwrap().error.as_deref(),
        Some("The reply is not JSON with base, date and rates.")
    );
    feed::answered(&pool, "https://another.example.com/", Ok(&said(0.1))).await.unwrap();
    assert_eq!(stored().await, ["eur 2 url", "gbp 1.25 url"], "who is asked no more changes nothing");
}
