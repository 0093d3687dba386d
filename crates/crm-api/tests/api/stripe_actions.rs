//! What staff ask Stripe to do, with a Stripe that answers over HTTP and tells by webhook what happened.

use crate::support::TestApp;
use crate::support::stripe::{DAY, KEY, START, Stripe, price};
use crm_types::accounts::Role;
use crm_types::stripe_actions::{
    ChangePreview, StripeAction, StripeActionState as State, StripeConnection, StripeCoupon, StripeLink,
};
use crm_types::subscriptions::{Subscription, SubscriptionDetails, SubscriptionStatus};
use crm_types::{Page, billing::Transaction};
use serde_json::{Value, json};
use std::ops::Deref;
use stripe_sandbox::{CouponDuration, CouponTerms, NewCustomer, NewItem, NewSubscription, Sandbox};

/// A Stripe with a customer who pays $19 a month, and a CRM that has its key and has heard of all that.
struct Scene {
    stripe: Stripe,
    standard: String,
    premium: String,
    subscription: String,
}

impl Deref for Scene {
    type Target = Stripe;

    fn deref(&self) -> &Stripe {
        &self.stripe
    }
}

impl Scene {
    async fn set() -> Self {
        let mut sandbox = Sandbox::new(11, START);
        let standard = price(&mut sandbox, "Standard", 1_900, "tier2");
        let premium = price(&mut sandbox, "Premium", 2_900, "tier3");
        sandbox.create_coupon("HALF", "Half", CouponTerms::Percent(5_000), CouponDuration::Forever).unwrap();
        let customer = sandbox.create_customer(NewCustomer {
            email: Some("ada@example.com".into()),
            name: Some("Ada".into()),
            ..NewCustomer::default()
        });
        let items = vec![NewItem { price: standard.clone(), quantity: 1 }];
        sandbox.create_subscription(NewSubscription { customer, items, ..NewSubscription::default() }).unwrap();
        let stripe = Stripe::connect(sandbox, KEY).await;
        stripe.webhooks().await;
        let list: Page<Subscription> = stripe.admin.get("/api/subscriptions").await.json();
        let subscription = format!("/api/subscriptions/{}", list.items[0].id);
        Self { stripe, standard, premium, subscription }
    }

    async fn see(&self) -> SubscriptionDetails {
        self.admin.get(&self.subscription).await.json()
    }

    /// Asks for something about the subscription; it must be taken.
    async fn ask(&self, verb: &str, body: Value) -> StripeAction {
        // A minute after what was before: Stripe's times are whole seconds.
        self.pass(60);
        let reply = self.admin.post_json(&format!("{}/{verb}", self.subscription), &body).await;
        assert_eq!(reply.status, 200, "{verb}: {}", reply.text());
        reply.json()
    }

    async fn actions(&self) -> Vec<StripeAction> {
        self.admin.get("/api/stripe-actions").await.json::<Page<StripeAction>>().items
    }

    async fn payment(&self) -> Transaction {
        let page: Page<Transaction> = self.admin.get("/api/transactions?kind=payment&status=succeeded").await.json();
        page.items[0].clone()
    }
}

#[actix_web::test]
async fn an_upgrade_costs_what_its_preview_said_and_counts_once_the_webhook_came() {
    let scene = Scene::set().await;
    assert_eq!(scene.see().await.subscription.mrr.minor, 1_900);
    // Half of January is over.
    scene.sandbox.lock().unwrap().advance_to(START + 31 * DAY / 2);
    let change = json!({"price_id": scene.premium, "proration": "now"});
    let path = format!("{}/change/preview", scene.subscription);
    let preview: ChangePreview = scene.admin.post_json(&path, &change).await.json();
    let lines: Vec<_> = preview.lines.iter().map(|line| (line.amount.minor, line.proration)).collect();
    assert_eq!(lines, [(-950, true), (1_450, true)]);
    assert_eq!((preview.prorated.minor, preview.total.minor, preview.due.minor), (500, 500, 500));
    let later = json!({"price_id": scene.premium, "proration": "next_invoice"});
    let later: ChangePreview = scene.admin.post_json(&path, &later).await.json();
    assert_eq!((later.lines.len(), later.prorated.minor, later.total.minor), (3, 500, 3_400));
    assert_eq!(later.due_at.unwrap().timestamp(), START + 31 * DAY);
    let events = scene.sandbox.lock().unwrap().drain_events();
    assert!(events.is_empty(), "a preview changes nothing");

    // A day passes before somebody says yes; what was shown is charged.
    scene.sandbox.lock().unwrap().advance_to(START + 31 * DAY / 2 + DAY);
    let change = json!({"price_id": scene.premium, "proration": "now", "prorated_at": preview.prorated_at});
    let action = scene.ask("change", change).await;
    assert_eq!((action.state, action.summary.as_str()), (State::Pending, "Change to 1 × Premium (29.00 USD a month)"));
    let seen = scene.see().await.subscription;
    assert_eq!((seen.mrr.minor, seen.pending.map(|kind| kind.as_str())), (1_900, Some("change")));
    scene.webhooks().await;
    let seen = scene.see().await.subscription;
    assert_eq!((seen.mrr.minor, seen.pending), (2_900, None));
    assert_eq!(scene.actions().await[0].state, State::Confirmed);
    assert_eq!(scene.payment().await.amount.minor, 500);
    let moved: i64 = sqlx::query_scalar("SELECT sum(amount_minor)::int8 FROM mrr_movements")
        .fetch_one(scene.app.pool())
        .await
        .unwrap();
    assert_eq!(moved, 2_900);
}

