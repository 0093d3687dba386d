use super::*;
use crate::audit::Actor;
use crate::billing::apply::{Claimed, Verdict};
use crate::db::{DomainError, Result};
use crate::fixture;
use crate::page::PageRequest;
use crm_types::Money;
use crm_types::ids::{CustomerId, SubscriptionId, TransactionId};
use crm_types::stripe_actions::{
    CancellationReason, CancellationTime, ChangePreview, CouponApplication, NewRefund, NewStripeSubscription,
    RefundReason, StripeAction, StripeActionSort, StripeActionState as State, StripeCoupon, SubscriptionCancellation,
    SubscriptionChange, SubscriptionPause,
};
use list::StripeActionFilter;
use sqlx::PgPool;
use std::collections::VecDeque;
use std::sync::Mutex;
use uuid::Uuid;

/// A Stripe that answers as it is told, and does what it is asked unless told otherwise.
#[derive(Default)]
struct Fake {
    answers: Mutex<VecDeque<Refusal>>,
    asked: Mutex<Vec<(Ask, String)>>,
}

impl Fake {
    fn refusing(refusals: &[Refusal]) -> Self {
        Self { answers: Mutex::new(refusals.iter().cloned().collect()), ..Self::default() }
    }

    fn keys(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(_, key)| key.clone()).collect()
    }
}

impl Stripe for Fake {
    async fn ask(&self, ask: &Ask, key: &str) -> std::result::Result<Answer, Refusal> {
        self.asked.lock().unwrap().push((ask.clone(), key.to_owned()));
        match self.answers.lock().unwrap().pop_front() {
            Some(refusal) => Err(refusal),
            None => Ok(Answer { id: "sub_made".to_owned() }),
        }
    }

    async fn create_customer(&self, new: &NewCustomer, _: &str) -> std::result::Result<String, Refusal> {
        Ok(format!("cus_of_{}", new.email))
    }

    async fn preview(&self, _: &ChangeAsk) -> std::result::Result<ChangePreview, Refusal> {
        Err(Refusal::Busy)
    }

    async fn coupons(&self) -> std::result::Result<Vec<StripeCoupon>, Refusal> {
        Ok(Vec::new())
    }

    async fn billing_portal(&self, customer: &str, _: &str) -> std::result::Result<String, Refusal> {
        Ok(format!("https://portal.test/{customer}"))
    }

    async fn checkout(&self, checkout: &Checkout, _: &str) -> std::result::Result<String, Refusal> {
        Ok(format!("https://checkout.test/{}", checkout.price))
    }
}

struct Scene {
    pool: PgPool,
    actor: Actor,
    customer: CustomerId,
    subscription: SubscriptionId,
}

impl Scene {
    async fn set(pool: PgPool) -> Self {
        let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
        let subscription = fixture::subscription(&pool, customer, "usd", 1_900, "2026-01-01T00:00:00Z").await;
        sqlx::raw_sql(
            "INSERT INTO prices (id, currency, unit_amount, interval, active, metered, nickname, seen_at, seen_rank, seen_event) VALUES
                 ('price_1', 'usd', 1900, 'month', true, false, 'Standard', now(), 0, ''),
                 ('price_2', 'usd', 2900, 'month', true, false, 'Premium', now(), 0, ''),
                 ('price_eur', 'eur', 2900, 'month', true, false, 'Premium', now(), 0, ''),
                 ('price_old', 'usd', 900, 'month', false, false, 'Basic', now(), 0, ''),
                 ('price_used', 'usd', 1, 'month', true, true, 'Calls', now(), 0, '');
             UPDATE subscriptions SET price_ids = '{price_1}', current_period_end = '2026-12-01Z', items =
                 '[{\"price\": \"price_1\", \"quantity\": 1, \"unit\": 1900, \"amount\": 1900, \"interval\": \"month\",
                    \"interval_count\": 1, \"metered\": false, \"mrr\": 1900}]'",
        )
        .execute(&pool)
        .await
        .unwrap();
        let actor = Actor::system("Grace");
        Self { pool, actor, customer: CustomerId(customer), subscription: SubscriptionId(subscription) }
    }

    async fn pause(&self, stripe: &Fake, key: Option<&RequestKey>) -> Result<StripeAction> {
        let pause_ = SubscriptionPause::default();
        pause(&self.pool, Some(stripe), &self.actor, key, self.subscription, &pause_).await
    }

