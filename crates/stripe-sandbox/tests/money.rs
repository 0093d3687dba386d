//! Changes in the middle of a period, coupons, credit and refunds: amounts to the minor unit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use scene::{Account, DAY, START, of_kind};
use serde_json::json;
use stripe_sandbox::{
    ApiShape, CouponDuration, CouponTerms, ItemChange, Metadata, NewCustomer, NewItem, NewSubscription, PauseBehaviour,
    Proration,
};

fn switch(account: &mut Account, id: &str, price: &str, proration: Proration) {
    let change =
        ItemChange { id: Some(account.first_item(id)), price: Some(price.to_owned()), ..ItemChange::default() };
    account.sandbox.change_items(id, &[change], proration).unwrap();
}

#[test]
fn an_upgrade_is_prorated_and_paid_now() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    // Half of a period of 31 days.
    account.sandbox.advance_to(START + 31 * DAY / 2);
    account.sandbox.drain_events();
    let premium = account.premium.clone();
    switch(&mut account, &id, &premium, Proration::AlwaysInvoice);
    let invoice = account.latest_invoice(&id);
    assert_eq!(invoice["billing_reason"], json!("subscription_update"));
    let amounts: Vec<i64> =
        invoice["lines"]["data"].as_array().unwrap().iter().map(|line| line["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [-950, 1_450]);
    assert_eq!(invoice["amount_paid"], json!(500));
    let updates = of_kind(&account.sandbox.drain_events(), "customer.subscription.updated");
    assert_eq!(updates.len(), 1, "one change of one object in one second is one event");
    assert!(updates[0]["data"]["previous_attributes"]["items"]["data"][0]["price"].is_object());
}

#[test]
fn a_downgrade_leaves_credit_that_the_next_invoice_uses() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let premium = account.premium.clone();
    switch(&mut account, &id, &premium, Proration::None);
    account.sandbox.advance_to(START + 31 * DAY / 2);
    let standard = account.standard.clone();
    switch(&mut account, &id, &standard, Proration::AlwaysInvoice);
    let invoice = account.latest_invoice(&id);
    assert_eq!((invoice["total"].clone(), invoice["amount_due"].clone()), (json!(-500), json!(0)));
    assert_eq!(invoice["status"], json!("paid"));
    let customer = account.customer.clone();
    assert_eq!(account.sandbox.customer_json(&customer).unwrap()["balance"], json!(-500));
    account.sandbox.advance_to(START + 32 * DAY);
    let invoice = account.latest_invoice(&id);
    assert_eq!(invoice["total"], json!(1_900));
    assert_eq!(invoice["amount_paid"], json!(1_400));
    assert_eq!(invoice["starting_balance"], json!(-500));
    assert_eq!(invoice["ending_balance"], json!(0));
}

#[test]
fn another_interval_starts_a_new_period() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    account.sandbox.advance_to(START + 31 * DAY / 2);
    let now = account.sandbox.now();
    let yearly = account.premium_yearly.clone();
    switch(&mut account, &id, &yearly, Proration::CreateProrations);
    assert_eq!(account.latest_invoice(&id)["amount_paid"], json!(29_000 - 950));
    assert_eq!(account.see(&id)["billing_cycle_anchor"], json!(now));
    assert_eq!(account.see(&id)["items"]["data"][0]["current_period_end"], json!(now + 365 * DAY));
}

#[test]
fn pending_prorations_wait_for_the_next_invoice() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    account.sandbox.advance_to(START + 31 * DAY / 2);
    let premium = account.premium.clone();
    switch(&mut account, &id, &premium, Proration::CreateProrations);
    account.sandbox.advance_to(START + 32 * DAY);
    let invoice = account.latest_invoice(&id);
    assert_eq!(invoice["amount_paid"], json!(2_900 + 500));
    assert_eq!(invoice["lines"]["data"].as_array().unwrap().len(), 3);
}

#[test]
fn coupons_of_all_kinds() {
    let mut account = Account::new(ApiShape::Current);
    let five = CouponTerms::Amount { minor: 500, currency: "USD".to_owned() };
    let half = CouponTerms::Percent(5_000);
    account.sandbox.create_coupon("ONCE", "", five.clone(), CouponDuration::Once).unwrap();
    account.sandbox.create_coupon("TWO", "", half, CouponDuration::Repeating(2)).unwrap();
    assert!(account.sandbox.create_coupon("TWO", "", five, CouponDuration::Once).is_err());
    let once = account.subscribe(0, Some("ONCE"));
    let two = account.subscribe(0, Some("TWO"));
    assert_eq!(account.latest_invoice(&once)["amount_paid"], json!(1_400));
    assert_eq!(account.see(&once)["discounts"], json!([]));
    let paid_after = |account: &mut Account, days: i64| {
        account.sandbox.advance_to(START + days * DAY);
        let paid = |id: &str| account.latest_invoice(id)["amount_paid"].as_i64().unwrap();
        (paid(&once), paid(&two))
    };
    assert_eq!(paid_after(&mut account, 32), (1_900, 950));
    assert_eq!(paid_after(&mut account, 62), (1_900, 1_900));
    assert_eq!(account.see(&two)["discounts"], json!([]));
}

