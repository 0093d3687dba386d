use super::*;
use crate::analytics;
use crate::fixture::{self, NewMovement, exact, page, refused, walk, walk_by};
use crm_types::Money;
use uuid::Uuid;

const T1: &str = "rev1_individual";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// Two customers: one goes from tier 1 to tier 2 and leaves in March; one is new in March, by mistake first with $29.
async fn business(pool: &PgPool) -> [Uuid; 2] {
    let ada = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    let bob = fixture::customer(pool, "Bob", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(pool, ada, "usd", 0, "2026-01-01T00:00:00Z").await;
    let new = NewMovement {
        customer: ada,
        subscription,
        movement: "new",
        currency: "usd",
        before: 0,
        lines: &[(T1, "tier1", 900)],
        at: "2026-01-05T10:00:00Z",
        paying_since: None,
    };
    let since = Some(new.at);
    fixture::movement(pool, &new).await;
    let lines: &[_] = &[(T1, "tier1", -900), (T1, "tier2", 1_900)];
    let up = NewMovement {
        movement: "expansion",
        before: 900,
        lines,
        at: "2026-02-05T10:00:00Z",
        paying_since: since,
        ..new
    };
    fixture::movement(pool, &up).await;
    let lines: &[_] = &[(T1, "tier2", -1_900)];
    fixture::movement(pool, &NewMovement { movement: "churn", before: 1_900, lines, at: "2026-03-05T10:00:00Z", ..up })
        .await;

    let subscription = fixture::subscription(pool, bob, "usd", 900, "2026-01-01T00:00:00Z").await;
    let bobs = NewMovement { customer: bob, subscription, at: "2026-03-05T10:00:00Z", ..new };
    let lines: &[_] = &[(T1, "tier3", 2_900)];
    let mistake = fixture::movement(pool, &NewMovement { lines, ..bobs.clone() }).await;
    fixture::reverse(pool, mistake).await;
    fixture::movement(pool, &bobs).await;
    [ada, bob]
}

async fn rows(pool: &PgPool, filter: MovementFilter) -> Vec<(&'static str, i64)> {
    let found = list(pool, &filter, MovementSort::OccurredAt, &exact()).await.unwrap();
    let sum: i64 = found.items.iter().map(|m| m.amount.minor).sum();
    assert_eq!(found.total, i64::try_from(found.items.len()).unwrap());
    assert_eq!(found.sums, if found.items.is_empty() { vec![] } else { vec![usd(sum)] });
    found.items.iter().map(|m| (m.movement.as_str(), m.amount.minor)).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn amounts_are_the_part_that_the_filter_names(pool: PgPool) {
    let [ada, bob] = business(&pool).await;
    let none = MovementFilter::default;
    let days = |from: &str, to: &str| DayRange::new(from.parse().ok(), to.parse().ok()).unwrap();
    for (filter, wanted) in [
        (none(), vec![("new", 900), ("expansion", 1_000), ("churn", -1_900), ("new", 900)]),
        (MovementFilter { tier: Some(Tier::Tier1), ..none() }, vec![("new", 900), ("expansion", -900), ("new", 900)]),
        (MovementFilter { tier: Some(Tier::Tier2), ..none() }, vec![("expansion", 1_900), ("churn", -1_900)]),
        (MovementFilter { tier: Some(Tier::Tier3), ..none() }, vec![]),
        (MovementFilter { tier: Some(Tier::Tier1), stream: Some(Stream::Rev2Coaching), ..none() }, vec![]),
        (
            MovementFilter { stream: Some(Stream::Rev1Individual), movements: vec![MovementType::Expansion], ..none() },
            vec![("expansion", 1_000)],
        ),
        (MovementFilter { stream: Some(Stream::Rev3B2b), ..none() }, vec![]),
        (
            MovementFilter { movements: vec![MovementType::Churn, MovementType::Expansion], ..none() },
            vec![("expansion", 1_000), ("churn", -1_900)],
        ),
        (MovementFilter { customer_id: Some(CustomerId(bob)), ..none() }, vec![("new", 900)]),
        (MovementFilter { currency: Some(Currency::EUR), ..none() }, vec![]),
        (MovementFilter { days: days("2026-02-05", "2026-02-05"), ..none() }, vec![("expansion", 1_000)]),
        (MovementFilter { days: days("2026-02-06", "2026-03-04"), ..none() }, vec![]),
        (
            MovementFilter { days: days("2026-03-01", "2026-03-31"), paying_at_start: true, ..none() },
            vec![("churn", -1_900)],
        ),
        (MovementFilter { days: days("2026-01-01", ""), paying_at_start: true, ..none() }, vec![]),
    ] {
        let got = rows(&pool, filter.clone()).await;
        // Ada's churn and Bob's start are at the same instant.
        assert_eq!(got.len(), wanted.len(), "{filter:?} {got:?}");
        assert!(wanted.iter().all(|row| got.contains(row)), "{filter:?} {got:?}");
    }
    let of_ada = MovementFilter { customer_id: Some(CustomerId(ada)), ..none() };
    let of_ada = list(&pool, &of_ada, MovementSort::OccurredAt, &exact()).await.unwrap().items;
    let by_subscription = MovementFilter { subscription_id: Some(of_ada[0].subscription_id), ..none() };
    assert_eq!(rows(&pool, by_subscription).await.len(), 3);
    assert_eq!((of_ada[1].before, of_ada[1].after, of_ada[1].tier), (usd(900), usd(1_900), Some(Tier::Tier2)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_walks_every_row_once_though_keys_are_tied(pool: PgPool) {
    business(&pool).await;
    business(&pool).await;
    for filter in [
        MovementFilter::default(),
        MovementFilter { stream: Some(Stream::Rev1Individual), ..MovementFilter::default() },
    ] {
        for sort in MovementSort::ALL {
            let (pool, filter) = (&pool, &filter);
            let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |m| m.id.to_string()).await;
            assert_eq!(rows.len(), 8, "{sort}");
            let amounts: Vec<i64> = rows.iter().map(|m| m.amount.minor).collect();
            match sort {
                MovementSort::Amount => assert!(amounts.is_sorted()),
                MovementSort::AmountDescending => assert!(amounts.iter().rev().is_sorted()),
                _ => {}
            }
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_rows_behind_a_bar_add_up_to_it(pool: PgPool) {
    business(&pool).await;
    fixture::roll_up(&pool).await;
    let (from, to) = ("2026-02-01".parse().ok(), "2026-03-31".parse().ok());
    let period = analytics::PeriodRequest::new(from, to).unwrap();
    let summary = analytics::movements(&pool, analytics::ReportRequest { period, ..Default::default() }).await.unwrap();
    assert_eq!((summary.start, summary.end, summary.difference), (usd(900), usd(900), usd(0)));
    for total in &summary.movements {
        let filter = MovementFilter {
            movements: vec![total.movement],
            currency: Some(Currency::USD),
            days: DayRange::new(from, to).unwrap(),
            ..MovementFilter::default()
        };
        let found = list(&pool, &filter, MovementSort::AmountDescending, &exact()).await.unwrap();
        let sum = found.sums.first().copied().unwrap_or(usd(0));
        assert_eq!((sum, found.total), (total.amount, total.count), "{}", total.movement);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn paying_at_start_needs_a_start(pool: PgPool) {
    let filter = MovementFilter { paying_at_start: true, ..MovementFilter::default() };
    assert_eq!(refused(list(&pool, &filter, MovementSort::Amount, &page(1, None)).await), "from");
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_rows_than_are_counted_are_walked_in_every_order(pool: PgPool) {
    fixture::many(&pool).await;
    let stream = Some(Stream::Rev1Individual);
    for (stream, tier) in [(None, None), (None, Some(Tier::Tier1)), (stream, None)] {
        let filter = MovementFilter { stream, tier, ..MovementFilter::default() };
        for sort in MovementSort::ALL {
            let (pool, filter) = (&pool, &filter);
            let rows =
                walk_by(200, |page| async move { list(pool, filter, *sort, &page).await }, |m| m.id.to_string()).await;
            assert_eq!(rows.len(), fixture::MANY, "{sort}");
            match sort {
                MovementSort::Amount => assert!(rows.iter().map(|m| m.amount.minor).is_sorted()),
                MovementSort::AmountDescending => assert!(rows.iter().rev().map(|m| m.amount.minor).is_sorted()),
                MovementSort::OccurredAt => assert!(rows.iter().map(|m| m.occurred_at).is_sorted()),
                MovementSort::OccurredAtDescending => assert!(rows.iter().rev().map(|m| m.occurred_at).is_sorted()),
            }
        }
        let found = list(&pool, &filter, MovementSort::Amount, &exact()).await.unwrap();
        assert_eq!((found.total, found.sums), (10_001, vec![usd(3_000_200)]));
    }
}
