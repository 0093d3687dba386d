use super::*;
use crate::fixture::{self, NewMovement};
use crm_types::Currency;

#[sqlx::test(migrations = "../../migrations")]
async fn the_worker_runs_while_a_session_of_this_database_holds_the_lock(pool: PgPool) {
    assert!(!inspect(&pool).await.unwrap().worker_running);
    let mut worker = pool.acquire().await.unwrap();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(APPLIER_LOCK).execute(&mut *worker).await.unwrap();
    assert!(inspect(&pool).await.unwrap().worker_running);
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(APPLIER_LOCK).execute(&mut *worker).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(APPLIER_LOCK + 1).execute(&mut *worker).await.unwrap();
    assert!(!inspect(&pool).await.unwrap().worker_running);
}

#[sqlx::test(migrations = "../../migrations")]
async fn ledger_and_subscriptions_are_compared_by_currency(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, customer, "usd", 900, "2026-01-01T00:00:00Z").await;
    let new =
        NewMovement::first(customer, subscription, "usd", &[("rev1_individual", "tier1", 900)], "2026-03-10T23:30:00Z");
    fixture::movement(&pool, &new).await;
    fixture::subscription(&pool, customer, "eur", 500, "2026-01-01T00:00:00Z").await;
    fixture::run(&pool, "INSERT INTO recompute_queue (customer_id, reason) SELECT id, 'test' FROM customers").await;
    let state = inspect(&pool).await.unwrap();
    assert_eq!(state.mrr_difference, [Money::new(-500, Currency::EUR), Money::new(0, Currency::USD)]);
    assert_eq!((state.recompute_pending, state.inbox.pending), (1, 0));
    assert!(state.bytes > 0 && !state.postgres_version.is_empty());
}