#[test]
fn a_trial_does_not_use_a_coupon_up() {
    let mut account = Account::new(ApiShape::Current);
    let five = CouponTerms::Amount { minor: 500, currency: "usd".to_owned() };
    account.sandbox.create_coupon("ONCE", "", five, CouponDuration::Once).unwrap();
    let id = account.subscribe(10, Some("ONCE"));
    account.sandbox.advance_to(START + 11 * DAY);
    assert_eq!(account.latest_invoice(&id)["amount_paid"], json!(1_400));
}

#[test]
fn tax_is_included_and_shown() {
    let mut account = Account::new(ApiShape::Current);
    let customer = account.sandbox.create_customer(NewCustomer { tax_bp: 2_000, ..NewCustomer::default() });
    let id = account
        .sandbox
        .create_subscription(NewSubscription {
            customer,
            items: vec![NewItem { price: account.standard.clone(), quantity: 3 }],
            ..NewSubscription::default()
        })
        .unwrap();
    let invoice = account.latest_invoice(&id);
    assert_eq!(invoice["total"], json!(5_700));
    assert_eq!(invoice["total_taxes"][0]["amount"], json!(950));
    assert_eq!(invoice["total_excluding_tax"], json!(4_750));
}

#[test]
fn what_cannot_be_is_refused() {
    let mut account = Account::new(ApiShape::Current);
    let id = account.subscribe(0, None);
    let mixed = NewSubscription {
        customer: account.customer.clone(),
        items: [&account.standard, &account.premium_yearly]
            .map(|price| NewItem { price: price.clone(), quantity: 1 })
            .into(),
        ..NewSubscription::default()
    };
    assert_eq!(account.sandbox.create_subscription(mixed).unwrap_err().status(), 400);
    account.sandbox.cancel(&id, Default::default()).unwrap();
    assert_eq!(account.sandbox.cancel(&id, Default::default()).unwrap_err().status(), 404);
    let paused = account.sandbox.pause_collection(&id, PauseBehaviour::Void, None);
    assert_eq!(paused.unwrap_err().code(), "resource_missing");
    let refund = account.sandbox.refund("ch_none", None, None, Metadata::new());
    assert_eq!(refund.unwrap_err().to_string(), "No such charge: 'ch_none'");
}

#[test]
fn a_dispute_takes_what_is_left_and_gives_it_back_when_won() {
    let mut account = Account::new(ApiShape::Current);
    account.subscribe(0, None);
    let charge = of_kind(&account.sandbox.drain_events(), "charge.succeeded").pop().unwrap();
    let charge = charge["data"]["object"]["id"].as_str().unwrap().to_owned();
    account.sandbox.refund(&charge, Some(500), None, Metadata::new()).unwrap();
    account.sandbox.drain_events();
    let dispute = account.sandbox.dispute(&charge, "fraudulent").unwrap();
    let withdrawn = of_kind(&account.sandbox.drain_events(), "charge.dispute.funds_withdrawn").pop().unwrap();
    let object = &withdrawn["data"]["object"];
    assert_eq!((object["amount"].clone(), object["status"].clone()), (json!(1_400), json!("needs_response")));
    assert_eq!(object["balance_transactions"][0]["amount"], json!(-1_400));
    let refused = account.sandbox.refund(&charge, None, None, Metadata::new()).unwrap_err();
    assert_eq!(refused.code(), "charge_disputed");
    assert!(account.sandbox.dispute(&charge, "fraudulent").is_err(), "it is disputed already");
    account.sandbox.close_dispute(&dispute, true).unwrap();
    assert!(account.sandbox.close_dispute(&dispute, false).is_err(), "it is over");
    let closed = account.sandbox.dispute_json(&dispute).unwrap();
    let net: i64 =
        closed["balance_transactions"].as_array().unwrap().iter().map(|m| m["amount"].as_i64().unwrap()).sum();
    assert_eq!((net, closed["status"].clone()), (0, json!("won")));
    assert_eq!(of_kind(&account.sandbox.drain_events(), "charge.dispute.funds_reinstated").len(), 1);
    account.sandbox.refund(&charge, None, None, Metadata::new()).unwrap();
}
