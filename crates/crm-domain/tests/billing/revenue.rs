//! From the inbox to the ledger of shared revenue: any order of events, both shapes, coaches and rules that come later.

use crate::deliver;
use crate::stripe::{DAY, Life, Shape, T0, invariants, permutations};
use crm_domain::audit::Actor;
use crm_domain::billing::inbox::Delivery;
use crm_domain::billing::rebuild;
use crm_domain::coaching::edit;
use crm_domain::revenue::rules;
use crm_types::coaching::NewCoachingRelationship;
use crm_types::customers::NewCustomer;
use crm_types::ids::CustomerId;
use crm_types::revenue::NewShareRule;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

async fn publish(pool: &PgPool, coach_bp: i32) {
    let starts_at = Some(chrono::DateTime::from_timestamp(T0, 0).unwrap());
    let rule = NewShareRule {
        organization_id: None,
        relationship_id: None,
        base: None,
        coach_bp,
        organization_bp: 0,
        starts_at,
    };
    rules::create(pool, &Actor::system("test"), &rule).await.unwrap();
}

/// Gives the life's customer a coach since the beginning.
async fn coach(pool: &PgPool, life: &Life, coach: CustomerId) {
    let client: Uuid = sqlx::query_scalar("SELECT id FROM customers WHERE stripe_customer_id = $1")
        .bind(life.id("cus"))
        .fetch_one(pool)
        .await
        .unwrap();
    let new = NewCoachingRelationship {
        coach_id: coach,
        client_id: CustomerId(client),
        organization_id: None,
        started_at: chrono::DateTime::from_timestamp(T0, 0),
    };
    edit::begin(pool, &Actor::system("test"), &new).await.unwrap();
}

async fn somebody(pool: &PgPool) -> CustomerId {
    let new = NewCustomer { name: Some("Charles".into()), ..NewCustomer::default() };
    crm_domain::customers::edit::create(pool, &Actor::system("test"), &new).await.unwrap().id
}

/// What counts in the ledger about a life.
async fn shares(pool: &PgPool, life: &Life) -> Value {
    let rows: Option<Value> = sqlx::query_scalar(
        "SELECT jsonb_agg(jsonb_build_array(business_key, kind, paid_minor, coach_minor, platform_minor, month, period_start) ORDER BY occurred_at, business_key)
         FROM revenue_shares s JOIN customers c ON c.id = s.customer_id
         WHERE c.stripe_customer_id = $1 AND reverses IS NULL AND NOT EXISTS (SELECT FROM revenue_shares r WHERE r.reverses = s.id)",
    )
    .bind(life.id("cus"))
    .fetch_one(pool)
    .await
    .unwrap();
    serde_json::from_str(&rows.unwrap_or_default().to_string().replace(&life.suffix, "X")).unwrap()
}

