use super::*;
use crate::billing::facts::{Dispute, InvoicePayment, Refund, Stamp};
use proptest::prelude::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + second, 0).unwrap()
}

fn object(id: &str, body: Body) -> ObjectFact {
    let customer =
        matches!(body, Body::Invoice(_) | Body::PaymentIntent(_) | Body::Charge(_)).then(|| "cus_1".to_owned());
    ObjectFact { id: id.into(), customer, stamp: Stamp { at: at(0), rank: 0, event: "evt".into() }, body }
}

fn invoice(status: &str, paid: i64, remaining: i64) -> ObjectFact {
    object(
        "in_1",
        Body::Invoice(Invoice {
            status: status.into(),
            number: Some("N-1".into()),
            subscription: Some("sub_1".into()),
            currency: Currency::USD,
            amount_paid: paid,
            amount_remaining: remaining,
            attempts: 0,
            next_attempt: None,
            tax: 0,
            billing_reason: Some("subscription_cycle".into()),
            out_of_band: false,
            created: at(0),
            paid_at: None,
            payment_intent: None,
            charge: None,
            lines: Vec::new(),
        }),
    )
}

fn intent(status: &str, for_invoice: bool) -> ObjectFact {
    object(
        "pi_1",
        Body::PaymentIntent(PaymentIntent {
            status: status.into(),
            amount: 900,
            amount_received: if status == "succeeded" { 900 } else { 0 },
            currency: Currency::USD,
            invoice: None,
            for_invoice,
            latest_charge: Some("ch_1".into()),
            last_error: None,
            created: at(0),
        }),
    )
}

fn charge(refunded: i64) -> ObjectFact {
    object(
        "ch_1",
        Body::Charge(Charge {
            status: "succeeded".into(),
            amount: 900,
            amount_refunded: refunded,
            currency: Currency::USD,
            payment_intent: Some("pi_1".into()),
            invoice: None,
            created: at(0),
        }),
    )
}

fn refund(n: usize, amount: i64, status: &str) -> ObjectFact {
    object(
        &format!("re_{n}"),
        Body::Refund(Refund {
            status: status.into(),
            amount,
            currency: Currency::USD,
            charge: Some("ch_1".into()),
            payment_intent: Some("pi_1".into()),
            reason: None,
            created: at(50),
        }),
    )
}

fn dispute(n: usize, amount: i64, status: &str, withdrawn: bool) -> ObjectFact {
    object(
        &format!("du_{n}"),
        Body::Dispute(Dispute {
            status: status.into(),
            amount,
            currency: Currency::USD,
            charge: Some("ch_1".into()),
            payment_intent: Some("pi_1".into()),
            reason: Some("fraudulent".into()),
            withdrawn,
            at: at(60),
        }),
    )
}

fn link() -> ObjectFact {
    object(
        "inpay_1",
        Body::InvoicePayment(InvoicePayment {
            invoice: Some("in_1".into()),
            payment_intent: Some("pi_1".into()),
            charge: None,
        }),
    )
}

fn failed(of_invoice: bool, n: usize, second: i64) -> ObjectFact {
    let id = if of_invoice { format!("in_1:failed:{n}") } else { format!("pi_1:failed:ch_{n}") };
    object(
        &id,
        Body::FailedAttempt(FailedAttempt {
            of_invoice,
            invoice: of_invoice.then(|| "in_1".into()),
            payment_intent: (!of_invoice).then(|| "pi_1".into()),
            amount: 900,
            currency: Currency::USD,
            attempt: n.to_string(),
            reason: (!of_invoice).then(|| "Your card was declined.".into()),
            at: at(second),
        }),
    )
}

/// Key, status, amount of each row.
fn rows(objects: Vec<ObjectFact>) -> Vec<(String, &'static str, i64)> {
    let mut rows: Vec<_> = groups(objects)
        .into_iter()
        .filter_map(|mut group| transactions(&mut group))
        .flatten()
        .map(|r| (r.business_key, r.status.as_str(), r.amount))
        .collect();
    rows.sort();
    rows
}

#[test]
fn an_invoice_its_intent_and_its_charge_are_one_payment() {
    assert_eq!(
        rows(vec![invoice("paid", 900, 0), link(), intent("succeeded", true), charge(0)]),
        vec![("in_1".into(), "succeeded", 900)]
    );
}

#[test]
fn states_of_an_invoice() {
    for (status, paid, remaining, expected) in [
        ("draft", 0, 900, vec![]),
        ("open", 0, 900, vec![("in_1:open".to_owned(), "pending", 900)]),
        ("open", 400, 500, vec![("in_1".to_owned(), "succeeded", 400), ("in_1:open".to_owned(), "pending", 500)]),
        ("paid", 900, 0, vec![("in_1".to_owned(), "succeeded", 900)]),
        ("paid", 0, 0, vec![]),
        ("void", 0, 900, vec![]),
        ("uncollectible", 0, 900, vec![]),
    ] {
        assert_eq!(rows(vec![invoice(status, paid, remaining)]), expected, "{status} {paid}");
    }
}

#[test]
fn a_payment_without_an_invoice_is_one_time() {
    let mut group = vec![intent("succeeded", false), charge(0)];
    let row = &transactions(&mut group).unwrap()[0];
    assert_eq!(
        (row.business_key.as_str(), row.transaction_type, row.charge.as_deref()),
        ("pi_1", TransactionType::OneTime, Some("ch_1"))
    );
}

