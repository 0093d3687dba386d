use super::*;
use crate::audit::Actor;
use crate::coaching::edit::{begin, end, pause};
use crate::fixture::{self, at};
use crate::revenue::{closing, minimums, rules};
use chrono::TimeDelta;
use crm_types::Money;
use crm_types::coaching::{CoachingEnd, NewCoachingRelationship};
use crm_types::ids::{CoachingRelationshipId, CustomerId};
use crm_types::revenue::NewShareRule;
use serde_json::json;
use sqlx::{Connection, PgPool};

fn staff() -> Actor {
    Actor::system("test")
}

/// A client, their coach, and since when they are coached.
struct Coached {
    client: Uuid,
    coach: Uuid,
    relationship: CoachingRelationshipId,
}

async fn coached(pool: &PgPool) -> Coached {
    fixture::run(
        pool,
        "INSERT INTO prices (id, currency, unit_amount, stream, tier, seen_at, seen_rank, seen_event)
         VALUES ('price_1', 'usd', 1900, 'rev1_individual', 'tier2', now(), 0, ''), ('price_2', 'usd', 19900, 'rev2_coaching', NULL, now(), 0, '')",
    )
    .await;
    let client = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    let coach = fixture::customer(pool, "Charles", "2026-01-01T00:00:00Z").await;
    let new = NewCoachingRelationship {
        coach_id: CustomerId(coach),
        client_id: CustomerId(client),
        organization_id: None,
        started_at: Some(at("2026-02-01T00:00:00Z")),
    };
    let relationship = begin(pool, &staff(), &new).await.unwrap().id;
    let rule = NewShareRule { coach_bp: 3_000, starts_at: Some(at("2026-01-01T00:00:00Z")), ..no_rule() };
    rules::create(pool, &staff(), &rule).await.unwrap();
    Coached { client, coach, relationship }
}

fn no_rule() -> NewShareRule {
    NewShareRule {
        organization_id: None,
        relationship_id: None,
        base: None,
        coach_bp: 0,
        organization_bp: 0,
        starts_at: None,
    }
}

async fn pay(pool: &PgPool, customer: Uuid, key: &str, price: &str, amount: i64, on: &str) {
    sqlx::query(
        "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor,
                                   lines, occurred_at)
         VALUES ($1, $2, $2, $3, 'payment', 'succeeded', 'subscription', 'usd', $4, $5, $6)",
    )
    .bind(Uuid::now_v7())
    .bind(key)
    .bind(customer)
    .bind(amount)
    .bind(json!([{"price": price, "amount": amount, "from": on, "to": at(on) + TimeDelta::days(30)}]))
    .bind(at(on))
    .execute(pool)
    .await
    .unwrap();
}

async fn refund(pool: &PgPool, customer: Uuid, key: &str, of: &str, amount: i64, on: &str) {
    sqlx::query(
        "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
         VALUES ($1, $2, $3, $4, 'refund', 'refunded', 'subscription', 'usd', $5, $6)",
    )
    .bind(Uuid::now_v7())
    .bind(key)
    .bind(of)
    .bind(customer)
    .bind(-amount)
    .bind(at(on))
    .execute(pool)
    .await
    .unwrap();
}

async fn settle(pool: &PgPool, customer: Uuid) -> usize {
    let mut tx = pool.begin().await.unwrap();
    let written = reconcile(&mut tx, &[customer]).await.unwrap();
    tx.commit().await.unwrap();
    sums_hold(pool).await;
    written
}

/// The sums by month are those of the ledger.
async fn sums_hold(pool: &PgPool) {
    const ALL: &str = "SELECT (SELECT jsonb_agg(m ORDER BY month, currency) FROM revenue_monthly m WHERE paid_minor <> 0 OR shared_minor <> 0),
                              (SELECT jsonb_agg(p ORDER BY month, currency, party, party_id) FROM revenue_monthly_parties p
                               WHERE earned_minor <> 0 OR refunded_minor <> 0)";
    type Sums = (Option<serde_json::Value>, Option<serde_json::Value>);
    let kept: Sums = sqlx::query_as(ALL).fetch_one(pool).await.unwrap();
    recount(&mut pool.acquire().await.unwrap()).await.unwrap();
    let counted: Sums = sqlx::query_as(ALL).fetch_one(pool).await.unwrap();
    assert_eq!(kept, counted);
}

