//! What the clock does by itself: trials, renewals, retries, pauses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use scene::{Account, DAY, START, kinds, of_kind};
use serde_json::json;
use stripe_sandbox::{ApiShape, CancelReason, PauseBehaviour, PaymentBehaviour, Status};

#[test]
fn a_trial_becomes_paid() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(10, None);
    assert_eq!(account.latest_invoice(&id)["amount_due"], json!(0));
    assert_eq!(account.latest_invoice(&id)["status"], json!("paid"));
    account.sandbox.drain_events();

    account.sandbox.advance_to(START + 10 * DAY - 1);
    let events = account.sandbox.drain_events();
    assert_eq!(kinds(&events), ["customer.subscription.trial_will_end"]);
    assert_eq!(events[0].created, START + 7 * DAY);

    account.sandbox.advance_to(START + 11 * DAY);
    let events = account.sandbox.drain_events();
    assert_eq!(
        kinds(&events),
        [
            "invoice.created",
            "customer.subscription.updated",
            "payment_intent.created",
            "invoice.finalized",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice_payment.paid",
            "invoice.paid",
            "invoice.payment_succeeded",
        ]
    );
    let updated = of_kind(&events, "customer.subscription.updated").remove(0);
    assert_eq!(updated["data"]["object"]["status"], json!("active"));
    assert_eq!(updated["data"]["previous_attributes"]["status"], json!("trialing"));
    assert_eq!(updated["created"], json!(START + 10 * DAY));
    assert_eq!(events.last().unwrap().created, START + 10 * DAY + 3_600);
}

#[test]
fn a_trial_without_a_card_ends() {
    let mut account = Account::new(ApiShape::Current);
    let customer = account.customer.clone();
    account.sandbox.set_payment_behaviour(&customer, PaymentBehaviour::NoMethod).unwrap();
    let id = account
        .sandbox
        .create_subscription(stripe_sandbox::NewSubscription {
            customer,
            items: vec![stripe_sandbox::NewItem { price: account.standard.clone(), quantity: 1 }],
            trial_days: 10,
            trial_end: stripe_sandbox::TrialEnd::Pause,
            ..Default::default()
        })
        .unwrap();
    account.sandbox.advance_to(START + 11 * DAY);
    assert_eq!(account.sandbox.status(&id).unwrap(), Status::Paused);
    let customer = account.customer.clone();
    account.sandbox.set_payment_behaviour(&customer, PaymentBehaviour::Succeed).unwrap();
    account.sandbox.resume_paused(&id).unwrap();
    let events = account.sandbox.drain_events();
    for kind in ["customer.subscription.paused", "customer.subscription.resumed"] {
        assert_eq!(of_kind(&events, kind).len(), 1, "{kind}");
    }
    assert_eq!(account.latest_invoice(&id)["amount_paid"], json!(1_900));
    assert_eq!(account.see(&id)["billing_cycle_anchor"], json!(START + 11 * DAY));
}

