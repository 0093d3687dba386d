//! Healing over real HTTP: the sandbox answers as Stripe does, and fails to order.

use crate::support::TestApp;
use crate::support::stripe::{DAY, KEY, START, Stripe, price};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::healing::{Difference, Healing};
use crm_types::jobs::{Job, JobState};
use serde_json::{Value, json};
use std::ops::Deref;
use std::time::Duration;
use stripe_sandbox::{Metadata, NewCustomer, NewItem, NewSubscription, Sandbox};

/// A Stripe that forgets its events, and a CRM that has its key.
struct Scene {
    stripe: Stripe,
    price: String,
}

impl Deref for Scene {
    type Target = Stripe;

    fn deref(&self) -> &Stripe {
        &self.stripe
    }
}

impl Scene {
    async fn set(key: &str, remembers: usize) -> Self {
        let mut sandbox = Sandbox::new(23, START).with_log_limit(remembers);
        let price = price(&mut sandbox, "Standard", 1_900, "tier2");
        Self { stripe: Stripe::connect(sandbox, key).await, price }
    }

    /// Somebody who pays from now on; gives the subscription.
    fn subscriber(&self, name: &str, trial_days: u32) -> String {
        let mut stripe = self.sandbox.lock().unwrap();
        let email = Some(format!("{}@example.com", name.to_lowercase()));
        let customer = stripe.create_customer(NewCustomer { email, name: Some(name.into()), ..NewCustomer::default() });
        let items = vec![NewItem { price: self.price.clone(), quantity: 1 }];
        stripe
            .create_subscription(NewSubscription { customer, items, trial_days, ..NewSubscription::default() })
            .unwrap()
    }

    /// The charge that paid for somebody's last invoice.
    fn charge(&self) -> String {
        let page = stripe_sandbox::Page::default();
        let (charges, _) = self.sandbox.lock().unwrap().list_charges(None, None, &page);
        charges[0]["id"].as_str().unwrap().to_owned()
    }

    /// What happened is never sent.
    fn lost(&self) {
        self.sandbox.lock().unwrap().drain_events();
    }

    async fn until<T>(&self, look: impl AsyncFn(&Self) -> Option<T>) -> T {
        for _ in 0..600 {
            if let Some(found) = look(self).await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it does not become so: {:?}", self.healing().await);
    }

    async fn healing(&self) -> Healing {
        self.admin.get("/api/healing").await.json()
    }

    async fn differences(&self) -> Vec<Difference> {
        self.admin.get("/api/healing/differences?sort=found_at").await.json::<Page<Difference>>().items
    }

    async fn ask(&self, path: &str, body: Value) -> Job {
        let reply = self.admin.post_json(path, &body).await;
        assert_eq!(reply.status, 202, "{path}: {}", reply.text());
        reply.json()
    }

    async fn over(&self, job: &Job) -> Job {
        let path = format!("/api/jobs/{}", job.id);
        self.until(async |scene| Some(scene.admin.get(&path).await.json::<Job>()).filter(|job| job.state.is_over()))
            .await
    }

    async fn rows(&self, sql: &'static str) -> Value {
        sqlx::query_scalar::<_, Option<Value>>(sql).fetch_one(self.app.pool()).await.unwrap().unwrap_or_default()
    }

    /// All rows that come of Stripe's events, without our ids and clocks and the events that caused them.
    async fn derived(&self) -> Value {
        json!([
            self.rows("SELECT jsonb_agg(to_jsonb(c) - '{id,version,updated_at,seen_at,seen_rank,seen_event}'::text[] ORDER BY stripe_customer_id) FROM customers c").await,
            self.rows("SELECT jsonb_agg(to_jsonb(s) - '{id,customer_id,updated_at}'::text[] ORDER BY stripe_subscription_id) FROM subscriptions s").await,
            self.rows("SELECT jsonb_agg(to_jsonb(t) - '{id,customer_id,updated_at}'::text[] ORDER BY business_key) FROM transactions t").await,
            self.rows("SELECT jsonb_agg(jsonb_build_array(s.stripe_subscription_id, m.movement, m.amount_minor, m.occurred_at, m.paying_since)
                                        ORDER BY m.occurred_at, s.stripe_subscription_id)
                       FROM mrr_movements_effective m JOIN subscriptions s ON s.id = m.subscription_id").await,
        ])
    }
}

#[actix_web::test]
async fn without_a_key_it_says_so_and_asks_nothing() {
    let app = TestApp::spawn().await;
    let admin = app.client(Role::Admin).await;
    let healing: Healing = admin.get("/api/healing").await.json();
    assert!(!healing.connected && healing.sweep.finished_at.is_none() && healing.backfill.is_none());
    for (path, body) in [
        ("sweep", json!({})),
        ("reconciliation", json!({})),
        ("differences/repair", json!({"all": true})),
        ("backfill", json!({})),
    ] {
        let reply = admin.post_json(&format!("/api/healing/{path}"), &body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json::<Value>()["type"].as_str().unwrap().contains("stripe-not-connected")),
            (409, true),
            "{path}"
        );
    }
    assert!(admin.get("/api/jobs").await.json::<Page<Job>>().items.is_empty());
}