fn events(life: &Life) -> Vec<Delivery> {
    let price = Life::price("price_basic", 900, "tier1");
    vec![
        life.subscription("s", "customer.subscription.created", T0 + 10 * DAY, "active", price),
        life.invoice("a", "invoice.paid", T0 + 10 * DAY + 60, "paid", 999),
        life.invoice_payment("d", T0 + 10 * DAY + 61, 999),
        life.refund("r", "refund.created", T0 + 41 * DAY, "succeeded", 500),
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn any_order_of_events_shares_alike(pool: PgPool) {
    publish(&pool, 3_333).await;
    let charles = somebody(&pool).await;
    let expected = json!([
        ["in_X", "payment", 999, 333, 666, "2026-01-01", "2026-01-11T00:00:00+00:00"],
        ["re_X", "refund", -500, -167, -333, "2026-02-01", "2026-01-11T00:00:00+00:00"]
    ]);
    for shape in [Shape::Current, Shape::PreBasil] {
        for (i, order) in permutations(4).into_iter().enumerate() {
            let one = Life::new(shape, format!("{shape:?}{i}x"));
            deliver(&pool, &[one.customer("c", "customer.created", T0, "Priya Raman")]).await;
            coach(&pool, &one, charles).await;
            let events = events(&one);
            for k in &order {
                deliver(&pool, &[events[*k].clone()]).await;
            }
            assert_eq!(shares(&pool, &one).await, expected, "{shape:?} {order:?}");
        }
    }
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_coach_or_a_rule_that_comes_later_shares_what_was_paid(pool: PgPool) {
    let one = Life::new(Shape::Current, "lx");
    let charles = somebody(&pool).await;
    deliver(&pool, &[one.customer("c", "customer.created", T0, "Priya Raman")]).await;
    deliver(&pool, &events(&one)).await;
    assert_eq!(shares(&pool, &one).await, Value::Null);
    coach(&pool, &one, charles).await;
    deliver(&pool, &[]).await;
    assert_eq!(shares(&pool, &one).await, Value::Null, "by no rule");
    publish(&pool, 5_000).await;
    deliver(&pool, &[]).await;
    let found = shares(&pool, &one).await;
    assert_eq!((&found[0][3], &found[1][3]), (&json!(500), &json!(-250)));
    deliver(&pool, &[one.refund("f", "refund.failed", T0 + 42 * DAY, "failed", 500)]).await;
    assert_eq!(shares(&pool, &one).await.as_array().unwrap().len(), 1, "what failed never went back");
    let written: i64 = sqlx::query_scalar("SELECT count(*) FROM revenue_shares").fetch_one(&pool).await.unwrap();
    assert_eq!(written, 3, "the payment, the refund, and what takes it back");
    let rebuilt = rebuild::rebuild(&mut pool.acquire().await.unwrap(), |_| {}).await.unwrap();
    assert_eq!(rebuilt.corrections, 0);
    invariants(&pool).await;
}

/// A payment, a partial refund and a dispute over all of it, whose money is withdrawn; and what becomes of the dispute.
fn disputed(life: &Life, end: &str) -> Vec<Delivery> {
    let at = T0 + 45 * DAY;
    let moves: &[i64] = if end == "won" { &[-999, 999] } else { &[-999] };
    let mut all = events(life);
    all.remove(0);
    all.extend([
        life.dispute("v", "charge.dispute.created", at, "needs_response", 999, &[]),
        life.dispute("w", "charge.dispute.funds_withdrawn", at, "needs_response", 999, &[-999]),
        life.dispute("x", "charge.dispute.closed", at + 20 * DAY, end, 999, moves),
    ]);
    all
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dispute_takes_what_a_refund_left_and_gives_it_back_when_it_is_won(pool: PgPool) {
    publish(&pool, 3_333).await;
    let charles = somebody(&pool).await;
    let of =
        |rows: &Value| rows.as_array().unwrap().iter().map(|row| (row[0].clone(), row[3].clone())).collect::<Vec<_>>();
    for (end, shape) in
        [("lost", Shape::Current), ("won", Shape::Current), ("lost", Shape::PreBasil), ("won", Shape::PreBasil)]
    {
        let one = Life::new(shape, format!("{end}{shape:?}x"));
        deliver(&pool, &[one.customer("c", "customer.created", T0, "Priya Raman"), events(&one)[0].clone()]).await;
        coach(&pool, &one, charles).await;
        let all = disputed(&one, end);
        // Without its end, and with the payment last.
        let (closed, mut open) = (all[5].clone(), all[..5].to_vec());
        open.rotate_left(2);
        deliver(&pool, &open).await;
        let taken = [(json!("in_X"), json!(333)), (json!("re_X"), json!(-167)), (json!("du_X"), json!(-166))];
        assert_eq!(of(&shares(&pool, &one).await), taken, "withdrawn: all of it is back, {end} {shape:?}");
        deliver(&pool, &[closed]).await;
        let left = if end == "lost" { &taken[..] } else { &taken[..2] };
        assert_eq!(of(&shares(&pool, &one).await), left, "{end} {shape:?}");
        let state: (String, i64) = sqlx::query_as(
            "SELECT d.status, p.refunded_minor FROM transactions d JOIN transactions p ON p.business_key = d.payment_key WHERE d.business_key = $1",
        )
        .bind(one.id("du"))
        .fetch_one(&pool)
        .await
        .unwrap();
        assert_eq!(state, if end == "lost" { ("disputed".to_owned(), 999) } else { ("failed".to_owned(), 500) });
    }
    invariants(&pool).await;
    let rebuilt = rebuild::rebuild(&mut pool.acquire().await.unwrap(), |_| {}).await.unwrap();
    assert_eq!(rebuilt.corrections, 0);
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn any_order_of_a_disputes_events_shares_alike(pool: PgPool) {
    publish(&pool, 3_333).await;
    let charles = somebody(&pool).await;
    for end in ["lost", "won"] {
        let mut seen: Option<Value> = None;
        for (i, order) in permutations(5).into_iter().step_by(7).enumerate() {
            let one = Life::new(Shape::Current, format!("{end}{i}x"));
            deliver(&pool, &[one.customer("c", "customer.created", T0, "Priya Raman"), events(&one)[0].clone()]).await;
            coach(&pool, &one, charles).await;
            let mut all = disputed(&one, end);
            // What announces the dispute says nothing that the others do not.
            all.remove(3);
            for k in order {
                deliver(&pool, &[all[k].clone()]).await;
            }
            let found = shares(&pool, &one).await;
            assert_eq!(found.as_array().map(Vec::len), Some(if end == "lost" { 3 } else { 2 }), "{found}");
            assert_eq!(*seen.get_or_insert(found.clone()), found, "{end} {i}");
        }
    }
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_inquiry_takes_nothing(pool: PgPool) {
    publish(&pool, 5_000).await;
    let charles = somebody(&pool).await;
    let one = Life::new(Shape::Current, "ix");
    deliver(&pool, &[one.customer("c", "customer.created", T0, "Priya Raman")]).await;
    coach(&pool, &one, charles).await;
    let mut all = events(&one);
    all.truncate(3);
    all.push(one.dispute("v", "charge.dispute.created", T0 + 45 * DAY, "warning_needs_response", 999, &[]));
    deliver(&pool, &all).await;
    let status = async || -> String {
        let row = sqlx::query_scalar("SELECT status FROM transactions WHERE kind = 'dispute'");
        row.fetch_one(&pool).await.unwrap()
    };
    assert_eq!((status().await.as_str(), shares(&pool, &one).await.as_array().unwrap().len()), ("pending", 1));
    let lost = one.dispute("x", "charge.dispute.closed", T0 + 60 * DAY, "lost", 999, &[]);
    deliver(&pool, &[one.dispute("w", "charge.dispute.closed", T0 + 50 * DAY, "warning_closed", 999, &[])]).await;
    assert_eq!((status().await.as_str(), shares(&pool, &one).await.as_array().unwrap().len()), ("failed", 1));
    deliver(&pool, &[lost]).await;
    assert_eq!((status().await.as_str(), shares(&pool, &one).await.as_array().unwrap().len()), ("disputed", 2));
    invariants(&pool).await;
}
