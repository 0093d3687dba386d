//! A business of two customers, written past the applier.

use sqlx::PgPool;

/// Went from tier 1 to tier 2 on 5 February 2026.
pub const ADA: &str = "019a1b2c-0000-7000-8000-00000000000a";
/// In euros since 10 March 2026, set to leave.
pub const BOB: &str = "019a1b2c-0000-7000-8000-00000000000b";
/// Ada's subscription.
pub const SUBSCRIPTION: &str = "019a1b2c-0000-7000-8000-0000000000a1";

const SQL: &str = "
INSERT INTO customers (id, name, email, billing_email, stripe_customer_id, customer_type, lifecycle_state, stream, tier, mrr_minor,
                       currency, created_at) VALUES
    ('019a1b2c-0000-7000-8000-00000000000a', 'Ada', 'ada@example.com', 'ada@example.com', 'cus_ada', 'rev1_user', 'rev1_user',
     'rev1_individual', 'tier2', 1900, 'usd', '2026-01-01Z'),
    ('019a1b2c-0000-7000-8000-00000000000b', 'Bob', 'bob@example.com', 'bob@example.com', 'cus_bob', 'rev2_coach', 'rev2_coach',
     'rev2_coaching', NULL, 19900, 'eur', '2026-01-02Z');
INSERT INTO subscriptions (id, customer_id, stripe_subscription_id, status, stripe_status, stream, tier, currency, mrr_minor,
                           price_ids, items, cancel_at, created_at) VALUES
    ('019a1b2c-0000-7000-8000-0000000000a1', '019a1b2c-0000-7000-8000-00000000000a', 'sub_ada', 'active', 'active',
     'rev1_individual', 'tier2', 'usd', 1900, '{price_1}',
     '[{\"price\": \"price_1\", \"quantity\": 1, \"unit\": 1900, \"amount\": 1900, \"interval\": \"month\", \"interval_count\": 1,
       \"metered\": false, \"mrr\": 1900}]', NULL, '2026-01-05Z'),
    ('019a1b2c-0000-7000-8000-0000000000b1', '019a1b2c-0000-7000-8000-00000000000b', 'sub_bob', 'active', 'active',
     'rev2_coaching', NULL, 'eur', 19900, '{price_2}',
     '[{\"price\": \"price_2\", \"quantity\": 1, \"unit\": 19900, \"amount\": 19900, \"interval\": \"month\", \"interval_count\": 1,
       \"metered\": false, \"mrr\": 19900}]', '2026-12-31Z', '2026-03-10Z');
INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor, before_minor,
                           after_minor, stream, tier, occurred_at, paying_since) VALUES
    ('019a1b2c-0000-7000-8000-000000000001', '019a1b2c-0000-7000-8000-00000000000a', '019a1b2c-0000-7000-8000-0000000000a1',
     'evt_1', 0, 'new', 'usd', 900, 0, 900, 'rev1_individual', 'tier1', '2026-01-05T12:00Z', NULL),
    ('019a1b2c-0000-7000-8000-000000000002', '019a1b2c-0000-7000-8000-00000000000a', '019a1b2c-0000-7000-8000-0000000000a1',
     'evt_2', 0, 'expansion', 'usd', 1000, 900, 1900, 'rev1_individual', 'tier2', '2026-02-05T12:00Z', '2026-01-05T12:00Z'),
    ('019a1b2c-0000-7000-8000-000000000003', '019a1b2c-0000-7000-8000-00000000000b', '019a1b2c-0000-7000-8000-0000000000b1',
     'evt_3', 0, 'new', 'eur', 19900, 0, 19900, 'rev2_coaching', NULL, '2026-03-10T12:00Z', NULL);
INSERT INTO mrr_movement_lines (movement_id, subscription_id, stream, tier, currency, amount_minor, occurred_at) VALUES
    ('019a1b2c-0000-7000-8000-000000000001', '019a1b2c-0000-7000-8000-0000000000a1', 'rev1_individual', 'tier1', 'usd', 900, '2026-01-05T12:00Z'),
    ('019a1b2c-0000-7000-8000-000000000002', '019a1b2c-0000-7000-8000-0000000000a1', 'rev1_individual', 'tier1', 'usd', -900, '2026-02-05T12:00Z'),
    ('019a1b2c-0000-7000-8000-000000000002', '019a1b2c-0000-7000-8000-0000000000a1', 'rev1_individual', 'tier2', 'usd', 1900, '2026-02-05T12:00Z'),
    ('019a1b2c-0000-7000-8000-000000000003', '019a1b2c-0000-7000-8000-0000000000b1', 'rev2_coaching', '', 'eur', 19900, '2026-03-10T12:00Z');
INSERT INTO transactions (id, business_key, payment_key, customer_id, stripe_subscription_id, kind, status, transaction_type, currency,
                          amount_minor, occurred_at) VALUES
    ('019a1b2c-0000-7000-8000-0000000000c1', 'in_1', 'in_1', '019a1b2c-0000-7000-8000-00000000000a', 'sub_ada', 'payment',
     'succeeded', 'subscription', 'usd', 900, '2026-01-05T12:00Z'),
    ('019a1b2c-0000-7000-8000-0000000000c2', 're_1', 'in_1', '019a1b2c-0000-7000-8000-00000000000a', 'sub_ada', 'refund',
     'refunded', 'subscription', 'usd', -300, '2026-01-06T12:00Z'),
    ('019a1b2c-0000-7000-8000-0000000000c3', 'in_2', 'in_2', '019a1b2c-0000-7000-8000-00000000000b', 'sub_bob', 'payment',
     'failed', 'subscription', 'eur', 19900, '2026-03-10T12:00Z');
INSERT INTO lifecycle_transitions VALUES
    ('019a1b2c-0000-7000-8000-00000000000a', '2026-01-01Z', 0, NULL, 'lead', 'created', 'evt_0'),
    ('019a1b2c-0000-7000-8000-00000000000a', '2026-01-05Z', 1, 'lead', 'rev1_user', 'first_payment', 'evt_1');
INSERT INTO products (id, name, seen_at, seen_rank, seen_event) VALUES ('prod_1', 'Standard', now(), 0, '');
INSERT INTO prices (id, product_id, currency, unit_amount, interval, seen_at, seen_rank, seen_event) VALUES
    ('price_1', 'prod_1', 'usd', 1900, 'month', now(), 0, ''), ('price_2', NULL, 'eur', 19900, 'month', now(), 0, '');
INSERT INTO stripe_events (event_id, type, object_id, created, livemode, raw, state, parked_on, reason) VALUES
    ('evt_dead', 'invoice.paid', 'in_9', '2026-03-11Z', false, 'not JSON \\377', 'dead', NULL, 'the invoice has no customer'),
    ('evt_parked', 'customer.subscription.created', 'sub_9', '2026-03-11Z', false, '{}', 'parked', 'price_1', 'unknown price');
";

/// Writes it, with the rollup by day.
pub async fn write(pool: &PgPool) {
    sqlx::raw_sql(SQL).execute(pool).await.unwrap();
    crm_domain::analytics::rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
}