#[actix_web::test]
async fn pause_resume_cancel_and_reactivate_come_back_as_webhooks() {
    let scene = Scene::set().await;
    let mrr = async || {
        let seen = scene.see().await.subscription;
        (seen.mrr.minor, seen.status, seen.cancel_at.is_some())
    };
    use SubscriptionStatus as S;
    scene.ask("pause", json!({})).await;
    assert_eq!(mrr().await, (1_900, S::Active, false), "not before the webhook");
    scene.webhooks().await;
    assert_eq!(mrr().await, (0, S::Paused, false));
    scene.ask("resume", json!({})).await;
    scene.webhooks().await;
    assert_eq!(mrr().await, (1_900, S::Active, false));
    scene.ask("coupon", json!({"coupon": "HALF"})).await;
    scene.webhooks().await;
    assert_eq!((mrr().await.0, scene.see().await.coupons), (950, vec!["HALF".to_owned()]));
    scene.ask("coupon/remove", json!({})).await;
    scene.webhooks().await;
    assert_eq!((mrr().await.0, scene.see().await.coupons.len()), (1_900, 0));
    scene.admin.post(&format!("{}/coupon/remove", scene.subscription)).await.problem(409);
    scene.ask("cancel", json!({"when": "period_end", "reason": "unused", "comment": "Back in spring"})).await;
    scene.webhooks().await;
    assert_eq!(mrr().await, (1_900, S::Active, true));
    assert_eq!(scene.see().await.subscription.cancel_reason.as_deref(), Some("Back in spring"));
    scene.ask("reactivate", json!({})).await;
    scene.webhooks().await;
    assert_eq!(mrr().await, (1_900, S::Active, false));
    scene.ask("cancel", json!({"when": "now", "reason": "too_expensive"})).await;
    scene.webhooks().await;
    assert_eq!(mrr().await, (0, S::Cancelled, false));
    let actions = scene.actions().await;
    assert!(actions.len() == 7 && actions.iter().all(|action| action.state == State::Confirmed), "{actions:?}");

    let change = json!({"price_id": scene.premium});
    let problem = scene.admin.post_json(&format!("{}/change", scene.subscription), &change).await.problem(409);
    assert!(problem.detail.starts_with("This subscription is over"), "{}", problem.detail);
    let log: Value = scene.admin.get("/api/audit-log").await.json();
    let asked = |row: &&Value| row["action"] == "subscription.stripe_asked";
    assert_eq!(log["items"].as_array().unwrap().iter().filter(asked).count(), 7);
}

