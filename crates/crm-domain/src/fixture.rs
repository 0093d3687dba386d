//! Rows for tests, written past the rules that make them in life. Not checked at compile time on purpose: a test database
//! is the only place where these statements run.

use crate::page::PageRequest;
use chrono::{DateTime, Utc};
use crm_types::Page;
use crm_types::page::Count;
use sqlx::PgPool;
use std::collections::HashSet;
use std::future::Future;
use uuid::Uuid;

/// `at("2026-03-01T12:00:00Z")`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A stream, a tier (empty for none) and an amount: a line of a movement.
pub(crate) type Line = (&'static str, &'static str, i64);

/// A movement to write.
#[derive(Debug, Clone)]
pub(crate) struct NewMovement<'a> {
    pub customer: Uuid,
    pub subscription: Uuid,
    pub movement: &'a str,
    pub currency: &'a str,
    pub before: i64,
    pub lines: &'a [Line],
    pub at: &'a str,
    pub paying_since: Option<&'a str>,
}

impl<'a> NewMovement<'a> {
    /// The first movement of a customer.
    pub(crate) fn first(customer: Uuid, subscription: Uuid, currency: &'a str, lines: &'a [Line], at: &'a str) -> Self {
        Self { customer, subscription, movement: "new", currency, before: 0, lines, at, paying_since: None }
    }
}

pub(crate) async fn customer(pool: &PgPool, name: &str, created: &str) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO customers (id, name, email, billing_email, stripe_customer_id, created_at)
         VALUES ($1, $2, $3, $3, $4, $5)",
    )
    .bind(id)
    .bind(name)
    .bind(format!("{id}@example.test"))
    .bind(format!("cus_{}", id.simple()))
    .bind(at(created))
    .execute(pool)
    .await
    .unwrap();
    id
}

pub(crate) async fn subscription(pool: &PgPool, customer: Uuid, currency: &str, mrr: i64, created: &str) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO subscriptions (id, customer_id, stripe_subscription_id, status, stripe_status, stream, tier,
                                    currency, mrr_minor, interval, quantity, price_ids, items, created_at)
         VALUES ($1, $2, $3, 'active', 'active', 'rev1_individual', 'tier1', $4, $5, 'month', 1, '{price_1}',
                 jsonb_build_array(jsonb_build_object('price', 'price_1', 'quantity', 1, 'unit', $5, 'amount', $5, 'interval', 'month',
                                                      'interval_count', 1, 'metered', false, 'mrr', $5)), $6)",
    )
    .bind(id)
    .bind(customer)
    .bind(format!("sub_{}", id.simple()))
    .bind(currency)
    .bind(mrr)
    .bind(at(created))
    .execute(pool)
    .await
    .unwrap();
    id
}

/// Writes a movement with its lines, as the applier does: the ledger's constraints hold.
pub(crate) async fn movement(pool: &PgPool, new: &NewMovement<'_>) -> Uuid {
    let amount: i64 = new.lines.iter().map(|(_, _, minor)| minor).sum();
    let (stream, tier, _) = new.lines.iter().max_by_key(|(_, _, minor)| minor.abs()).unwrap();
    let id = Uuid::now_v7();
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor,
                                    before_minor, after_minor, stream, tier, occurred_at, paying_since)
         VALUES ($1, $2, $3, 'evt_' || $1, 0, $4, $5, $6, $7, $7 + $6, $8, nullif($9, ''), $10, $11)",
    )
    .bind(id)
    .bind(new.customer)
    .bind(new.subscription)
    .bind(new.movement)
    .bind(new.currency)
    .bind(amount)
    .bind(new.before)
    .bind(stream)
    .bind(tier)
    .bind(at(new.at))
    .bind(new.paying_since.map(at))
    .execute(&mut *tx)
    .await
    .unwrap();
    for (stream, tier, minor) in new.lines {
        sqlx::query("INSERT INTO mrr_movement_lines VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(id)
            .bind(new.subscription)
            .bind(stream)
            .bind(tier)
            .bind(new.currency)
            .bind(minor)
            .bind(at(new.at))
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    id
}

/// Writes the row that takes back a movement.
pub(crate) async fn reverse(pool: &PgPool, movement: Uuid) {
    let mut tx = pool.begin().await.unwrap();
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor,
                                    before_minor, after_minor, stream, tier, occurred_at, paying_since, reverses)
         SELECT $1, customer_id, subscription_id, stripe_event_id, tie, movement, currency, -amount_minor, after_minor,
                before_minor, stream, tier, occurred_at, paying_since, id FROM mrr_movements WHERE id = $2",
    )
    .bind(id)
    .bind(movement)
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO mrr_movement_lines
         SELECT $1, subscription_id, stream, tier, currency, -amount_minor, occurred_at FROM mrr_movement_lines
         WHERE movement_id = $2",
    )
    .bind(id)
    .bind(movement)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Brings `mrr_daily` up to date.