#[test]
fn a_failed_renewal_is_retried_and_recovers() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let customer = account.customer.clone();
    account.sandbox.set_payment_behaviour(&customer, PaymentBehaviour::DeclineTimes(2)).unwrap();
    account.sandbox.drain_events();
    account.sandbox.advance_to(START + 45 * DAY);
    let events = account.sandbox.drain_events();
    // Renewal after 31 days and an hour, retries 3 and 8 days later.
    let at = START + 31 * DAY + 3_600;
    let times = |kind: &str| -> Vec<i64> {
        events.iter().filter(|event| event.kind == kind).map(|event| event.created).collect()
    };
    assert_eq!(times("invoice.payment_failed"), [at, at + 3 * DAY]);
    assert_eq!(times("invoice.paid"), [at + 8 * DAY]);
    let failed = of_kind(&events, "invoice.payment_failed").pop().unwrap();
    assert_eq!(failed["data"]["object"]["attempt_count"], json!(2));
    assert_eq!(failed["data"]["object"]["next_payment_attempt"], json!(at + 8 * DAY));
    let statuses: Vec<String> = of_kind(&events, "customer.subscription.updated")
        .iter()
        .map(|event| event["data"]["object"]["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["active", "past_due", "active"]);
    assert_eq!(account.sandbox.status(&id).unwrap(), Status::Active);
}

#[test]
fn a_card_that_never_works_ends_it() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let customer = account.customer.clone();
    account.sandbox.set_payment_behaviour(&customer, PaymentBehaviour::Decline).unwrap();
    account.sandbox.drain_events();
    account.sandbox.advance_to(START + 50 * DAY);
    let events = account.sandbox.drain_events();
    assert_eq!(of_kind(&events, "invoice.payment_failed").len(), 4);
    let deleted = of_kind(&events, "customer.subscription.deleted").pop().unwrap();
    assert_eq!(deleted["created"], json!(START + 31 * DAY + 3_600 + 15 * DAY));
    assert_eq!(deleted["data"]["object"]["cancellation_details"]["reason"], json!("payment_failed"));
    assert_eq!(account.sandbox.status(&id).unwrap(), Status::Canceled);
    account.sandbox.advance_to(START + 400 * DAY);
    assert!(account.sandbox.drain_events().is_empty());
}

#[test]
fn a_first_payment_that_fails_expires() {
    let mut account = Account::new(ApiShape::Current);
    let customer = account.customer.clone();
    account.sandbox.set_payment_behaviour(&customer, PaymentBehaviour::Decline).unwrap();
    let id = account.subscribe(0, None);
    assert_eq!(account.sandbox.status(&id).unwrap(), Status::Incomplete);
    account.sandbox.advance_to(START + DAY);
    assert_eq!(account.sandbox.status(&id).unwrap(), Status::IncompleteExpired);
    assert_eq!(account.latest_invoice(&id)["status"], json!("void"));
}

#[test]
fn a_cancellation_at_period_end_waits() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let reason = CancelReason { feedback: Some("unused".to_owned()), comment: None };
    account.sandbox.cancel_at_period_end(&id, reason).unwrap();
    account.sandbox.drain_events();
    account.sandbox.advance_to(START + 31 * DAY - 1);
    assert!(account.sandbox.drain_events().is_empty());
    account.sandbox.advance_to(START + 60 * DAY);
    let events = account.sandbox.drain_events();
    assert_eq!(kinds(&events), ["customer.subscription.deleted"]);
    let object = &scene::json(&events[0])["data"]["object"];
    assert_eq!(object["ended_at"], json!(START + 31 * DAY));
    assert_eq!(object["canceled_at"], json!(START));
    assert_eq!(object["cancellation_details"]["feedback"], json!("unused"));
}

#[test]
fn a_pause_voids_and_ends_by_itself() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let resumes = START + 40 * DAY;
    account.sandbox.pause_collection(&id, PauseBehaviour::Void, Some(resumes)).unwrap();
    assert_eq!(account.see(&id)["pause_collection"], json!({"behavior": "void", "resumes_at": resumes}));
    account.sandbox.drain_events();
    account.sandbox.advance_to(START + 65 * DAY);
    let events = account.sandbox.drain_events();
    assert_eq!(of_kind(&events, "invoice.voided").len(), 1);
    assert_eq!(of_kind(&events, "invoice.paid").len(), 1);
    assert_eq!(account.see(&id)["pause_collection"], json!(null));
    assert_eq!(account.see(&id)["status"], json!("active"));
}

#[test]
fn what_is_due_comes_in_time_order() {
    let mut account = Account::new(ApiShape::Current);
    account.subscribe(10, None);
    account.sandbox.advance_to(START + 3 * DAY);
    account.subscribe(0, None);
    account.subscribe(30, None);
    account.sandbox.advance_to(START + 200 * DAY);
    let events = account.sandbox.drain_events();
    assert!(events.is_sorted_by_key(|event| event.created));
    assert!(events.len() > 100);
    // The clock does not go back.
    account.sandbox.advance_to(START);
    assert_eq!(account.sandbox.now(), START + 200 * DAY);
}
