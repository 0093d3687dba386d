//! From an individual to coached, to coach, to organization: Stripe's events and what staff say, in every order.

use crate::deliver;
use crate::stripe::{DAY, Life, Shape, T0, invariants, permutations, rows};
use crm_domain::audit::Actor;
use crm_domain::billing::inbox::Delivery;
use crm_domain::billing::rebuild;
use crm_domain::coaching::edit;
use crm_types::coaching::{CoachingRelationship, NewCoachingRelationship};
use crm_types::customers::NewCustomer;
use crm_types::ids::CustomerId;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

fn staff() -> Actor {
    Actor::system("test")
}

async fn somebody(pool: &PgPool) -> CustomerId {
    let new = NewCustomer { name: Some("Charles".into()), ..NewCustomer::default() };
    crm_domain::customers::edit::create(pool, &staff(), &new).await.unwrap().id
}

/// Somebody coaches the life's customer since the twelfth day.
async fn coach(pool: &PgPool, life: &Life, coach: CustomerId) -> CoachingRelationship {
    let client: Uuid = sqlx::query_scalar("SELECT id FROM customers WHERE stripe_customer_id = $1")
        .bind(life.id("cus"))
        .fetch_one(pool)
        .await
        .unwrap();
    let new = NewCoachingRelationship {
        coach_id: coach,
        client_id: CustomerId(client),
        organization_id: None,
        started_at: chrono::DateTime::from_timestamp(T0 + 12 * DAY, 0),
    };
    edit::begin(pool, &staff(), &new).await.unwrap()
}

fn price(id: &str, minor: i64, stream: &str) -> Value {
    let mut price = Life::price(id, minor, "tier1");
    price["product"] = json!(format!("prod_{id}"));
    price["metadata"] = json!({ "stream": stream });
    price
}

/// Pays as an individual, for the coaching software, for an organization.
fn events(life: &Life) -> [Delivery; 3] {
    let of = |name, kind, day, price| life.subscription(name, kind, T0 + day * DAY, "active", price);
    [
        of("a", "customer.subscription.created", 10, Life::price("price_basic", 900, "tier1")),
        of("b", "customer.subscription.updated", 30, price("price_coach", 19_900, "rev2_coaching")),
        of("c", "customer.subscription.updated", 60, price("price_gym", 99_900, "rev3_b2b")),
    ]
}

/// The journey and the moves, as staff see them.
async fn told(pool: &PgPool, life: &Life) -> Value {
    let rows = rows(pool, life).await;
    let of = |part: &str, fields: &[&str]| {
        let rows = rows[part].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| fields.iter().map(|field| row[*field].clone()).collect::<Value>()).collect::<Value>()
    };
    json!({
        "journey": of("journey", &["from_state", "to_state", "reason"]),
        "tiers": of("tiers", &["from_tier", "to_tier", "reason", "mrr_impact_minor"]),
        "now": [rows["customer"]["lifecycle_state"], rows["customer"]["customer_type"], rows["customer"]["mrr_minor"]],
    })
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_of_events_and_of_staff_tells_the_same_journey(pool: PgPool) {
    let charles = somebody(&pool).await;
    let expected = json!({
        "journey": [
            [null, "lead", "first_seen"],
            ["lead", "rev1_user", "first_payment"],
            ["rev1_user", "rev1_coached", "coaching_started"],
            ["rev1_coached", "rev2_coach", "stream_changed"],
            ["rev2_coach", "rev3_org", "stream_changed"],
        ],
        "tiers": [
            ["tier1", "rev1_coached", "coaching_started", 0],
            ["rev1_coached", "rev2_coaching", "upgrade", 19_000],
            ["rev2_coaching", "rev3_b2b", "upgrade", 80_000],
        ],
        "now": ["rev3_org", "rev3_org", 99_900],
    });
    let orders = permutations(4);
    assert_eq!(orders.len(), 24);
    let lives: Vec<Life> = (0..orders.len()).map(|i| Life::new(Shape::Current, format!("k{i}x"))).collect();
    for (life, order) in lives.iter().zip(&orders) {
        deliver(&pool, &[life.customer("1", "customer.created", T0, "Priya")]).await;
        for step in order {
            match events(life).get(*step) {
                Some(event) => deliver(&pool, std::slice::from_ref(event)).await,
                None => drop(coach(&pool, life, charles).await),
            }
        }
        deliver(&pool, &[]).await;
        assert_eq!(told(&pool, life).await, expected, "{order:?}");
    }
    // The whole rows too, times and all, and what a rebuild makes of them.
    let first = rows(&pool, &lives[0]).await;
    let rebuilt = rebuild::rebuild(&mut pool.acquire().await.unwrap(), |_| {}).await.unwrap();
    assert_eq!(rebuilt.corrections, 0);
    for life in &lives {
        assert_eq!(rows(&pool, life).await, first, "{}", life.suffix);
    }
    invariants(&pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pause_and_an_end_are_steps_back_and_another_coach_is_none(pool: PgPool) {
    let (ada, bob) = (somebody(&pool).await, somebody(&pool).await);
    let life = Life::new(Shape::Current, "pausex");
    deliver(&pool, &[life.customer("1", "customer.created", T0, "Priya"), events(&life)[0].clone()]).await;
    let begun = coach(&pool, &life, ada).await;
    deliver(&pool, &[]).await;
    edit::pause(&pool, &staff(), begun.id).await.unwrap();
    deliver(&pool, &[]).await;
    assert_eq!(told(&pool, &life).await["now"][0], "rev1_user");
    edit::resume(&pool, &staff(), begun.id).await.unwrap();
    deliver(&pool, &[]).await;
    let client = begun.client.id;
    let version = crm_domain::customers::list::find(&pool, client).await.unwrap().version;
    let patch = crm_types::customers::CustomerPatch { coach_id: Some(Some(bob)), ..Default::default() };
    crm_domain::customers::edit::update(&pool, &staff(), client, version, &patch).await.unwrap();
    deliver(&pool, &[]).await;
    assert_eq!(told(&pool, &life).await["now"][0], "rev1_coached");
    crm_domain::customers::edit::archive(&pool, &staff(), bob).await.unwrap();
    deliver(&pool, &[]).await;
    let told = told(&pool, &life).await;
    let steps: Vec<&Value> = told["journey"].as_array().unwrap().iter().map(|step| &step[2]).collect();
    assert_eq!(
        json!(steps),
        json!([
            "first_seen",
            "first_payment",
            "coaching_started",
            "coaching_paused",
            "coaching_resumed",
            "coaching_ended"
        ])
    );
    assert_eq!(told["now"], json!(["rev1_user", "rev1_user", 900]));
    assert_eq!(told["tiers"].as_array().unwrap().len(), 4);
}