#[actix_web::test]
async fn a_payment_is_refunded_in_parts_and_never_above_what_was_paid() {
    let scene = Scene::set().await;
    let path = format!("/api/transactions/{}/refund", scene.payment().await.id);
    let back = |minor: i64| json!({"amount": {"minor": minor, "currency": "usd"}, "reason": "requested_by_customer"});
    assert_eq!(scene.admin.post_json(&path, &back(1_901)).await.problem(422).errors[0].field, "amount");
    let action: StripeAction = scene.admin.post_json(&path, &back(700)).await.json();
    assert_eq!((action.state, action.summary.as_str()), (State::Pending, "Refund 7.00 USD: requested by customer"));
    assert_eq!(scene.payment().await.refunded.minor, 0);
    scene.admin.post_json(&path, &back(1)).await.problem(409);
    scene.webhooks().await;
    assert_eq!(scene.payment().await.refunded.minor, 700);
    assert_eq!(scene.actions().await[0].state, State::Confirmed);
    let problem = scene.admin.post_json(&path, &back(1_201)).await.problem(422);
    assert_eq!(problem.detail, "At most 12.00 USD is left of this payment.");
    let rest = json!({"reason": "duplicate"});
    scene.admin.post_json(&path, &rest).await.json::<StripeAction>();
    scene.webhooks().await;
    assert_eq!(scene.payment().await.refunded.minor, 1_900);
    scene.admin.post_json(&path, &rest).await.problem(409);
    let analyst = scene.app.client(Role::Analyst).await;
    assert_eq!(analyst.post_json(&path, &rest).await.problem(403).permission.as_deref(), Some("transactions:write"));
}

#[actix_web::test]
async fn a_subscription_starts_for_somebody_whom_stripe_did_not_know() {
    let scene = Scene::set().await;
    let new = json!({"email": "bob@example.com", "name": "Bob"});
    let bob: Value = scene.admin.post_json("/api/customers", &new).await.json();
    let start = |quantity: i64, price: &str, coupon: Option<&str>| json!({"customer_id": bob["id"], "price_id": price, "quantity": quantity, "trial": true, "coupon": coupon});
    for (body, field) in [
        (start(0, &scene.standard, None), "quantity"),
        (start(1, "price_none", None), "price_id"),
        (start(1, &scene.standard, Some("NONE")), "coupon"),
    ] {
        let problem = scene.admin.post_json("/api/subscriptions", &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{problem:?}");
    }
    let action: StripeAction =
        scene.admin.post_json("/api/subscriptions", &start(2, &scene.standard, Some("HALF"))).await.json();
    assert_eq!((action.state, action.subscription_id), (State::Pending, None));
    scene.webhooks().await;
    let action = scene.actions().await.into_iter().find(|one| one.id == action.id).unwrap();
    assert_eq!(action.state, State::Confirmed);
    let made = format!("/api/subscriptions/{}", action.subscription_id.unwrap());
    let seen: SubscriptionDetails = scene.admin.get(&made).await.json();
    assert_eq!((seen.subscription.status, seen.subscription.quantity), (SubscriptionStatus::FreeTrial, 2));
    assert_eq!(json!(seen.subscription.customer_id), bob["id"], "the webhook found the customer that there was");
    scene.eventually("SELECT count(*) FROM customers", 2).await;
    // The trial of 10 days ends and is paid: 2 × $19 with half off.
    scene.sandbox.lock().unwrap().advance_to(START + 12 * DAY);
    scene.webhooks().await;
    let seen: SubscriptionDetails = scene.admin.get(&made).await.json();
    assert_eq!((seen.subscription.status, seen.subscription.mrr.minor), (SubscriptionStatus::Active, 1_900));

    let coupons: Vec<StripeCoupon> = scene.admin.get("/api/stripe/coupons").await.json();
    assert_eq!((coupons[0].id.as_str(), coupons[0].terms.as_str()), ("HALF", "50 % off, forever"));
    let at = format!("/api/customers/{}", bob["id"].as_str().unwrap());
    let portal: StripeLink = scene.admin.post(&format!("{at}/billing-portal")).await.json();
    assert!(portal.url.starts_with("https://billing.stripe.com/"));
    let request = json!({"price_id": scene.premium});
    let checkout: StripeLink = scene.admin.post_json(&format!("{at}/checkout"), &request).await.json();
    assert!(checkout.url.starts_with("https://checkout.stripe.com/"));
}

#[actix_web::test]
async fn each_fault_of_stripes_is_a_sentence_and_nothing_is_half_done() {
    let scene = Scene::set().await;
    let path = format!("{}/pause", scene.subscription);
    for (kind, status, detail, state) in [
        ("402", 402, "The payment was declined: Your card was declined.", State::Failed),
        ("429", 503, "Stripe takes no more requests just now.", State::Failed),
        ("500", 502, "Stripe has a fault of its own just now.", State::Pending),
        ("garbage", 502, "Stripe's answer could not be read.", State::Pending),
        ("hang", 503, "Stripe did not answer in time.", State::Pending),
    ] {
        scene.fault(kind, 3, false).await;
        let problem = scene.admin.post_json(&path, &json!({})).await.problem(status);
        assert!(problem.detail.starts_with(detail), "{kind}: {}", problem.detail);
        let action = scene.actions().await.remove(0);
        assert_eq!((action.state, action.reason.as_deref()), (state, Some(problem.detail.as_str())), "{kind}");
        assert_eq!(scene.see().await.subscription.mrr.minor, 1_900, "{kind}");
        assert!(scene.sandbox.lock().unwrap().drain_events().is_empty(), "{kind}");
        sqlx::query("DELETE FROM stripe_actions").execute(scene.app.pool()).await.unwrap();
    }
    // One that passes is not noticed.
    for kind in ["429", "500", "garbage", "hang"] {
        scene.fault(kind, 2, false).await;
        assert_eq!(scene.ask("pause", json!({})).await.state, State::Pending, "{kind}");
        scene.webhooks().await;
        assert_eq!(scene.see().await.subscription.status, SubscriptionStatus::Paused, "{kind}");
        scene.ask("resume", json!({})).await;
        scene.webhooks().await;
    }
}

#[actix_web::test]
async fn two_sends_are_one_effect_whatever_became_of_the_first() {
    let scene = Scene::set().await;
    let path = format!("/api/transactions/{}/refund", scene.payment().await.id);
    let body = json!({"amount": {"minor": 500, "currency": "usd"}, "reason": "duplicate"});
    let refunds = || scene.sandbox.lock().unwrap().drain_events().iter().filter(|e| e.kind == "refund.created").count();
    // Stripe does it, and none of its three answers arrives.
    for kind in ["hang", "garbage", "500"] {
        scene.fault(kind, 3, true).await;
        let status = if kind == "hang" { 503 } else { 502 };
        scene.admin.post_json(&path, &body).await.problem(status);
        assert_eq!(scene.actions().await[0].state, State::Pending);
        // Somebody presses the button again.
        let action: StripeAction = scene.admin.post_json(&path, &body).await.json();
        assert_eq!((action.state, action.reason), (State::Pending, None), "{kind}");
        let events = scene.sandbox.lock().unwrap().drain_events();
        assert_eq!(events.iter().filter(|event| event.kind == "refund.created").count(), 1, "{kind}: once");
        scene.deliver(&events).await;
        scene.eventually("SELECT count(*) FROM stripe_actions WHERE state <> 'confirmed'", 0).await;
    }
    assert_eq!(scene.payment().await.refunded.minor, 1_500);
    // The caller's own key, twice: the first reply again.
    let body = json!({"amount": {"minor": 400, "currency": "usd"}, "reason": "duplicate"});
    let send = async || {
        let request =
            scene.admin.request(reqwest::Method::POST, &path).header("Idempotency-Key", "refund-1").json(&body);
        scene.admin.send(request).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.header("idempotent-replayed")), (reqwest::StatusCode::OK, "true"));
    assert_eq!(first.body, second.body);
    assert_eq!(refunds(), 1);
}

