use super::*;
use crate::fixture::{self, NewMovement, exact, walk, walk_by};
use crm_types::Money;
use uuid::Uuid;

fn day(text: &str) -> Option<Day> {
    Some(Day::parse("as_of", text.parse().unwrap()).unwrap())
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

async fn ids(pool: &PgPool, filter: SubscriptionFilter) -> Vec<Uuid> {
    let found = list(pool, &filter, SubscriptionSort::CreatedAt, &exact()).await.unwrap();
    assert_eq!(found.total, i64::try_from(found.items.len()).unwrap());
    found.items.iter().map(|s| s.id.0).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_walks_every_row_once_though_keys_are_tied_or_missing(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    for i in 0..10 {
        let currency = if i % 2 == 0 { "usd" } else { "eur" };
        let id = fixture::subscription(&pool, customer, currency, i % 3 * 900, "2026-01-01T00:00:00Z").await;
        if i % 2 == 0 {
            let sql = "UPDATE subscriptions SET current_period_end = '2026-02-01Z'::timestamptz + make_interval(days => $2) WHERE id = $1";
            sqlx::query(sql).bind(id).bind(i as i32 / 4).execute(&pool).await.unwrap();
        }
    }
    let filter = SubscriptionFilter::default();
    for sort in SubscriptionSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |s| s.id.to_string()).await;
        assert_eq!(rows.len(), 10, "{sort}");
        if *sort == SubscriptionSort::CurrentPeriodEnd {
            let ends: Vec<_> = rows.iter().map(|s| s.current_period_end).collect();
            let known: Vec<_> = ends.iter().flatten().collect();
            assert!(known.len() == 5 && known.is_sorted() && ends[5..].iter().all(Option::is_none), "{ends:?}");
        }
    }
    let found = list(&pool, &filter, SubscriptionSort::MrrDescending, &exact()).await.unwrap();
    assert_eq!(found.sums, [Money::new(4 * 900, Currency::EUR), usd(5 * 900)]);
}

