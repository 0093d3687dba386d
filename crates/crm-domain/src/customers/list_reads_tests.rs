//! What a page costs does not grow with the table: counted in rows that PostgreSQL read.

use super::*;
use crate::filter::{AmountRange, Text};
use crate::fixture::run;
use crm_types::Currency;
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::plans::{Stream, Tier};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const CUSTOMERS: i64 = 60_000;
/// The page's own rows, and a few more where an index page was written to since.
const PAGE: i64 = 500;
/// Where each row must be looked into: those up to the cap, then the page, among others that do not match.
const MOST: i64 = crm_types::page::TOTAL_CAP + 1 + 2_000;

async fn fill(pool: &PgPool) {
    run(
        pool,
        // An autovacuum that analyses meanwhile would say of the tables that nobody sees all of any page.
        "ALTER TABLE customers SET (autovacuum_enabled = false);
         ALTER TABLE customer_search SET (autovacuum_enabled = false);
         SET session_replication_role = replica;
         CREATE FUNCTION pg_temp.draw(what text, i integer, n integer) RETURNS integer LANGUAGE sql
             RETURN (hashtext(what || i) & 1048575) % n;
         INSERT INTO customers (id, name, email, phone, mrr_minor, currency, lifetime_minor, lifetime_currency, lifecycle_state,
                                customer_type, stream, tier, acquisition_source, priority, tags, organization_id, coach_id, created_at)
         SELECT lpad(i::text, 32, '0')::uuid, (ARRAY['Ada', 'Grace', 'Zoë', 'Jürgen'])[1 + pg_temp.draw('name', i, 4)] || ' Number' || i % 997,
                'n' || i || '@example.com', '+1 555 ' || i, pg_temp.draw('mrr', i, 7) * 900, (ARRAY['usd', 'eur'])[1 + (pg_temp.draw('eur', i, 50) = 0)::int],
                pg_temp.draw('lifetime', i, 31) * 900, 'usd', (ARRAY['lead', 'free_trial', 'rev1_user', 'churned'])[1 + pg_temp.draw('state', i, 4)],
                CASE WHEN pg_temp.draw('type', i, 200) = 0 THEN 'rev3_org' ELSE 'rev1_user' END,
                CASE WHEN pg_temp.draw('type', i, 200) = 0 THEN 'rev3_b2b' ELSE 'rev1_individual' END,
                CASE WHEN pg_temp.draw('type', i, 200) > 0 THEN 'tier' || 1 + pg_temp.draw('tier', i, 3) END,
                (ARRAY['organic', 'referral', NULL])[1 + pg_temp.draw('source', i, 3)], CASE WHEN pg_temp.draw('vip', i, 300) = 0 THEN 'vip' ELSE 'medium' END,
                CASE WHEN pg_temp.draw('tag', i, 400) = 0 THEN '{press}'::text[] ELSE '{}' END,
                CASE WHEN pg_temp.draw('organization', i, 3) = 0 THEN lpad('7', 32, '0')::uuid END,
                CASE WHEN pg_temp.draw('coach', i, 500) = 0 THEN lpad('1', 32, '0')::uuid END, '2026-01-01Z'::timestamptz + i * interval '1 min'
         FROM generate_series(1, 60000) AS i;
         INSERT INTO customer_search (id, created_at, archived_at, text)
         SELECT id, created_at, archived_at, customer_search_text(name, email, billing_email, phone, stripe_customer_id, NULL) FROM customers;
         RESET session_replication_role;",
    )
    .await;
    // As autovacuum leaves it: an index answers alone for pages that all transactions may see.
    run(pool, "VACUUM ANALYZE customers").await;
    run(pool, "VACUUM ANALYZE customer_search").await;
}