#[actix_web::test]
async fn a_lost_webhook_is_swept_up() {
    let scene = Scene::set(KEY, 1_000).await;
    scene.subscriber("Heard", 0);
    scene.webhooks().await;
    scene.subscriber("Lost", 0);
    scene.lost();
    let reply = scene.admin.post_json("/api/healing/sweep", &json!({})).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let sweep =
        scene.until(async |scene| Some(scene.healing().await.sweep).filter(|sweep| sweep.finished_at.is_some())).await;
    assert!(sweep.last_found > 3 && sweep.last_found < sweep.last_seen, "{sweep:?}");
    scene.applied().await;
    let found: Value = scene.admin.get("/api/customers?q=lost").await.json();
    assert_eq!(found["items"][0]["mrr"]["minor"], 1_900);
}

#[actix_web::test]
async fn each_fault_of_stripe_is_a_sentence_and_passes() {
    let scene = Scene::set(KEY, 1_000).await;
    scene.admin.post_json("/api/healing/sweep", &json!({})).await;
    // Once there was a sweep, everything is compared; after that nothing else is asked of Stripe.
    scene.until(async |scene| scene.healing().await.reconciliation.finished_at).await;
    for (kind, words) in [
        ("402", "Stripe refuses for now: Your card was declined."),
        ("429", "Stripe takes no more requests just now."),
        ("500", "Stripe has a fault of its own just now (500)."),
        ("garbage", "Stripe’s answer could not be read."),
        ("hang", "Stripe did not answer in time."),
    ] {
        scene.fault(kind, 1, false).await;
        let before = scene.healing().await.sweep.finished_at;
        scene.admin.post_json("/api/healing/sweep", &json!({})).await;
        let problem = scene.until(async |scene| scene.healing().await.sweep.problem).await;
        assert_eq!(problem, words);
        let sweep = scene
            .until(async |scene| Some(scene.healing().await.sweep).filter(|sweep| sweep.finished_at > before))
            .await;
        assert_eq!(sweep.problem, None, "{kind} passed");
    }
}

#[actix_web::test]
async fn a_key_that_may_not_read_is_said_at_once() {
    let scene = Scene::set("sk_test_other", 1_000).await;
    let job = scene.ask("/api/healing/reconciliation", json!({})).await;
    let failed = scene.over(&job).await;
    assert_eq!(failed.state, JobState::Failed);
    assert!(failed.error.unwrap().starts_with("Stripe does not accept our key: Invalid API Key provided."));
    let shown = scene.healing().await.reconciliation;
    assert_eq!((shown.job.map(|job| job.state), shown.drift_bp), (Some(JobState::Failed), None));
}