#[actix_web::test]
async fn without_a_stripe_the_reply_says_how_to_connect_it() {
    let app = TestApp::spawn().await;
    crate::business::write(app.pool()).await;
    let (admin, viewer) = (app.client(Role::Admin).await, app.client(Role::Viewer).await);
    let path = format!("/api/subscriptions/{}/pause", crate::business::SUBSCRIPTION);
    let problem = admin.post_json(&path, &json!({})).await.problem(409);
    assert_eq!(problem.kind, "/problems/stripe-not-connected");
    assert!(problem.detail.contains("STRIPE_API_KEY"), "{}", problem.detail);
    let connection: StripeConnection = viewer.get("/api/stripe/connection").await.json();
    assert_eq!((connection.connected, connection.how), (false, Some(problem.detail)));
    let denied = viewer.post_json(&path, &json!({})).await.problem(403);
    assert_eq!(denied.permission.as_deref(), Some("subscriptions:write"));

    // A key, but nobody who listens there.
    let nobody = TestApp::spawn_with(&[("STRIPE_API_KEY", KEY), ("STRIPE_API_BASE", "http://127.0.0.1:9")]).await;
    crate::business::write(nobody.pool()).await;
    let admin = nobody.client(Role::Admin).await;
    let problem = admin.post_json(&path, &json!({})).await.problem(503);
    assert!(problem.detail.starts_with("Stripe cannot be reached just now. Nothing was changed"), "{}", problem.detail);
    assert_eq!(problem.retry_after, Some(30));
    let actions: Page<StripeAction> = admin.get("/api/stripe-actions").await.json();
    assert_eq!(actions.items[0].state, State::Failed);
}
