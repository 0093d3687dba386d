use super::{PeriodRequest, mrr_series};
use crate::db::DomainError;
use crate::fixture::{self, NewMovement};
use crm_types::analytics::{GroupBy, MrrSeries, Step};
use crm_types::ids::CustomerId;
use sqlx::PgPool;

async fn business(pool: &PgPool) {
    for (stream, tier, minor, at) in [
        ("rev1_individual", "tier1", 900, "2025-12-31T12:00:00Z"),
        ("rev1_individual", "tier3", 2_900, "2026-01-06T12:00:00Z"),
        ("rev2_coaching", "", 19_900, "2026-01-11T23:59:59Z"),
        ("rev3_b2b", "", 50_000, "2026-01-12T00:00:00Z"),
    ] {
        let customer = fixture::customer(pool, "Ada", "2025-01-01T00:00:00Z").await;
        let subscription = fixture::subscription(pool, customer, "usd", minor, at).await;
        let lines = &[(stream, tier, minor)];
        let new = NewMovement::first(customer, subscription, "usd", lines, at);
        fixture::movement(pool, &new).await;
    }
    fixture::roll_up(pool).await;
}

async fn series(pool: &PgPool, to: &str, step: Option<Step>, group_by: GroupBy) -> MrrSeries {
    let period = PeriodRequest::new("2026-01-05".parse().ok(), to.parse().ok()).unwrap();
    let series = mrr_series(pool, period, step, group_by, None, None, None).await.unwrap();
    // At every day, the series add up to the total.
    for (i, total) in series.total.iter().enumerate() {
        assert_eq!(series.series.iter().map(|line| line.values[i]).sum::<i64>(), *total);
    }
    assert!(series.series.iter().all(|line| line.values.len() == series.days.len()));
    series
}

#[sqlx::test(migrations = "../../migrations")]
async fn by_stream_in_weeks(pool: PgPool) {
    business(&pool).await;
    let found = series(&pool, "2026-01-20", Some(Step::Week), GroupBy::Stream).await;
    assert_eq!(
        found.days.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2026-01-11", "2026-01-18", "2026-01-20"]
    );
    let lines: Vec<_> = found.series.iter().map(|l| (l.key.as_str(), l.label.as_str(), l.values.as_slice())).collect();
    assert_eq!(
        lines,
        [
            ("rev1_individual", "REV 1 Individual", &[3_800, 3_800, 3_800][..]),
            ("rev2_coaching", "REV 2 Coaching", &[19_900, 19_900, 19_900]),
            ("rev3_b2b", "REV 3 B2B", &[0, 50_000, 50_000]),
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn by_tier_in_days(pool: PgPool) {
    business(&pool).await;
    let found = series(&pool, "2026-01-07", None, GroupBy::Tier).await;
    assert_eq!((found.step, found.total), (Step::Day, vec![900, 3_800, 3_800]));
    let keys: Vec<_> = found.series.iter().map(|l| (l.key.as_str(), l.label.as_str())).collect();
    assert_eq!(
        keys,
        [
            ("tier1", "Basic"),
            ("tier2", "Standard"),
            ("tier3", "Premium"),
            ("rev2_coaching", "REV 2 Coaching"),
            ("rev3_b2b", "REV 3 B2B"),
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn individuals_without_a_tier_are_not_lost(pool: PgPool) {
    business(&pool).await;
    fixture::run(&pool, "INSERT INTO mrr_daily VALUES ('usd', '2026-01-05', 'new', 'rev1_individual', '', 700, 1)")
        .await;
    let found = series(&pool, "2026-01-07", Some(Step::Month), GroupBy::Tier).await;
    assert_eq!(found.total, [4_500]);
    assert_eq!(found.series[3].label, "REV 1 without tier");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_one_customer_since_their_first_movement_in_their_currency(pool: PgPool) {
    business(&pool).await;
    let customer = fixture::customer(&pool, "Grace", "2025-06-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, customer, "eur", 1_900, "2026-01-06T12:00:00Z").await;
    let new =
        NewMovement::first(customer, subscription, "eur", &[("rev1_individual", "tier1", 900)], "2026-01-06T12:00:00Z");
    fixture::movement(&pool, &new).await;
    let upgrade = NewMovement {
        movement: "expansion",
        before: 900,
        lines: &[("rev1_individual", "tier1", -900), ("rev1_individual", "tier2", 1_900)],
        at: "2026-01-08T12:00:00Z",
        ..new
    };
    fixture::movement(&pool, &upgrade).await;
    sqlx::query("UPDATE customers SET currency = 'eur' WHERE id = $1").bind(customer).execute(&pool).await.unwrap();
    let until = PeriodRequest::new(None, "2026-01-09".parse().ok()).unwrap();
    let of = |id| mrr_series(&pool, until, None, GroupBy::Tier, None, Some(CustomerId(id)), None);
    let found = of(customer).await.unwrap();
    assert_eq!((found.currency.code(), found.step), ("eur", Step::Day));
    assert_eq!(found.days.first().map(ToString::to_string).as_deref(), Some("2026-01-06"));
    assert_eq!(found.total, [900, 900, 1_900, 1_900]);
    let tier1 = found.series.iter().find(|line| line.key == "tier1").unwrap();
    assert_eq!(tier1.values, [900, 900, 0, 0]);
    assert!(matches!(of(uuid::Uuid::now_v7()).await, Err(DomainError::NotFound { .. })));
}