pub(crate) async fn roll_up(pool: &PgPool) {
    crate::analytics::rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
}

pub(crate) async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

/// An event of the inbox in a state.
pub(crate) async fn event(pool: &PgPool, id: &str, state: &str, parked_on: Option<&str>) {
    sqlx::query(
        "INSERT INTO stripe_events (event_id, type, object_id, created, livemode, raw, state, parked_on, attempts, reason)
         VALUES ($1, 'customer.created', 'cus_' || $1, '2026-01-01Z', false, '{\"id\":1}', $2, $3, 3, 'why')",
    )
    .bind(id)
    .bind(state)
    .bind(parked_on)
    .execute(pool)
    .await
    .unwrap();
}

/// A page request with a limit.
pub(crate) fn page(limit: u32, cursor: Option<String>) -> PageRequest {
    PageRequest::new(Some(limit), cursor, None).unwrap()
}

/// A page request that counts exactly.
pub(crate) fn exact() -> PageRequest {
    PageRequest::new(None, None, Some(Count::Exact)).unwrap()
}

/// Follows the cursors to the end, a few rows at a time, and checks that no row comes twice.
pub(crate) async fn walk<T, F>(fetch: impl FnMut(PageRequest) -> F, id: impl Fn(&T) -> String) -> Vec<T>
where
    F: Future<Output = crate::db::Result<Page<T>>>,
{
    walk_by(3, fetch, id).await
}

/// More rows than are counted, so that a page is read in the order of an index.
pub(crate) const MANY: usize = 10_001;

/// As `walk`, so many rows at a time.
pub(crate) async fn walk_by<T, F>(
    limit: u32,
    mut fetch: impl FnMut(PageRequest) -> F,
    id: impl Fn(&T) -> String,
) -> Vec<T>
where
    F: Future<Output = crate::db::Result<Page<T>>>,
{
    let (mut rows, mut cursor, mut seen) = (Vec::new(), None, HashSet::new());
    loop {
        let found = fetch(page(limit, cursor)).await.unwrap();
        assert!(found.items.len() <= limit as usize);
        for row in found.items {
            assert!(seen.insert(id(&row)), "{} came twice", id(&row));
            rows.push(row);
        }
        match found.next_cursor {
            Some(next) => cursor = Some(next),
            None => return rows,
        }
    }
}

/// The field that a call was refused for.
pub(crate) fn refused<T: std::fmt::Debug>(result: crate::db::Result<T>) -> String {
    match result.unwrap_err() {
        crate::db::DomainError::Invalid { field, .. } => field,
        other => panic!("{other:?}"),
    }
}

/// Writes many customers, each with a subscription, a movement and a payment; amounts and times are tied.
pub(crate) async fn many(pool: &PgPool) {
    run(
        pool,
        "SET session_replication_role = replica;
         INSERT INTO customers (id, name, mrr_minor, currency, lifetime_minor, lifetime_currency, lifecycle_state, stream, tier,
                                priority, acquisition_source, created_at)
         SELECT lpad(i::text, 32, '0')::uuid, 'Ada ' || i % 7, i % 5 * 100, 'usd', i % 11 * 100, 'usd',
                (ARRAY['lead', 'rev1_user', 'rev3_org'])[1 + i % 3],
                CASE WHEN i % 4 > 0 THEN 'rev1_individual' END, CASE WHEN i % 4 > 1 THEN 'tier' || i % 4 END,
                (ARRAY['low', 'medium', 'vip'])[1 + i % 3], (ARRAY['event', NULL, 'organic'])[1 + i % 3],
                '2026-01-01Z'::timestamptz + i % 3 * interval '1 h'
         FROM generate_series(1, 10001) AS i;
         INSERT INTO subscriptions (id, customer_id, stripe_subscription_id, status, stripe_status, stream, tier, currency, mrr_minor,
                                    current_period_end, created_at)
         SELECT id, id, id, 'active', 'active', 'rev1_individual', 'tier1', 'usd', 100 + mrr_minor,
                CASE WHEN mrr_minor > 100 THEN created_at END, created_at FROM customers;
         INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor,
                                    before_minor, after_minor, stream, tier, occurred_at)
         SELECT id, id, id, id, 0, 'new', 'usd', mrr_minor, 0, mrr_minor, 'rev1_individual', 'tier1', created_at FROM subscriptions;
         INSERT INTO mrr_movement_lines
         SELECT id, id, stream, tier, currency, amount_minor, occurred_at FROM mrr_movements;
         INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor,
                                   occurred_at)
         SELECT id, id, id, id, 'payment', 'succeeded', 'subscription', 'usd', amount_minor, occurred_at FROM mrr_movements;
         INSERT INTO stripe_events (event_id, type, created, livemode, raw, state)
         SELECT id, 'x', occurred_at, false, '', 'done' FROM mrr_movements;
         RESET session_replication_role;",
    )
    .await;
}
