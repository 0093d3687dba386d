//! The views that staff look for again and again: what is in them, and that none reads the table.

use super::*;
use crate::fixture::{self, run};
use chrono::NaiveDate;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const SUBSCRIPTIONS: i64 = 60_000;

fn week(from: &str) -> DayRange {
    let from: NaiveDate = from.parse().unwrap();
    DayRange::named(("period_end_from", "period_end_to"), Some(from), from.checked_add_days(chrono::Days::new(6)))
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_renews_ends_its_trial_or_is_past_due(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let mut made = Vec::new();
    for (status, end, cancel) in [
        ("active", "2026-03-03Z", None),
        ("active", "2026-03-03Z", Some("2026-03-03Z")),
        ("past_due", "2026-03-07T23:00Z", None),
        ("active", "2026-03-20Z", None),
        ("free_trial", "2026-03-02Z", None),
        ("cancelled", "2026-03-02Z", None),
    ] {
        let id = fixture::subscription(&pool, customer, "usd", 1_900, "2026-01-01T00:00:00Z").await;
        let sql = "UPDATE subscriptions SET status = $2, current_period_end = $3::timestamptz, cancel_at = $4::timestamptz WHERE id = $1";
        sqlx::query(sql)
            .bind(id)
            .bind(status)
            .bind(fixture_time(end))
            .bind(cancel.map(fixture_time))
            .execute(&pool)
            .await
            .unwrap();
        made.push(id);
    }
    let see = async |filter: SubscriptionFilter| {
        let found = list(&pool, &filter, SubscriptionSort::CurrentPeriodEnd, &PageRequest::default()).await.unwrap();
        found.items.iter().map(|s| made.iter().position(|id| *id == s.id.0).unwrap()).collect::<Vec<_>>()
    };
    let none = SubscriptionFilter::default;
    let (renews, period_end) = (Some(true), week("2026-03-01"));
    assert_eq!(see(SubscriptionFilter { renews, period_end, ..none() }).await, [0, 2]);
    assert_eq!(see(SubscriptionFilter { renews, ..none() }).await, [0, 2, 3]);
    assert_eq!(see(SubscriptionFilter { renews: Some(false), ..none() }).await.len(), 3);
    let status = Some(SubscriptionStatus::FreeTrial);
    assert_eq!(see(SubscriptionFilter { status, period_end, ..none() }).await, [4]);

    // The newest open invoice tells how the payment is recovered.
    sqlx::query(
        "INSERT INTO stripe_objects (id, kind, stripe_customer_id, seen_at, seen_rank, seen_event, body)
         SELECT 'in_1', 'invoice', c.stripe_customer_id, now(), 0, '', jsonb_build_object('status', 'open', 'number', 'A-1',
             'subscription', s.stripe_subscription_id, 'amount_remaining', 1900, 'attempts', 2, 'next_attempt', '2026-03-05T00:00:00Z')
         FROM subscriptions s JOIN customers c ON c.id = s.customer_id WHERE s.id = $1",
    )
    .bind(made[2])
    .execute(&pool)
    .await
    .unwrap();
    let status = Some(SubscriptionStatus::PastDue);
    let (filter, page) = (SubscriptionFilter { status, ..none() }, PageRequest::default());
    let found = list(&pool, &filter, SubscriptionSort::CurrentPeriodEnd, &page).await.unwrap();
    let recovery = found.items[0].recovery.clone().unwrap();
    assert_eq!((recovery.attempts, recovery.open.minor, recovery.invoice_number.as_deref()), (2, 1_900, Some("A-1")));
    assert_eq!(recovery.next_attempt_at, Some(fixture::at("2026-03-05T00:00:00Z")));
}

fn fixture_time(text: &str) -> chrono::DateTime<chrono::Utc> {
    let whole = if text.contains('T') { text.replace('Z', ":00Z") } else { text.replace('Z', "T00:00:00Z") };
    fixture::at(&whole)
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_view_reads_the_table(_: PgPoolOptions, options: PgConnectOptions) {
    // As for customers: one connection, settings as the server's pools have them.
    let settings =
        [("enable_seqscan", "off"), ("jit", "off"), ("random_page_cost", "1.1"), ("synchronous_commit", "on")];
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options.options(settings)).await.unwrap();
    run(
        &pool,
        "SET session_replication_role = replica;
         INSERT INTO customers (id, name, created_at) VALUES (lpad('1', 32, '0')::uuid, 'Ada', '2026-01-01Z');
         INSERT INTO subscriptions (id, customer_id, stripe_subscription_id, status, stripe_status, currency, mrr_minor, current_period_end,
                                    cancel_at, created_at)
         SELECT lpad(i::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'sub_' || i,
                (ARRAY['cancelled', 'cancelled', 'active', 'active', 'free_trial', 'past_due'])[1 + i % 6], 'x', 'usd', i % 7 * 900,
                '2026-03-01Z'::timestamptz + (i % 3000) * interval '1 hour' - interval '60 days',
                CASE WHEN i % 60 = 2 THEN '2026-03-09Z'::timestamptz END, '2026-01-01Z'::timestamptz + i * interval '1 min'
         FROM generate_series(1, 60000) AS i;
         RESET session_replication_role;",
    )
    .await;
    run(&pool, "VACUUM ANALYZE subscriptions").await;
    let read = async || -> i64 {
        sqlx::query("SELECT pg_stat_force_next_flush()").execute(&pool).await.unwrap();
        let sql = "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname = 'subscriptions'";
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    };
    let none = SubscriptionFilter::default;
    let period_end = week("2026-03-01");
    let mut worst = 0;
    for filter in [
        SubscriptionFilter { renews: Some(true), period_end, ..none() },
        SubscriptionFilter { status: Some(SubscriptionStatus::FreeTrial), period_end, ..none() },
        SubscriptionFilter { status: Some(SubscriptionStatus::PastDue), ..none() },
        SubscriptionFilter { scheduled: Some(true), ..none() },
    ] {
        let before = read().await;
        let page = list(&pool, &filter, SubscriptionSort::CurrentPeriodEnd, &PageRequest::default()).await.unwrap();
        let rows = read().await - before;
        assert!(page.total > 50, "{filter:?}: {}", page.total);
        // Those that match are counted and sorted, up to the cap; none of the others is looked at.
        let most = 3 * page.total.min(crm_types::page::TOTAL_CAP) + 500;
        assert!(rows <= most, "{rows} rows of {SUBSCRIPTIONS} read for {} of {filter:?}", page.total);
        worst = worst.max(rows);
    }
    println!("subscription views: at most {worst} of {SUBSCRIPTIONS} rows read for a page");
}