    async fn cancel(&self, stripe: &Fake) -> Result<StripeAction> {
        let (when, reason) = (CancellationTime::PeriodEnd, CancellationReason::Unused);
        let cancellation = SubscriptionCancellation { when, reason, comment: None };
        cancel(&self.pool, Some(stripe), &self.actor, None, self.subscription, &cancellation).await
    }

    async fn change(&self, change_: SubscriptionChange) -> Result<StripeAction> {
        change(&self.pool, Some(&Fake::default()), &self.actor, None, self.subscription, &change_).await
    }

    /// The webhook of the request with this key.
    async fn webhook(&self, kind: &str, key: &str, verdict: Verdict) {
        let raw = format!(r#"{{"type": "{kind}", "request": {{"id": "req_1", "idempotency_key": "{key}"}}}}"#);
        let event = Claimed { event_id: "evt_1".into(), raw: raw.into_bytes() };
        let verdicts = [("evt_1".to_owned(), verdict)];
        confirm(&mut self.pool.acquire().await.unwrap(), &[event], &verdicts).await.unwrap();
    }

    async fn states(&self) -> Vec<State> {
        let (filter, page) = (StripeActionFilter::default(), PageRequest::default());
        let found = list::list(&self.pool, &filter, StripeActionSort::AskedAt, &page).await.unwrap();
        found.items.iter().map(|action| action.state).collect()
    }
}

fn said(result: Result<StripeAction>) -> String {
    match result.unwrap_err() {
        DomainError::Invalid { field, message, .. } => format!("{field}: {message}"),
        other => other.to_string(),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_action_is_pending_until_its_own_webhook_was_applied(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let stripe = Fake::default();
    let action = scene.pause(&stripe, None).await.unwrap();
    assert_eq!((action.state, action.asked_by.as_str(), action.summary.as_str()), (State::Pending, "Grace", "Pause"));
    assert_eq!(action.subscription_id, Some(scene.subscription));
    let key = stripe.keys().remove(0);
    let busy = said(scene.cancel(&stripe).await);
    assert!(busy.starts_with("Something is on its way already: Pause (Grace asked)."), "{busy}");
    scene.webhook("invoice.voided", &key, Verdict::Done).await;
    scene.webhook("customer.subscription.updated", "crm-act-another", Verdict::Done).await;
    scene.webhook("customer.subscription.updated", &key, Verdict::Dead("unreadable".into())).await;
    assert_eq!(scene.states().await, [State::Pending]);
    scene.webhook("customer.subscription.updated", &key, Verdict::Done).await;
    assert_eq!(scene.states().await, [State::Confirmed]);
    scene.cancel(&stripe).await.unwrap();
    assert_eq!(scene.states().await, [State::Confirmed, State::Pending]);
    let verbs: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&scene.pool).await.unwrap();
    assert_eq!(verbs, ["subscription.stripe_asked"; 2]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_not_answered_is_asked_again_under_the_same_key(pool: PgPool) {
    let scene = Scene::set(pool).await;
    for refusal in [Refusal::Silent, Refusal::Broken, Refusal::Unreadable] {
        let stripe = Fake::refusing(std::slice::from_ref(&refusal));
        assert_eq!(said(scene.pause(&stripe, None).await), refusal.to_string());
        assert_eq!(scene.states().await, [State::Pending], "nobody knows whether it was done");
        // Another request waits, the same one goes on.
        assert!(said(scene.cancel(&stripe).await).contains("Wait until"));
        assert_eq!(scene.pause(&stripe, None).await.unwrap().state, State::Pending);
        let keys = stripe.keys();
        assert_eq!((keys.len(), &keys[0]), (2, &keys[1]), "{refusal:?}");
        scene.webhook("customer.subscription.updated", &keys[0], Verdict::Done).await;
        assert_eq!(scene.states().await, [State::Confirmed]);
        sqlx::query("DELETE FROM stripe_actions").execute(&scene.pool).await.unwrap();
    }
    // Not being reached says nothing of what was done before; only Stripe's own word does.
    let stripe = Fake::refusing(&[Refusal::Silent, Refusal::Unreachable, Refusal::Declined("No.".into())]);
    for state in [State::Pending, State::Pending, State::Failed] {
        scene.pause(&stripe, None).await.unwrap_err();
        assert_eq!(scene.states().await, [state]);
    }
    let keys = stripe.keys();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    sqlx::query("DELETE FROM stripe_actions").execute(&scene.pool).await.unwrap();
    // The caller's own name for a request decides as well, also when the webhook was faster than the answer.
    let stripe = Fake::refusing(&[Refusal::Silent]);
    let key = RequestKey::new("request 1");
    scene.pause(&stripe, Some(&key)).await.unwrap_err();
    scene.webhook("customer.subscription.updated", "crm-act-request1", Verdict::Done).await;
    assert_eq!(scene.pause(&stripe, Some(&key)).await.unwrap().state, State::Confirmed);
    assert_eq!(stripe.keys(), ["crm-act-request1"], "it is not asked once more");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_refused_failed_and_says_why(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let stripe = Fake::refusing(&[Refusal::Declined("Your card was declined.".into()), Refusal::Busy]);
    for _ in 0..2 {
        scene.pause(&stripe, None).await.unwrap_err();
    }
    assert_eq!(scene.states().await, [State::Failed, State::Failed]);
    let keys = stripe.keys();
    assert_ne!(keys[0], keys[1], "Stripe would repeat what it said under a key");
    let reasons: Vec<String> =
        sqlx::query_scalar("SELECT reason FROM stripe_actions ORDER BY asked_at").fetch_all(&scene.pool).await.unwrap();
    assert_eq!(reasons[0], "The payment was declined: Your card was declined.");
    let none =
        pause(&scene.pool, None::<&Fake>, &scene.actor, None, scene.subscription, &SubscriptionPause::default()).await;
    assert!(said(none).starts_with("Stripe is not connected."));
    assert_eq!(scene.states().await.len(), 2, "nothing is written down that cannot be asked");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_webhook_that_never_comes_holds_nobody_up_for_ever(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let stripe = Fake::default();
    scene.pause(&stripe, None).await.unwrap();
    sqlx::query("UPDATE stripe_actions SET asked_at = now() - interval '16 minutes'")
        .execute(&scene.pool)
        .await
        .unwrap();
    assert_eq!(scene.states().await, [State::Unconfirmed]);
    scene.cancel(&stripe).await.unwrap();
    assert_eq!(scene.states().await, [State::Unconfirmed, State::Pending]);
    // It may still come.
    scene.webhook("customer.subscription.updated", &stripe.keys()[0], Verdict::Done).await;
    assert_eq!(scene.states().await, [State::Confirmed, State::Pending]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_makes_no_sense_is_refused_in_words(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let to = |price: &str| SubscriptionChange { price_id: Some(price.to_owned()), ..SubscriptionChange::default() };
    for (change, expected) in [
        (SubscriptionChange::default(), "price_id: Choose another price or another quantity."),
        (to("price_1"), "price_id: Choose another price or another quantity."),
        (to("price_none"), "price_id: There is no such price."),
        (to("price_old"), "price_id: This price is not sold any more."),
        (to("price_used"), "price_id: This price is not charged regularly by quantity."),
        (to("price_eur"), "price_id: This subscription is in USD, the price in EUR. The currency cannot change."),
        (
            SubscriptionChange { quantity: Some(0), ..SubscriptionChange::default() },
            "quantity: Give a quantity from 1 to 100,000. To end it, cancel it.",
        ),
        (
            SubscriptionChange {
                item_price_id: Some("price_2".into()),
                quantity: Some(2),
                ..SubscriptionChange::default()
            },
            "item_price_id: The subscription has no item with this price.",
        ),
    ] {
        assert_eq!(said(scene.change(change).await), expected);
    }
    assert_eq!(scene.change(to("price_2")).await.unwrap().summary, "Change to 1 × Premium (29.00 USD a month)");
    sqlx::query("DELETE FROM stripe_actions").execute(&scene.pool).await.unwrap();

    let (pool, actor, stripe, id) = (&scene.pool, &scene.actor, Fake::default(), scene.subscription);
    assert_eq!(said(resume(pool, Some(&stripe), actor, None, id).await), "This subscription is not paused.");
    assert_eq!(said(reactivate(pool, Some(&stripe), actor, None, id).await), "This subscription is not set to end.");
    let coupon = CouponApplication { coupon: " ".into() };
    assert_eq!(said(apply_coupon(pool, Some(&stripe), actor, None, id, &coupon).await), "coupon: Name the coupon.");
    sqlx::query("UPDATE subscriptions SET cancel_at = '2026-12-01Z'").execute(pool).await.unwrap();
    assert_eq!(said(scene.cancel(&stripe).await), "This subscription is set to end on 2026-12-01 already.");
    sqlx::query("UPDATE subscriptions SET status = 'paused'").execute(pool).await.unwrap();
    assert_eq!(said(scene.pause(&stripe, None).await), "This subscription is paused already.");
    sqlx::query("UPDATE subscriptions SET status = 'cancelled'").execute(pool).await.unwrap();
    let over = "This subscription is over, or never began. Start a new one for the customer.";
    assert_eq!(said(scene.change(to("price_2")).await), over);
    assert_eq!(said(scene.cancel(&stripe).await), over);
    assert!(stripe.keys().is_empty() && scene.states().await.is_empty(), "Stripe was not asked");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refund_is_of_a_payment_and_no_more_than_is_left_of_it(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let (pool, actor, stripe) = (&scene.pool, &scene.actor, Fake::default());
    let (paid, failed, credit) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    for (id, key, status, intent) in [
        (paid, "in_1", "succeeded", Some("pi_1")),
        (failed, "in_2", "failed", Some("pi_2")),
        (credit, "in_3", "succeeded", None),
    ] {
        sqlx::query(
            "INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency,
                 amount_minor, refunded_minor, stripe_payment_intent_id, occurred_at)
             VALUES ($1, $2, $2, $3, 'payment', $4, 'subscription', 'usd', 1900, 400, $5, now())",
        )
        .bind(id)
        .bind(key)
        .bind(scene.customer.0)
        .bind(status)
        .bind(intent)
        .execute(pool)
        .await
        .unwrap();
    }
    let usd = |minor| Some(Money::new(minor, crm_types::Currency::USD));
    let back = |amount| NewRefund { amount, reason: RefundReason::RequestedByCustomer };
    let ask = async |id: Uuid, amount| refund(pool, Some(&stripe), actor, None, TransactionId(id), &back(amount)).await;
    assert_eq!(said(ask(paid, usd(1_501)).await), "amount: At most 15.00 USD is left of this payment.");
    assert_eq!(said(ask(paid, usd(0)).await), "amount: Give an amount above 0.");
    assert_eq!(said(ask(paid, Some(Money::new(1, crm_types::Currency::EUR))).await), "amount: This payment is in USD.");
    assert_eq!(said(ask(failed, None).await), "Only a payment that succeeded can be refunded.");
    assert!(said(ask(credit, None).await).starts_with("Stripe has not told"));
    let action = ask(paid, None).await.unwrap();
    assert_eq!(action.summary, "Refund 15.00 USD: requested by customer");
    assert_eq!((action.transaction_id, action.subscription_id), (Some(TransactionId(paid)), None));
    let asked = stripe.asked.lock().unwrap().remove(0).0;
    let (payment, reason) = ("pi_1".to_owned(), RefundReason::RequestedByCustomer);
    assert_eq!(asked, Ask::Refund { payment, amount: 1_500, reason });
    assert!(said(ask(paid, usd(100)).await).contains("on its way"), "two refunds at once may be more than is left");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_start_makes_the_customer_known_first(pool: PgPool) {
    let scene = Scene::set(pool).await;
    let (pool, actor, stripe) = (&scene.pool, &scene.actor, Fake::default());
    let new = NewStripeSubscription {
        customer_id: scene.customer,
        price_id: "price_2".into(),
        quantity: 2,
        trial: true,
        coupon: Some("FALL".into()),
    };
    sqlx::query("UPDATE customers SET stripe_customer_id = NULL, email = NULL, billing_email = NULL")
        .execute(pool)
        .await
        .unwrap();
    let begin = async |new: &NewStripeSubscription| start(pool, Some(&stripe), actor, None, new).await;
    assert!(said(begin(&new).await).starts_with("customer_id: Give the customer an e-mail address first"));
    sqlx::query("UPDATE customers SET email = 'ada@example.com'").execute(pool).await.unwrap();
    let nobody = NewStripeSubscription { customer_id: CustomerId(Uuid::now_v7()), ..new.clone() };
    assert_eq!(said(begin(&nobody).await), "customer_id: There is no such customer.");
    let action = begin(&new).await.unwrap();
    assert_eq!(action.summary, "Start 2 × Premium (29.00 USD a month), 10 days of trial, coupon FALL");
    let known: Option<String> =
        sqlx::query_scalar("SELECT stripe_customer_id FROM customers").fetch_one(pool).await.unwrap();
    assert_eq!(known.as_deref(), Some("cus_of_ada@example.com"));
    let asked = stripe.asked.lock().unwrap()[0].0.clone();
    let (customer, price, coupon) = ("cus_of_ada@example.com".into(), "price_2".into(), Some("FALL".into()));
    assert_eq!(asked, Ask::Start { customer, price, quantity: 2, trial_days: 10, coupon });
    let made: Option<String> = sqlx::query_scalar("SELECT made FROM stripe_actions").fetch_one(pool).await.unwrap();
    assert_eq!(made.as_deref(), Some("sub_made"));
}
