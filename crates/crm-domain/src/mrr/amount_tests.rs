use super::*;
use crate::subscriptions::version::TransformQuantity;
use crm_types::plans::Stream::{Rev1Individual, Rev2Coaching};
use crm_types::plans::Tier::{Tier1, Tier2};

fn item(price: &str, amount: &str, interval: Interval, count: i32, quantity: i64) -> Item {
    Item {
        price: price.into(),
        quantity,
        unit_amount: Some(amount.into()),
        interval,
        interval_count: count,
        metered: false,
        transform: None,
        discounts: vec![],
    }
}

pub(crate) fn snapshot(status: &str, items: Vec<Item>) -> Snapshot {
    Snapshot {
        status: status.into(),
        currency: Currency::USD,
        items,
        discounts: vec![],
        paused: false,
        cancel_at_period_end: false,
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        trial_start: None,
        trial_end: None,
        period_start: None,
        period_end: None,
        created: DateTime::UNIX_EPOCH,
        cancel_reason: None,
        source: None,
    }
}

fn catalog() -> Catalog {
    let coupon = |percent: Option<&str>, off: &[(Currency, i64)], duration: &str| Coupon {
        percent_off: percent.map(str::to_owned),
        amounts_off: off.to_vec(),
        duration: duration.into(),
    };
    Catalog {
        prices: [
            ("p1".to_owned(), (Rev1Individual, Some(Tier1))),
            ("p2".to_owned(), (Rev1Individual, Some(Tier2))),
            ("coach".to_owned(), (Rev2Coaching, None)),
        ]
        .into(),
        discounts: [
            ("quarter".to_owned(), coupon(Some("25"), &[], "forever")),
            ("half".to_owned(), coupon(Some("50"), &[], "forever")),
            ("odd".to_owned(), coupon(Some("25.5"), &[], "forever")),
            ("five_off".to_owned(), coupon(None, &[(Currency::USD, 500)], "forever")),
            ("five_eur_off".to_owned(), coupon(None, &[(Currency::EUR, 500)], "forever")),
            ("once".to_owned(), coupon(Some("100"), &[], "once")),
            ("three_months".to_owned(), coupon(Some("50"), &[], "repeating")),
        ]
        .into(),
        policy: Policy::default(),
    }
}

fn total(snapshot: &Snapshot, catalog: &Catalog) -> i64 {
    monthly(snapshot, catalog).unwrap().iter().map(|(_, minor)| minor).sum()
}

#[test]
fn hundred_monthly_and_fifty_yearly_make_12_500_dollars() {
    let monthly_100 = total(&snapshot("active", vec![item("p1", "10000", Interval::Month, 1, 1)]), &catalog());
    let yearly_600 = total(&snapshot("active", vec![item("p1", "60000", Interval::Year, 1, 1)]), &catalog());
    assert_eq!(100 * monthly_100 + 50 * yearly_600, 1_250_000);
}

#[test]
fn intervals_normalise_to_a_month() {
    for (amount, interval, count, quantity, expected) in [
        ("200000", Interval::Year, 1, 1, 16_667),
        ("240000", Interval::Year, 2, 1, 10_000),
        ("3000", Interval::Month, 3, 1, 1_000),
        ("1000", Interval::Week, 1, 1, 4_333),
        ("1000", Interval::Week, 2, 1, 2_167),
        ("100", Interval::Day, 1, 1, 3_042),
        ("900", Interval::Month, 1, 7, 6_300),
        ("0.5", Interval::Month, 1, 3, 2),
        ("33.333333333333", Interval::Month, 1, 3, 100),
        ("0", Interval::Month, 1, 1, 0),
        ("900", Interval::Month, 1, 0, 0),
    ] {
        let s = snapshot("active", vec![item("p1", amount, interval, count, quantity)]);
        assert_eq!(total(&s, &catalog()), expected, "{amount} per {count} {interval} x {quantity}");
    }
}

#[test]
fn only_active_and_past_due_count() {
    for (status, expected) in [
        ("active", 900),
        ("past_due", 900),
        ("trialing", 0),
        ("unpaid", 0),
        ("canceled", 0),
        ("incomplete", 0),
        ("incomplete_expired", 0),
        ("paused", 0),
        ("something_new", 0),
    ] {
        assert_eq!(
            total(&snapshot(status, vec![item("p1", "900", Interval::Month, 1, 1)]), &catalog()),
            expected,
            "{status}"
        );
    }
    let mut paused = snapshot("active", vec![item("p1", "900", Interval::Month, 1, 1)]);
    paused.paused = true;
    assert_eq!(total(&paused, &catalog()), 0, "pause_collection leaves the status active");
}

#[test]
fn metered_tiered_and_unmapped_prices_count_nothing() {
    let mut metered = item("p1", "900", Interval::Month, 1, 1);
    metered.metered = true;
    let mut tiered = item("p1", "0", Interval::Month, 1, 1);
    tiered.unit_amount = None;
    let unmapped = item("unknown", "900", Interval::Month, 1, 1);
    for one in [metered, tiered, unmapped] {
        assert_eq!(total(&snapshot("active", vec![one, item("p2", "1900", Interval::Month, 1, 1)]), &catalog()), 1900);
    }
}

