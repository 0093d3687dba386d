use super::*;
use crate::fixture::{at, exact, run, walk};

/// Six shares of two coaches at one organisation or none, in two months and currencies.
async fn six(pool: &PgPool) {
    run(
        pool,
        "SET session_replication_role = replica;
         INSERT INTO customers (id, name, created_at) SELECT lpad(i::text, 32, '0')::uuid, 'Person ' || i, now() FROM generate_series(1, 3) i;
         INSERT INTO organizations (id, name, kind, status) VALUES ('00000000-0000-0000-0000-000000000009', 'Iron Gym', 'gym', 'active');
         INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id, relationship_id,
             rule_id, base, coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,
             occurred_at, month)
         SELECT lpad((100 + i)::text, 32, '0')::uuid, 'in_' || i, 0, 'in_' || i, 'payment', lpad('3', 32, '0')::uuid,
                lpad((1 + i % 2)::text, 32, '0')::uuid, CASE WHEN i > 2 THEN '00000000-0000-0000-0000-000000000009'::uuid END,
                gen_random_uuid(), gen_random_uuid(), 'gross', 3050, 1000, CASE WHEN i < 6 THEN 'usd' ELSE 'eur' END,
                1000, 1000, 305, CASE WHEN i > 2 THEN 100 ELSE 0 END, CASE WHEN i > 2 THEN 595 ELSE 695 END,
                '2026-02-27Z'::timestamptz + i * interval '1 day', date_trunc('month', '2026-02-27Z'::timestamptz + i * interval '1 day')
         FROM generate_series(1, 6) i;
         RESET session_replication_role;",
    )
    .await;
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_filter_narrows_and_adds_up_what_the_list_is_of(pool: PgPool) {
    six(&pool).await;
    let none = RevenueShareFilter::default;
    let (usd, eur): (Currency, Currency) = ("usd".parse().unwrap(), "eur".parse().unwrap());
    let money = |sums: &[(i64, Currency)]| sums.iter().map(|(minor, c)| Money::new(*minor, *c)).collect::<Vec<_>>();
    for (filter, total, sums) in [
        (none(), 6, money(&[(1_000, eur), (5_000, usd)])),
        (RevenueShareFilter { coach: Some(CustomerId(id(1))), ..none() }, 3, money(&[(305, eur), (610, usd)])),
        (
            RevenueShareFilter { organization: Some(OrganizationId(id(9))), ..none() },
            4,
            money(&[(100, eur), (300, usd)]),
        ),
        (
            RevenueShareFilter { customer: Some(CustomerId(id(3))), currency: Some(eur), ..none() },
            1,
            money(&[(1_000, eur)]),
        ),
        (RevenueShareFilter { month: NaiveDate::from_ymd_opt(2026, 2, 1), ..none() }, 1, money(&[(1_000, usd)])),
        (RevenueShareFilter { kind: Some(TransactionKind::Refund), ..none() }, 0, money(&[])),
        (
            RevenueShareFilter { days: DayRange::new(None, NaiveDate::from_ymd_opt(2026, 3, 1)).unwrap(), ..none() },
            2,
            money(&[(2_000, usd)]),
        ),
    ] {
        let page = list(&pool, &filter, RevenueShareSort::OccurredAt, &exact()).await.unwrap();
        assert_eq!((page.total, page.items.len() as i64, page.sums), (total, total, sums), "{filter:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn pages_follow_every_order(pool: PgPool) {
    six(&pool).await;
    for sort in RevenueShareSort::ALL {
        let rows = walk(
            async |page| list(&pool, &RevenueShareFilter::default(), *sort, &page).await,
            |share: &RevenueShare| share.id.to_string(),
        )
        .await;
        assert_eq!(rows.len(), 6, "{sort}");
        let newest_first = rows.first().map(|r| r.occurred_at) == Some(at("2026-03-05T00:00:00Z"));
        if matches!(sort, RevenueShareSort::OccurredAtDescending) {
            assert!(newest_first);
            assert_eq!((rows[0].coach_share_percentage, rows[0].coach.name.as_str()), (30.5, "Person 1"));
        }
    }
}