/// Rows of customers, and of what they are found by, that were read so far.
async fn rows_read(pool: &PgPool) -> i64 {
    sqlx::query("SELECT pg_stat_force_next_flush()").execute(pool).await.unwrap();
    sqlx::query_scalar(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname IN ('customers', 'customer_search')",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_reads_no_more_rows_than_the_cap(_: PgPoolOptions, options: PgConnectOptions) {
    // One connection, so that its counters are there when they are asked for; settings as the server's pools have them. Vacuum
    // takes for seen by all what is certain to be committed.
    let settings =
        [("enable_seqscan", "off"), ("jit", "off"), ("random_page_cost", "1.1"), ("synchronous_commit", "on")];
    let options = options.options(settings);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    fill(&pool).await;
    let none = CustomerFilter::default;
    let text = |text: &str| Text::parse("x", text).unwrap();
    let q = |text: &str| CustomerFilter { q: Search::parse("q", text).unwrap(), ..none() };
    let filters = [
        none(),
        CustomerFilter { lifecycle: Some(LifecycleState::Churned), ..none() },
        CustomerFilter { lifecycle: Some(LifecycleState::Reactivated), ..none() },
        CustomerFilter { customer_type: Some(CustomerType::Rev3Org), ..none() },
        CustomerFilter { stream: Some(Stream::Rev3B2b), ..none() },
        CustomerFilter { tier: Some(Tier::Tier2), ..none() },
        CustomerFilter { source: text("referral"), ..none() },
        CustomerFilter { source: text("event"), ..none() },
        CustomerFilter { currency: Some(Currency::EUR), ..none() },
        CustomerFilter { priority: Some(Priority::Vip), tier: Some(Tier::Tier1), ..none() },
        CustomerFilter { tag: text("press"), ..none() },
        CustomerFilter { organization: Some(OrganizationId(uuid::Uuid::from_u128(7))), ..none() },
        CustomerFilter { coach: Some(CustomerId(uuid::Uuid::from_u128(1))), ..none() },
        CustomerFilter { archived: true, ..none() },
        CustomerFilter { paying: Some(true), ..none() },
        CustomerFilter { lifetime: AmountRange::new("lifetime_min", Some(27_000), None).unwrap(), ..none() },
        q("number77"),
        q("ada number12"),
        q("jurgen"),
        q("zoë"),
        q("nobody at all"),
        q("n5"),
    ];
    let mut worst = (0, String::new());
    for filter in &filters {
        for sort in CustomerSort::ALL {
            let before = rows_read(&pool).await;
            let first = list(&pool, filter, *sort, &PageRequest::default()).await.unwrap();
            let read = rows_read(&pool).await - before;
            let by_age = matches!(sort, CustomerSort::CreatedAt | CustomerSort::CreatedAtDescending);
            // Few rows are sorted by what only they hold, when no index has it: a name.
            let few = if first.total_capped { 0 } else { first.total };
            let most = match filter {
                filter if filter.is_in_indexes() => PAGE + few,
                // What they are found by, and then their rows; of a name that every fourth has, all that are sorted.
                CustomerFilter { q: Some(_), .. } if first.total_capped && !by_age => 2 * (MOST + CUSTOMERS * 11 / 40),
                CustomerFilter { q: Some(_), .. } => 2 * MOST,
                _ => MOST,
            };
            assert!(read <= most, "{read} rows of {CUSTOMERS} for {filter:?} by {sort}");
            worst = worst.max((read, format!("{filter:?} by {sort}")));
            if let Some(cursor) = first.next_cursor {
                let before = rows_read(&pool).await;
                let next = PageRequest::new(None, Some(cursor), None).unwrap();
                let second = list(&pool, filter, *sort, &next).await.unwrap();
                assert_eq!((second.total, second.total_capped), (first.total, first.total_capped));
                let read = rows_read(&pool).await - before;
                assert!(read <= most, "{read} rows of {CUSTOMERS} for the second page of {filter:?} by {sort}");
            }
        }
    }
    println!("customer list: at most {} of {CUSTOMERS} rows read for a page ({})", worst.0, worst.1);
}