#[actix_web::test]
async fn what_nobody_remembers_is_compared_named_and_repaired() {
    let scene = Scene::set(KEY, 0).await;
    let lost = scene.subscriber("Ada", 0);
    scene.pass(DAY);
    scene.webhooks().await;
    let charge = scene.charge();
    {
        let mut stripe = scene.sandbox.lock().unwrap();
        stripe.cancel_at_period_end(&lost, stripe_sandbox::CancelReason::default()).unwrap();
        stripe.refund(&charge, Some(500), None, Metadata::new()).unwrap();
        stripe.dispute(&charge, "fraudulent").unwrap();
    }
    scene.lost();
    let done = scene.over(&scene.ask("/api/healing/reconciliation", json!({})).await).await;
    assert_eq!((done.state, done.done, done.changed), (JobState::Succeeded, 4, 3));
    let found = scene.differences().await;
    let mut named: Vec<&str> = found.iter().map(|d| d.field.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["cancel_at", "cancel_at_period_end", "canceled_at", "object", "object"]);
    assert_eq!(scene.healing().await.reconciliation.differing, 3);

    let reply = scene.admin.post_json("/api/healing/differences/repair", &json!({"all": true})).await;
    assert_eq!((reply.status.as_u16(), reply.json::<Value>()), (200, json!({"objects": 3})));
    scene.until(async |scene| scene.differences().await.is_empty().then_some(())).await;
    let money = "SELECT jsonb_agg(jsonb_build_array(kind, status, amount_minor) ORDER BY kind) FROM transactions";
    assert_eq!(
        scene.rows(money).await,
        json!([["dispute", "disputed", -1_400], ["payment", "succeeded", 1_900], ["refund", "refunded", -500]])
    );
    assert_eq!(scene.healing().await.reconciliation.drift_bp, Some(0));
    for (body, field) in [(json!({}), "ids"), (json!({"all": true, "ids": [found[0].id]}), "all")] {
        let refused = scene.admin.post_json("/api/healing/differences/repair", &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json::<Value>()["errors"][0]["field"].as_str()),
            (422, Some(field))
        );
    }
}

#[actix_web::test]
async fn a_backfill_gives_the_rows_that_webhooks_gave() {
    let (heard, read) = (Scene::set(KEY, 0).await, Scene::set(KEY, 0).await);
    for scene in [&heard, &read] {
        scene.subscriber("Ada", 0);
        let tried = scene.subscriber("Tia", 14);
        let left = scene.subscriber("Lee", 0);
        scene.pass(20 * DAY);
        {
            let mut stripe = scene.sandbox.lock().unwrap();
            stripe.cancel(&left, stripe_sandbox::CancelReason::default()).unwrap();
            let now = stripe.now();
            stripe.advance_to(now + 15 * DAY);
            stripe.cancel_at_period_end(&tried, stripe_sandbox::CancelReason::default()).unwrap();
        }
        let charge = scene.charge();
        scene.sandbox.lock().unwrap().refund(&charge, Some(700), None, Metadata::new()).unwrap();
        scene.pass(3 * DAY);
    }
    heard.webhooks().await;
    read.lost();
    let done = read.over(&read.ask("/api/healing/backfill", json!({})).await).await;
    assert_eq!((done.state, done.error), (JobState::Succeeded, None));
    read.applied().await;
    let (heard, read_rows) = (heard.derived().await, read.derived().await);
    for (heard, read) in heard.as_array().unwrap().iter().zip(read_rows.as_array().unwrap()) {
        assert_eq!(serde_json::to_string_pretty(heard).unwrap(), serde_json::to_string_pretty(read).unwrap());
    }
    let compared = read.over(&read.ask("/api/healing/reconciliation", json!({})).await).await;
    assert_eq!(compared.changed, 0, "{:?}", read.differences().await);
    let again = read.over(&read.ask("/api/healing/backfill", json!({})).await).await;
    assert_eq!(again.created, 0, "what is known is not stored twice");
    let refused = read.admin.post_json("/api/healing/backfill", &json!({"resume": true})).await;
    assert_eq!(refused.status, 409, "nothing stopped on its way");
}
