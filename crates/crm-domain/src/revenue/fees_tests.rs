use super::*;
use crate::fixture::{self, at};

fn staff() -> Actor {
    Actor::system("test")
}

fn new(rate_bp: i32, fixed_minor: i64, starts_at: &str) -> NewPaymentFee {
    NewPaymentFee { rate_bp, fixed_minor, starts_at: Some(at(starts_at)) }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_newest_declared_before_a_payment_is_its_fee(pool: PgPool) {
    let usd = Currency::USD;
    declare(&pool, &staff(), usd, &new(290, 30, "2026-01-01T00:00:00Z")).await.unwrap();
    declare(&pool, &staff(), usd, &new(100, 0, "2026-03-01T00:00:00Z")).await.unwrap();
    declare(&pool, &staff(), usd, &new(250, 30, "2026-03-01T00:00:00Z")).await.unwrap();
    declare(&pool, &staff(), Currency::JPY, &new(360, 0, "2026-01-01T00:00:00Z")).await.unwrap();
    let fees = declared(&mut pool.acquire().await.unwrap()).await.unwrap();
    assert_eq!(list(&pool).await.unwrap().len(), 3, "what is declared for one instant is replaced");
    for (currency, amount, on, fee) in [
        (usd, 1_900, "2025-12-31T23:59:59Z", 0),
        (usd, 1_900, "2026-01-01T00:00:00Z", 85),
        (usd, 1_900, "2026-03-01T00:00:00Z", 78),
        (usd, 20, "2026-03-02T00:00:00Z", 20),
        (usd, 0, "2026-03-02T00:00:00Z", 0),
        (Currency::JPY, 500, "2026-03-02T00:00:00Z", 18),
        (Currency::parse("eur").unwrap(), 500, "2026-03-02T00:00:00Z", 0),
    ] {
        assert_eq!(fees.of(currency, amount, at(on)), fee, "{currency} {amount} {on}");
    }
    assert_eq!(fees.of(usd, i64::MAX, at("2026-02-01T00:00:00Z")), 267_477_789_068_788_498 + 30);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_is_refused_and_whom_it_concerns_is_computed_again(pool: PgPool) {
    for (bad, field) in [
        (new(-1, 0, "2026-01-01T00:00:00Z"), "rate_bp"),
        (new(10_001, 0, "2026-01-01T00:00:00Z"), "rate_bp"),
        (new(0, -1, "2026-01-01T00:00:00Z"), "fixed_minor"),
        (new(0, 0, "0001-01-01T00:00:00Z"), "starts_at"),
    ] {
        let refused = declare(&pool, &staff(), Currency::USD, &bad).await.unwrap_err();
        assert!(matches!(&refused, DomainError::Invalid { field: of, .. } if of == field), "{refused:?}");
    }
    let queued =
        async || -> i64 { sqlx::query_scalar("SELECT count(*) FROM recompute_queue").fetch_one(&pool).await.unwrap() };
    fixture::run(
        &pool,
        "INSERT INTO customers (id, name, created_at) VALUES (lpad('1', 32, '0')::uuid, 'Client', now()), (lpad('2', 32, '0')::uuid, 'Coach', now());
         INSERT INTO coaching_relationships (id, coach_id, client_id, during)
         VALUES (lpad('3', 32, '0')::uuid, lpad('2', 32, '0')::uuid, lpad('1', 32, '0')::uuid, tstzrange('2020-01-01Z', NULL));
         DELETE FROM recompute_queue",
    )
    .await;
    declare(&pool, &staff(), Currency::USD, &new(290, 30, "2026-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(queued().await, 0, "no rule asks for fees");
    fixture::run(
        &pool,
        "INSERT INTO share_rules (id, scope, base, coach_bp, organization_bp, during)
         VALUES (lpad('4', 32, '0')::uuid, 'default', 'net_of_fees', 3000, 1000, tstzrange('2020-01-01Z', NULL))",
    )
    .await;
    declare(&pool, &staff(), Currency::USD, &new(250, 30, "2026-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(queued().await, 1);
}