/// $2,000 a year; up to tier 2 and back; churn; and a movement that was written by mistake and reversed.
async fn chain(pool: &PgPool) -> Uuid {
    let customer = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(pool, customer, "usd", 0, "2026-01-01T00:00:00Z").await;
    let new = NewMovement::first(
        customer,
        subscription,
        "usd",
        &[("rev1_individual", "tier1", 16_667)],
        "2026-01-05T10:00:00Z",
    );
    fixture::movement(pool, &new).await;
    let since = Some(new.at);
    let up = NewMovement {
        movement: "expansion",
        before: 16_667,
        lines: &[("rev1_individual", "tier1", -16_667), ("rev1_individual", "tier2", 22_667)],
        at: "2026-02-05T10:00:00Z",
        paying_since: since,
        ..new
    };
    let mistake = fixture::movement(pool, &NewMovement { at: "2026-01-20T10:00:00Z", ..up }).await;
    fixture::reverse(pool, mistake).await;
    fixture::movement(pool, &up).await;
    let down = NewMovement {
        movement: "contraction",
        before: 22_667,
        lines: &[("rev1_individual", "tier1", 16_667), ("rev1_individual", "tier2", -22_667)],
        at: "2026-03-05T10:00:00Z",
        ..up
    };
    fixture::movement(pool, &down).await;
    let lines: &[_] = &[("rev1_individual", "tier1", -16_667)];
    fixture::movement(
        pool,
        &NewMovement { movement: "churn", before: 16_667, lines, at: "2026-04-05T10:00:00Z", ..down },
    )
    .await;
    subscription
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_mrr_of_a_day_nets_reversals_and_splits_by_tier(pool: PgPool) {
    let id = chain(&pool).await;
    for (as_of, tier, minor) in [
        ("2026-01-04", None, 0),
        ("2026-01-05", None, 16_667),
        ("2026-01-25", None, 16_667),
        ("2026-01-25", Some(Tier::Tier2), 0),
        ("2026-02-05", None, 22_667),
        ("2026-02-05", Some(Tier::Tier1), 0),
        ("2026-02-05", Some(Tier::Tier2), 22_667),
        ("2026-03-31", Some(Tier::Tier1), 16_667),
        ("2026-04-05", None, 0),
    ] {
        let filter = SubscriptionFilter { as_of: day(as_of), tier, ..SubscriptionFilter::default() };
        for sort in SubscriptionSort::ALL {
            let found = list(&pool, &filter, *sort, &exact()).await.unwrap();
            let rows: Vec<_> = found.items.iter().map(|s| (s.id.0, s.mrr)).collect();
            let (wanted, sums) = if minor == 0 { (vec![], vec![]) } else { (vec![(id, usd(minor))], vec![usd(minor)]) };
            assert_eq!((rows, found.sums), (wanted, sums), "{as_of} {tier:?} {sort}");
            let capped = list(&pool, &filter, *sort, &PageRequest::default()).await.unwrap();
            assert_eq!((capped.total, capped.items), (found.total, found.items));
        }
    }
    let euros =
        SubscriptionFilter { as_of: day("2026-02-05"), currency: Some(Currency::EUR), ..SubscriptionFilter::default() };
    assert!(ids(&pool, euros).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn days_with_many_subscriptions_are_walked_in_every_order(pool: PgPool) {
    for i in 0..8_i64 {
        let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
        let subscription = fixture::subscription(&pool, customer, "usd", 0, "2026-01-01T00:00:00Z").await;
        let lines = [("rev3_b2b", "", 500 + i % 2)];
        fixture::movement(&pool, &NewMovement::first(customer, subscription, "usd", &lines, "2026-01-05T10:00:00Z"))
            .await;
    }
    let filter =
        SubscriptionFilter { as_of: day("2026-01-05"), stream: Some(Stream::Rev3B2b), ..SubscriptionFilter::default() };
    for sort in SubscriptionSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |s| s.id.to_string()).await;
        assert_eq!((rows.len(), rows.iter().map(|s| s.mrr.minor).sum::<i64>()), (8, 4_004), "{sort}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn trials_run_to_the_end_of_the_day_before_they_end(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let over = fixture::subscription(&pool, customer, "usd", 0, "2026-01-01T00:00:00Z").await;
    let running = fixture::subscription(&pool, customer, "usd", 0, "2026-01-02T00:00:00Z").await;
    for (id, until) in [(over, Some("2026-01-11T00:00:00Z")), (running, None)] {
        sqlx::query("UPDATE subscriptions SET trialed_from = created_at, trialed_until = $2 WHERE id = $1")
            .bind(id)
            .bind(until.map(fixture::at))
            .execute(&pool)
            .await
            .unwrap();
    }
    for (at, wanted) in [
        ("2025-12-31", vec![]),
        ("2026-01-01", vec![over]),
        ("2026-01-10", vec![over, running]),
        ("2026-01-11", vec![running]),
    ] {
        assert_eq!(
            ids(&pool, SubscriptionFilter { trialing_at: day(at), ..SubscriptionFilter::default() }).await,
            wanted,
            "{at}"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn filters_narrow_to_what_they_name(pool: PgPool) {
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let bob = fixture::customer(&pool, "Bob", "2026-01-01T00:00:00Z").await;
    let leaving = fixture::subscription(&pool, ada, "usd", 900, "2026-01-01T00:00:00Z").await;
    let left = fixture::subscription(&pool, bob, "usd", 0, "2026-01-02T00:00:00Z").await;
    let coach = fixture::subscription(&pool, bob, "eur", 19_900, "2026-01-03T00:00:00Z").await;
    for (id, set) in [
        (leaving, "UPDATE subscriptions SET cancel_at = '2026-02-01Z' WHERE id = $1"),
        (
            left,
            "UPDATE subscriptions SET cancel_at = '2026-02-01Z', ended_at = '2026-02-01Z', status = 'cancelled' WHERE id = $1",
        ),
        (
            coach,
            "UPDATE subscriptions SET stream = 'rev2_coaching', tier = NULL, price_ids = '{price_2,price_3}' WHERE id = $1",
        ),
    ] {
        sqlx::query(set).bind(id).execute(&pool).await.unwrap();
    }
    let none = SubscriptionFilter::default;
    let q = |text: &str| Search::parse("q", text).unwrap();
    let text = |text: &str| Text::parse("price_id", text).unwrap();
    let stripe_id = format!("sub_{}", coach.simple());
    for (filter, wanted) in [
        (none(), vec![leaving, left, coach]),
        (SubscriptionFilter { scheduled: Some(true), ..none() }, vec![leaving]),
        (SubscriptionFilter { scheduled: Some(false), ..none() }, vec![left, coach]),
        (SubscriptionFilter { status: Some(SubscriptionStatus::Cancelled), ..none() }, vec![left]),
        (SubscriptionFilter { stream: Some(Stream::Rev2Coaching), ..none() }, vec![coach]),
        (SubscriptionFilter { tier: Some(Tier::Tier1), ..none() }, vec![leaving, left]),
        (SubscriptionFilter { currency: Some(Currency::EUR), ..none() }, vec![coach]),
        (SubscriptionFilter { customer_id: Some(CustomerId(bob)), ..none() }, vec![left, coach]),
        (SubscriptionFilter { price_id: text("price_3"), ..none() }, vec![coach]),
        (SubscriptionFilter { q: q("aDa"), ..none() }, vec![leaving]),
        (SubscriptionFilter { q: q(&stripe_id), ..none() }, vec![coach]),
        (SubscriptionFilter { q: q("%"), ..none() }, vec![]),
    ] {
        assert_eq!(ids(&pool, filter.clone()).await, wanted, "{filter:?}");
    }
    let one = find(&pool, SubscriptionId(coach)).await.unwrap();
    assert_eq!(
        (one.subscription.customer_name.as_deref(), one.subscription.mrr),
        (Some("Bob"), Money::new(19_900, Currency::EUR))
    );
    assert!(matches!(find(&pool, SubscriptionId(Uuid::nil())).await, Err(DomainError::NotFound { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_rows_than_are_counted_are_walked_in_every_order(pool: PgPool) {
    fixture::many(&pool).await;
    for as_of in [None, day("2026-01-01")] {
        let filter = SubscriptionFilter { as_of, ..SubscriptionFilter::default() };
        for sort in SubscriptionSort::ALL {
            let (pool, filter) = (&pool, &filter);
            let rows =
                walk_by(200, |page| async move { list(pool, filter, *sort, &page).await }, |s| s.id.to_string()).await;
            assert_eq!(rows.len(), fixture::MANY, "{sort}");
            match sort {
                SubscriptionSort::Mrr => assert!(rows.iter().map(|s| s.mrr.minor).is_sorted()),
                SubscriptionSort::MrrDescending => assert!(rows.iter().rev().map(|s| s.mrr.minor).is_sorted()),
                SubscriptionSort::CreatedAt => assert!(rows.iter().map(|s| s.created_at).is_sorted()),
                SubscriptionSort::CreatedAtDescending => assert!(rows.iter().rev().map(|s| s.created_at).is_sorted()),
                SubscriptionSort::CurrentPeriodEnd => {
                    assert!(rows.iter().map(|s| (s.current_period_end.is_none(), s.current_period_end)).is_sorted());
                }
            }
        }
        let found = list(&pool, &filter, SubscriptionSort::Mrr, &exact()).await.unwrap();
        assert_eq!((found.total, found.sums), (10_001, vec![usd(3_000_200)]));
    }
}
