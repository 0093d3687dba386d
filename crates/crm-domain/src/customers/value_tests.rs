use super::*;
use crate::fixture;
use sqlx::AssertSqlSafe;

async fn ada(pool: &PgPool) -> CustomerId {
    let id = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    sqlx::query("UPDATE customers SET stripe_customer_id = 'cus_ada', currency = 'eur' WHERE id = $1")
        .bind(id)
        .execute(pool)
        .await
        .unwrap();
    CustomerId(id)
}

async fn invoice(pool: &PgPool, id: &str, status: &str, remaining: i64, created: &str) {
    sqlx::query(
        "INSERT INTO stripe_objects (id, kind, stripe_customer_id, seen_at, seen_rank, seen_event, body)
         VALUES ($1, 'invoice', 'cus_ada', now(), 0, 'evt', jsonb_build_object('kind', 'invoice', 'status', $2::text, 'currency', 'eur',
                 'amount_remaining', $3::bigint, 'created', $4::text))",
    )
    .bind(id)
    .bind(status)
    .bind(remaining)
    .bind(created)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn paid_refunded_and_open_for_each_currency(pool: PgPool) {
    let ada = ada(&pool).await;
    assert_eq!(value(&pool, ada).await.unwrap(), []);
    for (at, row) in [
        ("2026-01-02Z", "'payment', 'succeeded', 'subscription', 'eur', 1900"),
        ("2026-02-02Z", "'payment', 'refunded', 'subscription', 'eur', 1900"),
        ("2026-02-03Z", "'refund', 'succeeded', 'subscription', 'eur', -1900"),
        ("2026-02-04Z", "'refund', 'failed', 'subscription', 'eur', -500"),
        ("2026-03-02Z", "'payment', 'failed', 'subscription', 'eur', 1900"),
        ("2026-03-03Z", "'payment', 'succeeded', 'one_time', 'usd', 500"),
    ] {
        let insert = format!(
            "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
             VALUES (gen_random_uuid(), '{at}', '{at}', '{}', {row}, '{at}')",
            ada.0
        );
        sqlx::raw_sql(AssertSqlSafe(insert)).execute(&pool).await.unwrap();
    }
    invoice(&pool, "in_1", "open", 1_900, "2026-03-02T09:00:00Z").await;
    invoice(&pool, "in_2", "open", 900, "2026-02-28T09:00:00Z").await;
    invoice(&pool, "in_3", "paid", 0, "2026-01-02T09:00:00Z").await;
    invoice(&pool, "in_4", "void", 700, "2026-01-02T09:00:00Z").await;
    let values = value(&pool, ada).await.unwrap();
    let [eur, usd] = &values[..] else { panic!("{values:?}") };
    assert_eq!((eur.paid.minor, eur.refunded.minor, eur.lifetime_value.minor), (3_800, 1_900, 1_900));
    assert_eq!((eur.payments, eur.failed_payments), (2, 1));
    assert_eq!((eur.outstanding.minor, eur.open_invoices), (2_800, 2));
    assert_eq!(eur.outstanding_since, Some(fixture::at("2026-02-28T09:00:00Z")));
    assert_eq!((usd.lifetime_value, usd.outstanding.minor), (Money::new(500, Currency::USD), 0));
    assert!(matches!(value(&pool, CustomerId(uuid::Uuid::nil())).await, Err(DomainError::NotFound { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tier_move_that_was_reversed_is_left_out(pool: PgPool) {
    let ada = ada(&pool).await;
    let of = |rest: &str| {
        format!(
            "INSERT INTO tier_transitions (id, customer_id, stripe_event_id, from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at, reverses)
             VALUES {rest}"
        )
        .replace("ADA", &ada.0.to_string())
    };
    let rows = of("('00000000-0000-7000-8000-000000000001', 'ADA', 'e1', 'tier1', 'tier2', 'upgrade', 'eur', 1000, '2026-02-01Z', NULL),
             ('00000000-0000-7000-8000-000000000002', 'ADA', 'e2', 'tier2', 'tier3', 'upgrade', 'eur', 1000, '2026-03-01Z', NULL),
             ('00000000-0000-7000-8000-000000000003', 'ADA', 'e2', 'tier2', 'tier3', 'upgrade', 'eur', -1000, '2026-03-01Z', '00000000-0000-7000-8000-000000000002')");
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&pool).await.unwrap();
    let moves = tiers(&pool, ada).await.unwrap();
    assert_eq!(moves.len(), 1);
    assert_eq!((moves[0].to.as_str(), moves[0].mrr_impact.minor), ("tier2", 1_000));
}
