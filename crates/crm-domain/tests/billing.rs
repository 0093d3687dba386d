//! From the inbox to the rows: any order, duplicates, both shapes, parking, dead letters, rebuild.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "support/stripe.rs"]
mod stripe;

#[path = "billing/coached.rs"]
mod coached;

#[path = "billing/revenue.rs"]
mod revenue;

use crm_domain::billing::inbox::Delivery;
use crm_domain::billing::{apply, inbox, rebuild};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe::{DAY, Life, Shape, T0, invariants, permutations, rows};

async fn deliver(pool: &PgPool, events: &[Delivery]) {
    inbox::store(pool, events).await.unwrap();
    apply::drain(&mut pool.acquire().await.unwrap()).await.unwrap();
}

async fn state_of(pool: &PgPool, event: &str) -> (String, Option<String>) {
    sqlx::query_as("SELECT state, reason FROM stripe_events WHERE event_id = $1")
        .bind(event)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn three_events_about_one_payment_are_one_transaction(pool: PgPool) {
    for (i, order) in permutations(4).into_iter().enumerate() {
        let one = Life::new(Shape::Current, format!("p{i}x"));
        let events = [
            one.invoice("a", "invoice.paid", T0 + 60, "paid", 900),
            one.invoice("b", "invoice.payment_succeeded", T0 + 60, "paid", 900),
            one.payment_intent("c", "payment_intent.succeeded", T0 + 59, "succeeded", 900),
            one.invoice_payment("d", T0 + 61, 900),
        ];
        for k in &order {
            deliver(&pool, &[events[*k].clone()]).await;
        }
        let rows = rows(&pool, &one).await;
        let keys: Vec<&Value> = rows["transactions"].as_array().unwrap().iter().map(|t| &t["business_key"]).collect();
        assert_eq!(json!(keys), json!(["in_X"]), "{order:?}");
        assert_eq!(rows["transactions"][0]["stripe_payment_intent_id"], "pi_X");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_before_its_payment_is_parked_and_then_found(pool: PgPool) {
    let one = Life::new(Shape::Current, "rx");
    deliver(&pool, &[one.refund("r", "refund.created", T0 + 90, "succeeded", 400)]).await;
    let (state, reason) = state_of(&pool, "evt_r_rx").await;
    assert_eq!((state.as_str(), reason.as_deref()), ("parked", Some("refund re_rx waits for its payment ch_rx")));
    deliver(&pool, &[one.invoice_payment("d", T0 + 61, 900)]).await;
    assert_eq!(state_of(&pool, "evt_r_rx").await.0, "parked", "an invoice payment says of nobody whose it is");
    deliver(&pool, &[one.invoice("a", "invoice.paid", T0 + 60, "paid", 900)]).await;
    assert_eq!(state_of(&pool, "evt_r_rx").await, ("done".into(), None));
    let rows = rows(&pool, &one).await;
    let found: Vec<Value> = rows["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| json!([t["business_key"], t["amount_minor"], t["status"], t["refunded_minor"]]))
        .collect();
    assert_eq!(json!(found), json!([["in_X", 900, "succeeded", 400], ["re_X", -400, "refunded", 0]]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_that_fails_gives_nothing_back(pool: PgPool) {
    let one = Life::new(Shape::PreBasil, "fx");
    deliver(
        &pool,
        &[
            one.invoice("a", "invoice.paid", T0 + 60, "paid", 900),
            one.refund("r", "refund.created", T0 + 90, "pending", 400),
        ],
    )
    .await;
    deliver(&pool, &[one.refund("s", "refund.failed", T0 + 99, "failed", 400)]).await;
    let rows = rows(&pool, &one).await;
    assert_eq!(rows["transactions"][1]["status"], "failed");
    assert_eq!(rows["transactions"][0]["refunded_minor"], 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_price_parks_its_subscription_until_it_is_mapped(pool: PgPool) {
    let one = Life::new(Shape::Current, "ux");
    let mut price = Life::price("price_legacy", 1500, "tier1");
    price["metadata"] = json!({});
    deliver(&pool, &[one.subscription("s", "customer.subscription.created", T0, "active", price)]).await;
    assert_eq!(state_of(&pool, "evt_s_ux").await.0, "parked");
    assert_eq!(rows(&pool, &one).await["subscriptions"], Value::Null);
    let mapping = crm_types::plans::PriceMapping { stream: crm_types::plans::Stream::Rev2Coaching, tier: None };
    let staff = crm_domain::audit::Actor::system("test");
    let reply = crm_domain::plans::map(
        &pool,
        &staff,
        &crm_domain::filter::Text::parse("id", "price_legacy").unwrap().unwrap(),
        &mapping,
    )
    .await
    .unwrap();
    assert_eq!(reply.released_events, 1);
    deliver(&pool, &[]).await;
    assert_eq!(rows(&pool, &one).await["movements"][0]["lines"], json!([["rev2_coaching", "", 1500]]));
    // Mapped otherwise, the ledger is corrected by reversal: nothing is changed in place.
    let mapping = crm_types::plans::PriceMapping { stream: crm_types::plans::Stream::Rev3B2b, tier: None };
    crm_domain::plans::map(
        &pool,
        &staff,
        &crm_domain::filter::Text::parse("id", "price_legacy").unwrap().unwrap(),
        &mapping,
    )
    .await
    .unwrap();
    deliver(&pool, &[]).await;
    assert_eq!(rows(&pool, &one).await["movements"][0]["lines"], json!([["rev3_b2b", "", 1500]]));
    let ledger: i64 = sqlx::query_scalar("SELECT count(*) FROM mrr_movements").fetch_one(&pool).await.unwrap();
    assert_eq!(ledger, 3, "the first, its reversal, the new one");
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_read_is_dead_with_a_reason_and_the_rest_goes_on(pool: PgPool) {
    let one = Life::new(Shape::Current, "dx");
    let event = |id: &str, kind: &str, object: Value| {
        let body = json!({"id": id, "type": kind, "created": T0, "data": {"object": object}});
        Delivery::parse(body.to_string().into_bytes()).unwrap()
    };
    deliver(
        &pool,
        &[
            event(
                "evt_missing",
                "customer.subscription.updated",
                json!({"id": "sub_1", "customer": "cus_1", "status": "active"}),
            ),
            event(
                "evt_currency",
                "invoice.paid",
                json!({"id": "in_1", "customer": "cus_1", "status": "paid", "currency": "xxz", "amount_due": 1}),
            ),
            event("evt_type", "climate.order.created", json!({"id": "climorder_1"})),
            event("evt_dispute", "charge.dispute.created", json!({"id": "dp_1", "object": "dispute"})),
            event(
                "evt_huge",
                "customer.subscription.created",
                json!({"id": "sub_2", "customer": "cus_1", "status": "active", "currency": "usd",
                "items": [{"quantity": i64::MAX, "price": Life::price("price_huge", i64::MAX, "tier1")}]}),
            ),
            one.customer("1", "customer.created", T0, "Nul \u{0} name"),
        ],
    )
    .await;
    assert_eq!(
        state_of(&pool, "evt_missing").await,
        ("dead".into(), Some("data.object.items is missing or not a list".into()))
    );
    assert_eq!(
        state_of(&pool, "evt_currency").await,
        ("dead".into(), Some("data.object.currency: `xxz` is not an ISO 4217 currency".into()))
    );
    assert_eq!(state_of(&pool, "evt_type").await.0, "ignored");
    let (state, why) = state_of(&pool, "evt_dispute").await;
    assert_eq!((state.as_str(), why.unwrap().contains("status is missing")), ("dead", true));
    assert_eq!(state_of(&pool, "evt_huge").await.0, "dead");
    assert_eq!(state_of(&pool, "evt_1_dx").await.0, "done");
    assert_eq!(rows(&pool, &one).await["customer"]["name"], "Nul  name");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_price_described_after_its_subscription_releases_it(pool: PgPool) {
    let one = Life::new(Shape::Current, "lx");
    let mut price = Life::price("price_late", 1500, "tier1");
    price["metadata"] = json!({});
    deliver(&pool, &[one.subscription("s", "customer.subscription.created", T0, "active", price)]).await;
    let product = json!({"id": "evt_prod", "type": "product.created", "created": T0 - DAY, "data": {"object":
        {"id": "prod_app", "object": "product", "name": "App", "active": true, "metadata": {"stream": "rev1", "tier": "tier3"}}}});
    deliver(&pool, &[Delivery::parse(product.to_string().into_bytes()).unwrap()]).await;
    assert_eq!(rows(&pool, &one).await["movements"][0]["lines"], json!([["rev1_individual", "tier3", 1500]]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn rebuild_gives_the_same_rows_and_corrects_nothing(pool: PgPool) {
    let lives: Vec<Life> = (0..20)
        .map(|i| Life::new(if i % 2 == 0 { Shape::Current } else { Shape::PreBasil }, format!("b{i}x")))
        .collect();
    for one in &lives {
        let mut events = one.six_events();
        events.rotate_left(one.suffix.len() % 5);
        events.push(one.refund("r", "refund.created", T0 + 30 * DAY, "succeeded", 300));
        deliver(&pool, &events).await;
    }
    let mut before = Vec::new();
    for one in &lives {
        before.push(rows(&pool, one).await);
    }
    // Everything right of the inbox that may be changed is spoilt; the ledger refuses.
    for spoil in [
        "UPDATE subscriptions SET mrr_minor = 77, status = 'paused'",
        "DELETE FROM transactions",
        "UPDATE customers SET name = 'x', mrr_minor = 5, lifecycle_state = 'lead'",
        "DELETE FROM lifecycle_transitions",
        "DELETE FROM mrr_daily",
    ] {
        sqlx::query(spoil).execute(&pool).await.unwrap();
    }
    let rebuilt = rebuild::rebuild(&mut pool.acquire().await.unwrap(), |_| {}).await.unwrap();
    assert_eq!((rebuilt.events, rebuilt.corrections), (20 * 7, 0));
    for (one, before) in lives.iter().zip(before) {
        assert_eq!(rows(&pool, one).await, before);
    }
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn ledgers_refuse_change(pool: PgPool) {
    deliver(&pool, &Life::new(Shape::Current, "qx").six_events()).await;
    for attempt in [
        "UPDATE mrr_movements SET amount_minor = amount_minor",
        "DELETE FROM mrr_movement_lines",
        "TRUNCATE mrr_movements CASCADE",
        "DELETE FROM tier_transitions",
        "INSERT INTO mrr_movements SELECT gen_random_uuid(), customer_id, subscription_id, 'evt_x', tie, 'expansion', currency, 100, 100, 200, stream, tier, reason,
            occurred_at, occurred_at, recorded_at, NULL FROM mrr_movements LIMIT 1",
        "INSERT INTO mrr_movement_lines SELECT id, subscription_id, 'rev3_b2b', '', currency, 5, occurred_at FROM mrr_movements LIMIT 1",
    ] {
        assert!(sqlx::query(attempt).execute(&pool).await.is_err(), "{attempt}");
    }
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_email_per_living_customer_the_oldest_has_it(pool: PgPool) {
    let customer = |id: &str, created: i64, at: i64, email: &str, kind: &str| {
        let body = json!({"id": format!("evt_{id}_{at}"), "type": kind, "created": at,
            "data": {"object": {"id": id, "object": "customer", "created": created, "email": email, "metadata": {}}}});
        Delivery::parse(body.to_string().into_bytes()).unwrap()
    };
    let emails = async || -> Vec<(String, Option<String>)> {
        sqlx::query_as("SELECT stripe_customer_id, email::text FROM customers ORDER BY 1")
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    let some = |id: &str, e: &str| (id.to_owned(), Some(e.to_owned()));
    deliver(&pool, &[customer("cus_b", T0 + 5, T0 + 5, "a@example.com", "customer.created")]).await;
    deliver(&pool, &[customer("cus_a", T0, T0, "A@example.com", "customer.created")]).await;
    assert_eq!(emails().await, vec![some("cus_a", "A@example.com"), ("cus_b".into(), None)]);
    deliver(&pool, &[customer("cus_a", T0, T0 + 9, "new@example.com", "customer.updated")]).await;
    assert_eq!(emails().await, vec![some("cus_a", "new@example.com"), some("cus_b", "a@example.com")]);
    deliver(
        &pool,
        &[
            customer("cus_a", T0, T0 + 12, "a@example.com", "customer.updated"),
            customer("cus_a", T0, T0 + 15, "a@example.com", "customer.deleted"),
        ],
    )
    .await;
    assert_eq!(emails().await, vec![("cus_a".into(), None), some("cus_b", "a@example.com")]);
}

/// Rows of tables that grow with the business, read so far.
async fn rows_read(pool: &PgPool) -> i64 {
    sqlx::query("SELECT pg_stat_force_next_flush()").execute(pool).await.unwrap();
    let sql = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables
               WHERE relname IN ('customers', 'customer_search', 'subscriptions', 'transactions', 'stripe_objects', 'stripe_events')";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn applying_reads_whom_it_touches_and_nobody_else(_: PgPoolOptions, options: PgConnectOptions) {
    // One connection, so that its counters are there when they are asked for.
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::raw_sql(
        "SET session_replication_role = replica;
         INSERT INTO customers (id, stripe_customer_id, email, billing_email, created_at)
         SELECT gen_random_uuid(), 'cus_other' || n, 'other' || n || '@example.com', 'other' || n || '@example.com', '2025-01-01'
         FROM generate_series(1, 20000) n;
         INSERT INTO customer_search (id, created_at, text) SELECT id, created_at, ' ' || email FROM customers;
         RESET session_replication_role",
    )
    .execute(&pool)
    .await
    .unwrap();
    apply::prefer_indexes(&mut pool.acquire().await.unwrap()).await.unwrap();
    let lives: Vec<Life> = (0..20).map(|i| Life::new(Shape::Current, format!("life{i}"))).collect();
    deliver(&pool, &lives.iter().flat_map(Life::six_events).collect::<Vec<_>>()).await;
    for table in ["customers", "customer_search", "subscriptions", "transactions", "stripe_objects", "stripe_events"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM ANALYZE {table}"))).execute(&pool).await.unwrap();
    }
    let before = rows_read(&pool).await;
    let renamed = lives.iter().map(|life| life.customer("7", "customer.updated", T0 + 50 * DAY, "Another Name"));
    // Somebody new whose address another has.
    let mut twin = Life::new(Shape::Current, "other77").customer("8", "customer.created", T0 + 50 * DAY, "Twin");
    twin.raw = String::from_utf8(twin.raw).unwrap().replace("cus_other77", "cus_twin").into_bytes();
    let new = (0..20).flat_map(|i| Life::new(Shape::Current, format!("new{i}")).six_events());
    deliver(&pool, &renamed.chain([twin]).chain(new).collect::<Vec<_>>()).await;
    let read = rows_read(&pool).await - before;
    assert!(read < 4_000, "{read} rows read for 141 events about 41 of 20,040 customers");
    let emails =
        "SELECT count(*) FROM customers WHERE email = 'other77@example.com' AND stripe_customer_id = 'cus_other77'";
    assert_eq!(sqlx::query_scalar::<_, i64>(emails).fetch_one(&pool).await.unwrap(), 1, "the older one keeps it");
    println!("applying 141 events read {read} rows among 20,040 customers");
}