#[test]
fn an_intent_for_an_invoice_that_nothing_links_yet_is_no_payment_of_its_own() {
    assert_eq!(rows(vec![intent("succeeded", true), charge(0)]), vec![]);
    let both =
        vec![intent("requires_payment_method", true), failed(false, 1, 0), invoice("open", 0, 900), failed(true, 1, 1)];
    assert_eq!(rows(both), vec![("in_1:failed:1".into(), "failed", 900), ("in_1:open".into(), "pending", 900)]);
}

#[test]
fn a_failed_attempt_says_what_the_bank_said_once_the_two_are_linked() {
    let mut group =
        vec![invoice("paid", 900, 0), link(), intent("succeeded", true), failed(false, 1, 10), failed(true, 1, 12)];
    let rows = transactions(&mut group).unwrap();
    let failed: Vec<_> = rows
        .iter()
        .filter(|r| r.status == TransactionStatus::Failed)
        .map(|r| (r.business_key.as_str(), r.reason.as_deref()))
        .collect();
    assert_eq!(failed, vec![("in_1:failed:1", Some("Your card was declined."))]);
}

#[test]
fn refunds_partial_then_full_and_failed() {
    assert_eq!(
        rows(vec![
            invoice("paid", 900, 0),
            link(),
            intent("succeeded", true),
            charge(900),
            refund(1, 400, "succeeded"),
            refund(2, 500, "succeeded")
        ]),
        vec![("in_1".into(), "succeeded", 900), ("re_1".into(), "refunded", -400), ("re_2".into(), "refunded", -500)]
    );
    assert_eq!(
        rows(vec![intent("succeeded", false), charge(0), refund(1, 400, "failed")])[1],
        ("re_1".into(), "failed", -400)
    );
}

#[test]
fn what_a_charge_knows_of_refunds_beyond_those_listed_is_a_row_until_they_come() {
    assert_eq!(
        rows(vec![intent("succeeded", false), charge(400)]),
        vec![("ch_1:refunded".into(), "refunded", -400), ("pi_1".into(), "succeeded", 900)]
    );
    assert_eq!(
        rows(vec![intent("succeeded", false), charge(400), refund(1, 400, "succeeded")]),
        vec![("pi_1".into(), "succeeded", 900), ("re_1".into(), "refunded", -400)]
    );
}

#[test]
fn a_refund_or_a_dispute_alone_waits() {
    assert!(transactions(&mut [refund(1, 400, "succeeded")]).is_none());
    assert!(transactions(&mut [dispute(1, 900, "lost", true)]).is_none());
}

#[test]
fn a_dispute_took_what_is_withdrawn_or_lost_and_nothing_else() {
    for (status, withdrawn, expected, back) in [
        ("warning_needs_response", false, "pending", 0),
        ("warning_under_review", false, "pending", 0),
        ("warning_closed", false, "failed", 0),
        ("needs_response", false, "pending", 0),
        ("needs_response", true, "disputed", 900),
        ("under_review", true, "disputed", 900),
        ("under_review", false, "pending", 0),
        ("lost", true, "disputed", 900),
        ("lost", false, "disputed", 900),
        ("won", true, "failed", 0),
        ("won", false, "failed", 0),
        ("prevented", false, "failed", 0),
    ] {
        let mut group = vec![intent("succeeded", false), charge(0), dispute(1, 900, status, withdrawn)];
        let rows = transactions(&mut group).unwrap();
        let [paid, disputed] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((disputed.status.as_str(), disputed.amount), (expected, -900), "{status} {withdrawn}");
        assert_eq!((disputed.kind, disputed.reason.as_deref()), (TransactionKind::Dispute, Some("fraudulent")));
        assert_eq!((paid.status, paid.refunded), (TransactionStatus::Succeeded, back), "{status} {withdrawn}");
    }
}

#[test]
fn a_dispute_after_a_partial_refund_never_takes_more_of_the_payment_than_there_was() {
    let disputed = |amount| {
        let mut group = vec![
            invoice("paid", 900, 0),
            link(),
            intent("succeeded", true),
            charge(400),
            refund(1, 400, "succeeded"),
            dispute(1, amount, "lost", true),
        ];
        let rows = transactions(&mut group).unwrap();
        (rows[0].refunded, rows.iter().map(|row| row.amount).sum::<i64>())
    };
    assert_eq!(disputed(500), (900, 0));
    assert_eq!(disputed(900), (900, -400), "the bank took that; of the payment no more went back than was paid");
}

proptest! {
    #[test]
    fn any_order_of_facts_gives_the_same_rows(
        amounts in prop::collection::vec(1_i64..200, 0..4),
        disputed in 0_i64..200,
        seed in any::<u64>(),
    ) {
        let total: i64 = amounts.iter().sum();
        let mut objects = vec![invoice("paid", 900, 0), link(), intent("succeeded", true), charge(total)];
        objects.extend(amounts.iter().enumerate().map(|(i, a)| refund(i, *a, "succeeded")));
        if disputed > 0 {
            objects.push(dispute(1, disputed, if seed % 3 == 0 { "lost" } else { "needs_response" }, true));
        }
        let expected = rows(objects.clone());
        let n = objects.len();
        objects.rotate_left((seed as usize) % n);
        if seed % 2 == 0 { objects.reverse(); }
        prop_assert_eq!(rows(objects), expected.clone());
        // What came in less what went back.
        prop_assert_eq!(expected.iter().map(|(_, _, a)| a).sum::<i64>(), 900 - total - disputed);
    }
}