/// Business key, revision, whether it takes back, and the coach's share, in the order of writing.
async fn ledger(pool: &PgPool) -> Vec<(String, i32, bool, i64)> {
    sqlx::query_as(
        "SELECT business_key, revision, reverses IS NOT NULL, coach_minor FROM revenue_shares ORDER BY recorded_at, id",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn payments_and_refunds_of_clients_are_shared_once(pool: PgPool) {
    let c = coached(&pool).await;
    pay(&pool, c.client, "in_0", "price_1", 1_900, "2026-01-15T00:00:00Z").await;
    pay(&pool, c.client, "in_1", "price_1", 1_999, "2026-03-15T00:00:00Z").await;
    pay(&pool, c.client, "in_2", "price_2", 19_900, "2026-03-16T00:00:00Z").await;
    pay(&pool, c.coach, "in_3", "price_1", 1_900, "2026-03-17T00:00:00Z").await;
    assert_eq!((settle(&pool, c.client).await, settle(&pool, c.coach).await), (1, 0), "coached, and for an individual");
    refund(&pool, c.client, "re_1", "in_1", 1_000, "2026-04-02T00:00:00Z").await;
    assert_eq!((settle(&pool, c.client).await, settle(&pool, c.client).await), (1, 0));
    assert_eq!(ledger(&pool).await, [("in_1".into(), 0, false, 600), ("re_1".into(), 0, false, -300)]);
    let months: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT month::text, coach_minor, platform_minor FROM revenue_monthly ORDER BY 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(months, [("2026-03-01".into(), 600, 1_399), ("2026-04-01".into(), -300, -700)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_open_months_come_to_is_kept_as_shares_come_in(pool: PgPool) {
    let c = coached(&pool).await;
    minimums::set(&pool, &staff(), Money::new(500, crm_types::Currency::USD)).await.unwrap();
    let open = async || {
        sqlx::query_as::<_, (String, i64, i64, i64)>(
            "SELECT month::text, carried_minor, earned_minor, payable_minor FROM revenue_statements WHERE status = 'open' ORDER BY 1",
        )
        .fetch_all(&pool)
        .await
        .unwrap()
    };
    pay(&pool, c.client, "in_1", "price_1", 1_000, "2026-03-15T00:00:00Z").await;
    settle(&pool, c.client).await;
    fixture::run(&pool, "DELETE FROM recompute_queue").await;
    closing::close(&pool, &staff(), "2026-03-01".parse().unwrap(), closing::Reach::One).await.unwrap();
    assert_eq!(open().await, []);
    pay(&pool, c.client, "in_3", "price_1", 900, "2026-05-15T00:00:00Z").await;
    settle(&pool, c.client).await;
    assert_eq!(open().await, [("2026-05-01".into(), 300, 270, 570)]);
    pay(&pool, c.client, "in_2", "price_1", 100, "2026-04-15T00:00:00Z").await;
    settle(&pool, c.client).await;
    let moved = [("2026-04-01".into(), 300, 30, 0), ("2026-05-01".into(), 0, 270, 0)];
    assert_eq!(open().await, moved);
    pay(&pool, c.client, "in_4", "price_1", 1_000, "2026-04-16T00:00:00Z").await;
    settle(&pool, c.client).await;
    assert_eq!(open().await[0], ("2026-04-01".into(), 300, 330, 630));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_turns_out_otherwise_is_taken_back_and_shared_anew(pool: PgPool) {
    let c = coached(&pool).await;
    pay(&pool, c.client, "in_1", "price_1", 1_000, "2026-03-15T00:00:00Z").await;
    settle(&pool, c.client).await;
    let rule = NewShareRule { coach_bp: 5_000, starts_at: Some(at("2026-03-01T00:00:00Z")), ..no_rule() };
    rules::create(&pool, &staff(), &rule).await.unwrap();
    let queued: Vec<(Uuid,)> =
        sqlx::query_as("SELECT customer_id FROM recompute_queue").fetch_all(&pool).await.unwrap();
    assert_eq!(queued, [(c.client,)]);
    assert_eq!(settle(&pool, c.client).await, 2);
    fixture::run(&pool, "DELETE FROM transactions").await;
    assert_eq!(settle(&pool, c.client).await, 1, "no payment, no share");
    pay(&pool, c.client, "in_1", "price_1", 1_000, "2026-03-15T00:00:00Z").await;
    assert_eq!(settle(&pool, c.client).await, 1);
    let rows = [
        ("in_1", 0, false, 300),
        ("in_1", 0, true, -300),
        ("in_1", 1, false, 500),
        ("in_1", 1, true, -500),
        ("in_1", 2, false, 500),
    ];
    assert_eq!(ledger(&pool).await, rows.map(|(key, revision, back, coach)| (key.to_owned(), revision, back, coach)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_is_shared_while_coaching_rests_or_is_over(pool: PgPool) {
    let c = coached(&pool).await;
    let later = |days: i64| (chrono::Utc::now() + TimeDelta::days(days)).to_rfc3339();
    pause(&pool, &staff(), c.relationship).await.unwrap();
    pay(&pool, c.client, "in_1", "price_1", 1_000, &later(1)).await;
    assert_eq!(settle(&pool, c.client).await, 0);
    crate::coaching::edit::resume(&pool, &staff(), c.relationship).await.unwrap();
    assert_eq!(settle(&pool, c.client).await, 1);
    pay(&pool, c.client, "in_2", "price_1", 1_000, &later(2)).await;
    end(&pool, &staff(), c.relationship, &CoachingEnd::default()).await.unwrap();
    assert_eq!(settle(&pool, c.client).await, 1, "the first is taken back, the second never was shared");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_refuses_to_break_the_ledger(pool: PgPool) {
    let c = coached(&pool).await;
    pay(&pool, c.client, "in_1", "price_1", 1_000, "2026-03-15T00:00:00Z").await;
    refund(&pool, c.client, "re_1", "in_1", 400, "2026-03-16T00:00:00Z").await;
    settle(&pool, c.client).await;
    let copy = "INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
                    coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,
                    occurred_at, month, reverses)
                SELECT gen_random_uuid(), business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
                    coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,
                    occurred_at, month, reverses FROM revenue_shares WHERE business_key = ";
    let change = |from: &str, to: &str, key: &str| {
        let (columns, values) = copy.split_once("SELECT").unwrap();
        format!("{columns}SELECT{}'{key}'", values.replacen(from, to, 1))
    };
    for (name, sql) in [
        ("update", "UPDATE revenue_shares SET coach_minor = 0".to_owned()),
        ("delete", "DELETE FROM revenue_shares".to_owned()),
        ("truncate", "TRUNCATE revenue_shares CASCADE".to_owned()),
        ("unbalanced", change("coach_minor,", "coach_minor + 1,", "in_1")),
        ("same revision", change("", "", "in_1")),
        ("twice", change("revision,", "revision + 1,", "in_1")),
        ("not its reversal", change("occurred_at, month, reverses", "occurred_at, month, id", "in_1")),
        ("half a reversal", change(
            "paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,\n                    occurred_at, month, reverses",
            "-paid_minor, -platform_minor, 0, 0, -platform_minor, occurred_at, month, id", "in_1")),
        ("an organisation's share without one", change("organization_minor, platform_minor", "1, platform_minor - 1", "in_1")),
        ("a kind that is none", change("payment_key, kind,", "payment_key, 'gift',", "re_1")),
        ("a dispute that brings money", change("business_key, revision, payment_key, kind,", "'du_1', revision, payment_key, 'dispute',", "in_1")),
        ("more disputed than was shared", change("business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
                    coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor",
            "'du_1', revision, payment_key, 'dispute', customer_id, coach_id, relationship_id, rule_id, base,
             coach_bp, organization_bp, currency, -601, -601, 0, 0, -601", "re_1")),
        ("an unbalanced dispute", change("business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
                    coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor",
            "'du_1', revision, payment_key, 'dispute', customer_id, coach_id, relationship_id, rule_id, base,
             coach_bp, organization_bp, currency, -600, -600, -100, 0, -499", "re_1")),
        ("more back than was shared", change("business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
                    coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor",
            "'re_2', revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base,
             coach_bp, organization_bp, currency, -601, -601, 0, 0, -601", "re_1")),
    ] {
        let mut db = pool.acquire().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let outcome = match sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&mut *tx).await {
            Ok(_) => tx.commit().await,
            Err(error) => Err(error),
        };
        assert!(outcome.is_err(), "{name}: {sql}");
    }
    assert_eq!(ledger(&pool).await, [("in_1".into(), 0, false, 300), ("re_1".into(), 0, false, -120)]);
}
