//! What a report costs does not grow with history: counted in rows that PostgreSQL read of the tables that grow with customers.

use super::{ReportRequest, bridge, churn, cohorts, ltv, movements, payments, recognised, rollup, streams, trials};
use crate::fixture::run;
use crm_types::analytics::GroupBy;
use crm_types::analytics_retention::CohortGroup;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const CUSTOMERS: i64 = 36_000;
/// The movements of 30 days, of three years of them, and what is looked up for them.
const OF_30_DAYS: i64 = 2 * CUSTOMERS / 36;

/// Everybody pays from some minute of three years on, one in ten left again 15 days later; each has a trial and a payment.
async fn fill(pool: &PgPool) {
    run(
        pool,
        "SET session_replication_role = replica;
         INSERT INTO customers (id, name, mrr_minor, currency, stream, tier, acquisition_source, created_at)
         SELECT lpad(i::text, 32, '0')::uuid, 'Ada ' || i, 900, 'usd', 'rev1_individual', 'tier' || 1 + i % 3, (ARRAY['organic', 'referral'])[1 + i % 2],
                now() - interval '3 years' + i * interval '43 min'
         FROM generate_series(1, 36000) AS i;
         INSERT INTO subscriptions (id, customer_id, stripe_subscription_id, status, stripe_status, stream, tier, currency, mrr_minor,
                                    trialed_from, trialed_until, converted_from_trial, created_at)
         SELECT id, id, id, 'active', 'active', stream, tier, 'usd', 900, created_at - interval '10 days', created_at, true, created_at FROM customers;
         INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor,
                                    before_minor, after_minor, stream, tier, occurred_at, paying_since)
         SELECT id, id, id, id::text, 0, 'new', 'usd', 900, 0, 900, stream, tier, created_at, NULL::timestamptz FROM customers
         UNION ALL
         SELECT gen_random_uuid(), id, id, 'x' || id, 0, 'churn', 'usd', -900, 900, 0, stream, tier, created_at + interval '15 days', created_at
         FROM customers WHERE extract(minute FROM created_at)::int % 10 = 0 AND created_at < now() - interval '15 days';
         INSERT INTO mrr_movement_lines
         SELECT id, subscription_id, stream, tier, currency, amount_minor, occurred_at FROM mrr_movements;
         INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
         SELECT id, id, id, id, 'payment', CASE WHEN extract(minute FROM created_at)::int % 7 = 0 THEN 'failed' ELSE 'succeeded' END,
                'subscription', 'usd', 900, created_at FROM customers;
         RESET session_replication_role;",
    )
    .await;
    rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
    for table in [
        "customers",
        "subscriptions",
        "mrr_movements",
        "mrr_movement_lines",
        "transactions",
        "mrr_daily",
        "paying_daily",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM ANALYZE {table}"))).execute(pool).await.unwrap();
    }
}

async fn rows_read(pool: &PgPool) -> i64 {
    sqlx::query("SELECT pg_stat_force_next_flush()").execute(pool).await.unwrap();
    sqlx::query_scalar(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables
         WHERE relname IN ('customers', 'subscriptions', 'mrr_movements', 'mrr_movement_lines', 'transactions', 'lifecycle_transitions',
                           'coaching_relationships', 'revenue_shares', 'tier_transitions')",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_report_reads_no_history(_: PgPoolOptions, options: PgConnectOptions) {
    // As the server's pools; one connection, so that its counters are there when they are asked for.
    let settings =
        [("enable_seqscan", "off"), ("jit", "off"), ("random_page_cost", "1.1"), ("synchronous_commit", "on")];
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options.options(settings)).await.unwrap();
    fill(&pool).await;
    let usual = ReportRequest::default;
    let mut worst = Vec::new();
    macro_rules! reads {
        ($name:literal, $most:expr, $report:expr) => {{
            let before = rows_read(&pool).await;
            let report = $report.await.unwrap();
            let read = rows_read(&pool).await - before;
            assert!(read <= $most, "{} read {read} rows", $name);
            worst.push(format!("{} {read}", $name));
            report
        }};
    }
    let report = reads!("churn", 100, churn(&pool, usual(), Some(GroupBy::Tier)));
    assert!(report.total.end_customers > CUSTOMERS / 2 && report.total.churned_customers > 0);
    reads!("ltv", 100, ltv(&pool, usual(), Some(GroupBy::Tier)));
    reads!("cohorts", 100, cohorts(&pool, usual(), Some(CohortGroup::Source)));
    let report = reads!("trials", 100, trials(&pool, usual(), Some(GroupBy::Tier)));
    assert!(report.total.ended > CUSTOMERS / 4);
    reads!("streams", 100, streams(&pool, usual()));
    let report = reads!("payments", 100, payments(&pool, usual()));
    assert!(report.total.failed_invoices > 0 && report.total.recovery_rate == Some(0.0));
    let report = reads!("recognised", 100, recognised(&pool, usual()));
    assert!(report.recognised.minor > 0);
    reads!("movements", 100, movements(&pool, usual()));
    reads!("bridge", OF_30_DAYS, bridge(&pool, usual(), GroupBy::Tier));
    println!("rows of {CUSTOMERS} customers' tables read: {}", worst.join(", "));
}