#[test]
fn discounts_follow_the_policy() {
    let with = |ids: &[&str]| {
        let mut s = snapshot("active", vec![item("p1", "2000", Interval::Month, 1, 1)]);
        s.discounts = ids.iter().map(|id| (*id).to_owned()).collect();
        s
    };
    let mut catalog = catalog();
    for (ids, expected) in [
        (vec!["quarter"], 1500),
        (vec!["odd"], 1490),
        (vec!["five_off"], 1500),
        (vec!["five_off", "half"], 500),
        (vec!["half", "five_off"], 500),
        (vec!["five_eur_off"], 2000),
        (vec!["once"], 2000),
        (vec!["three_months"], 2000),
        (vec!["unknown"], 2000),
        (vec!["five_off", "five_off", "half", "half", "half"], 0),
    ] {
        assert_eq!(total(&with(&ids), &catalog), expected, "{ids:?}");
    }
    catalog.policy.discounts_limited = true;
    assert_eq!(total(&with(&["three_months"]), &catalog), 1000);
    assert_eq!(total(&with(&["once"]), &catalog), 0);
    catalog.policy.discounts_forever = false;
    assert_eq!(total(&with(&["quarter"]), &catalog), 2000);
}

#[test]
fn an_amount_off_a_yearly_invoice_is_a_twelfth_a_month() {
    let mut s = snapshot("active", vec![item("p1", "12000", Interval::Year, 1, 1)]);
    s.discounts = vec!["five_off".into()];
    assert_eq!(total(&s, &catalog()), 958);
}

#[test]
fn item_discounts_touch_their_item_only_and_parts_add_up() {
    let mut first = item("p1", "900", Interval::Month, 1, 1);
    first.discounts = vec!["half".into()];
    let s = snapshot("active", vec![first, item("coach", "100000", Interval::Year, 1, 1)]);
    assert_eq!(
        monthly(&s, &catalog()).unwrap(),
        vec![((Rev1Individual, Some(Tier1)), 450), ((Rev2Coaching, None), 8333)]
    );
    // 3.33 + 3.33 of two tiers round once, together: 6.67, not 6.66.
    let thirds =
        snapshot("active", vec![item("p1", "1000", Interval::Month, 3, 1), item("p2", "1000", Interval::Month, 3, 1)]);
    assert_eq!(
        monthly(&thirds, &catalog()).unwrap(),
        vec![((Rev1Individual, Some(Tier1)), 334), ((Rev1Individual, Some(Tier2)), 333)]
    );
}

#[test]
fn transformed_quantities_are_charged_in_packs() {
    let mut packs = item("p1", "500", Interval::Month, 1, 11);
    packs.transform = Some(TransformQuantity { divide_by: 5, round_up: true });
    assert_eq!(total(&snapshot("active", vec![packs.clone()]), &catalog()), 1500);
    packs.transform = Some(TransformQuantity { divide_by: 5, round_up: false });
    assert_eq!(total(&snapshot("active", vec![packs]), &catalog()), 1000);
}

#[test]
fn items_share_what_the_subscription_adds_to_mrr() {
    let yearly = |price: &str, amount: &str| item(price, amount, Interval::Year, 1, 1);
    let mut metered = item("p1", "700", Interval::Month, 1, 9);
    metered.metered = true;
    for (items, discounts, expected) in [
        (
            vec![item("p1", "1800", Interval::Month, 1, 72), item("coach", "7100", Interval::Month, 1, 1)],
            vec![],
            vec![129_600, 7_100],
        ),
        // A third of a cent each: the first gets what is left of the cent.
        (vec![yearly("p1", "100"), yearly("p1", "100"), yearly("p1", "100")], vec![], vec![9, 8, 8]),
        (vec![yearly("p1", "100"), yearly("p2", "100")], vec![], vec![9, 8]),
        (
            vec![item("p1", "1000", Interval::Month, 1, 1), item("p1", "3000", Interval::Month, 1, 1)],
            vec!["five_off"],
            vec![875, 2_625],
        ),
        (
            vec![item("p1", "1000", Interval::Month, 1, 1), item("nobody_knows", "500", Interval::Month, 1, 1)],
            vec!["half"],
            vec![500, 0],
        ),
        (vec![metered.clone(), item("p1", "1000", Interval::Month, 1, 1)], vec![], vec![0, 1_000]),
        (vec![metered], vec![], vec![0]),
        (vec![], vec![], vec![]),
    ] {
        let mut s = snapshot("active", items);
        s.discounts = discounts.into_iter().map(str::to_owned).collect();
        let parts = monthly(&s, &catalog()).unwrap();
        assert_eq!(shares(&s, &catalog(), &parts).unwrap(), expected, "{:?}", s.items);
        assert_eq!(expected.iter().sum::<i64>(), total(&s, &catalog()));
        s.status = "trialing".into();
        let nothing = monthly(&s, &catalog()).unwrap();
        assert_eq!(shares(&s, &catalog(), &nothing).unwrap(), vec![0; s.items.len()], "what does not count");
    }
}

#[test]
fn a_requested_cancellation_counts_when_the_policy_says() {
    let mut s = snapshot("active", vec![item("p1", "900", Interval::Month, 1, 1)]);
    s.cancel_at_period_end = true;
    let mut catalog = catalog();
    assert_eq!(total(&s, &catalog), 900);
    catalog.policy.cancellation = CancellationPolicy::Request;
    assert_eq!(total(&s, &catalog), 0);
}

#[test]
fn amounts_beyond_counting_are_refused_not_wrapped() {
    for (amount, quantity) in
        [("99999999999999999999", 1), ("1000000", i64::MAX), ("99999999999999999999.999999999999", i64::MAX)]
    {
        let s = snapshot("active", vec![item("p1", amount, Interval::Day, 1, quantity)]);
        assert_eq!(check(&s), Err(Overflow), "{amount} x {quantity}");
    }
    assert_eq!(check(&snapshot("active", vec![item("p1", "999999999999", Interval::Month, 1, 1)])), Ok(()));
}
