use super::*;
use crate::mrr::amount::tests::snapshot;
use crate::subscriptions::version::{Item, status_rank};
use crm_types::plans::{Interval, Tier};
use proptest::prelude::*;

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + day * 86_400, 0).unwrap()
}

fn catalog() -> Catalog {
    let tier = |n: usize| (Stream::Rev1Individual, Some(Tier::ALL[n]));
    Catalog {
        prices: [
            ("tier1".to_owned(), tier(0)),
            ("tier2".to_owned(), tier(1)),
            ("tier3".to_owned(), tier(2)),
            ("coach".to_owned(), (Stream::Rev2Coaching, None)),
            ("gym".to_owned(), (Stream::Rev3B2b, None)),
        ]
        .into(),
        ..Catalog::default()
    }
}

fn version(
    subscription: &str,
    event: &str,
    day: i64,
    status: &str,
    price: &str,
    minor: i64,
    interval: Interval,
) -> Version {
    let item = Item {
        price: price.into(),
        quantity: 1,
        unit_amount: Some(minor.to_string()),
        interval,
        interval_count: 1,
        metered: false,
        transform: None,
        discounts: vec![],
    };
    Version {
        event_id: event.into(),
        subscription: subscription.into(),
        at: at(day),
        rank: 16 + status_rank(status),
        body: snapshot(status, vec![item]),
    }
}

fn month(subscription: &str, event: &str, day: i64, status: &str, price: &str, minor: i64) -> Version {
    version(subscription, event, day, status, price, minor, Interval::Month)
}

fn chain(history: &History) -> Vec<(MovementType, i64, i64, i64)> {
    history.movements.iter().map(|m| (m.movement, m.after - m.before, m.before, m.after)).collect()
}

#[test]
fn the_chain_of_the_definition() {
    // $2,000 a year -> +166.67 new; +60 expansion; -60 contraction; -166.67 churn; again -> +166.67 reactivation.
    let y = |event, day, status, minor| version("s", event, day, status, "tier1", minor, Interval::Year);
    let versions = vec![
        y("e1", 0, "active", 200_000),
        y("e2", 10, "active", 272_000),
        y("e3", 20, "active", 200_000),
        y("e4", 30, "canceled", 200_000),
        version("s2", "e5", 40, "active", "tier1", 200_000, Interval::Year),
    ];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    assert_eq!(
        chain(&history),
        vec![
            (MovementType::New, 16_667, 0, 16_667),
            (MovementType::Expansion, 6_000, 16_667, 22_667),
            (MovementType::Contraction, -6_000, 22_667, 16_667),
            (MovementType::Churn, -16_667, 16_667, 0),
            (MovementType::Reactivation, 16_667, 0, 16_667),
        ]
    );
    let states: Vec<LifecycleState> = history.transitions.iter().map(|t| t.to).collect();
    use LifecycleState::{Churned, Lead, Reactivated, Rev1User};
    assert_eq!(states, vec![Lead, Rev1User, Churned, Reactivated]);
    assert_eq!(history.movements[3].paying_since, Some(at(0)));
}

#[test]
fn cancelling_one_of_two_is_a_contraction_the_second_is_churn() {
    let versions = vec![
        month("a", "e1", 0, "active", "tier1", 900),
        month("b", "e2", 1, "active", "tier2", 1900),
        month("a", "e3", 2, "canceled", "tier1", 900),
        month("b", "e4", 3, "canceled", "tier2", 1900),
    ];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    let kinds: Vec<MovementType> = history.movements.iter().map(|m| m.movement).collect();
    use MovementType::{Churn, Contraction, Expansion, New};
    assert_eq!(kinds, vec![New, Expansion, Contraction, Churn]);
}

#[test]
fn a_pause_is_churn_and_resuming_reactivation_with_the_same_reason() {
    let mut paused = month("s", "e2", 10, "active", "tier1", 900);
    paused.body.paused = true;
    let versions =
        vec![month("s", "e1", 0, "active", "tier1", 900), paused, month("s", "e3", 20, "active", "tier1", 900)];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    let moves: Vec<(MovementType, &str)> = history.movements.iter().map(|m| (m.movement, m.reason.as_str())).collect();
    assert_eq!(
        moves,
        vec![
            (MovementType::New, "subscribed"),
            (MovementType::Churn, "paused"),
            (MovementType::Reactivation, "paused")
        ]
    );
    assert_eq!(history.state(), LifecycleState::Rev1User, "a pause is no churned customer");
}

#[test]
fn a_trial_converts() {
    let versions = vec![month("s", "e1", 0, "trialing", "tier2", 1900), month("s", "e2", 10, "active", "tier2", 1900)];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    assert_eq!(history.movements.len(), 1);
    assert_eq!(history.movements[0].reason, "trial_converted");
    let standing = &history.standings["s"];
    assert_eq!(
        (standing.trialed_from, standing.trialed_until, standing.converted),
        (Some(at(0)), Some(at(10)), Some(true))
    );
    let reasons: Vec<&str> = history.transitions.iter().map(|t| t.reason.as_str()).collect();
    assert_eq!(reasons, vec!["first_seen", "trial_started", "trial_converted"]);
}

#[test]
fn a_trial_that_ends_unpaid_leaves_a_prospect() {
    let versions =
        vec![month("s", "e1", 0, "trialing", "tier2", 1900), month("s", "e2", 10, "canceled", "tier2", 1900)];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    assert!(history.movements.is_empty());
    assert_eq!((history.state(), history.customer_type()), (LifecycleState::Prospect, CustomerType::Prospect));
    assert_eq!(history.standings["s"].converted, Some(false));
}

#[test]
fn an_upgrade_moves_mrr_between_tiers_and_is_a_tier_move() {
    let versions = vec![month("s", "e1", 0, "active", "tier1", 900), month("s", "e2", 5, "active", "tier2", 1900)];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    let lines: Vec<(Option<Tier>, i64)> =
        history.movements[1].lines.iter().map(|((_, tier), minor)| (*tier, *minor)).collect();
    assert_eq!(lines, vec![(Some(Tier::Tier1), -900), (Some(Tier::Tier2), 1900)]);
    assert_eq!(history.movements[1].reason, "upgrade");
    let m = &history.tier_moves[0];
    assert_eq!((m.from.as_str(), m.to.as_str(), m.reason.as_str(), m.impact), ("tier1", "tier2", "upgrade", 1000));
}

#[test]
fn a_move_between_tiers_at_one_price_still_moves_the_tiers() {
    let versions = vec![month("s", "e1", 0, "active", "tier1", 900), month("s", "e2", 5, "active", "tier2", 900)];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    assert_eq!(chain(&history)[1], (MovementType::Expansion, 0, 900, 900));
    assert_eq!(history.movements[1].lines.len(), 2);
}

#[test]
fn currencies_have_chains_of_their_own() {
    let mut euro = month("b", "e3", 20, "active", "tier1", 900);
    euro.body.currency = Currency::EUR;
    let versions =
        vec![month("a", "e1", 0, "active", "tier1", 900), month("a", "e2", 10, "canceled", "tier1", 900), euro];
    let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
    let moves: Vec<_> = history.movements.iter().map(|m| (m.movement, m.currency, m.before, m.after)).collect();
    assert_eq!(moves[2], (MovementType::Reactivation, Currency::EUR, 0, 900), "paid before, in whatever currency");
    assert_eq!(
        (history.currency, history.mrr(Currency::EUR), history.mrr(Currency::USD)),
        (Some(Currency::EUR), 900, 0)
    );
}

/// Each step as state, reason and day.
fn journey(history: &History) -> Vec<(LifecycleState, &str, i64)> {
    history.transitions.iter().skip(1).map(|t| (t.to, t.reason.as_str(), (t.at - at(0)).num_days())).collect()
}

#[test]
fn from_individual_to_coached_to_coach_to_organization() {
    let versions = vec![
        month("s", "e1", 10, "active", "tier1", 900),
        month("s", "e2", 15, "active", "tier2", 1_900),
        month("s", "e3", 30, "active", "coach", 19_900),
        month("s", "e4", 60, "active", "gym", 99_900),
    ];
    let spell = Spell { to: Some(at(40)), ..Spell::since(at(12)) };
    let history = derive(&versions, &[spell], &catalog(), at(0)).unwrap();
    use LifecycleState::{Rev1Coached, Rev1User, Rev2Coach, Rev3Org};
    assert_eq!(
        journey(&history),
        [
            (Rev1User, "first_payment", 10),
            (Rev1Coached, "coaching_started", 12),
            (Rev2Coach, "stream_changed", 30),
            (Rev3Org, "stream_changed", 60)
        ]
    );
    let moves: Vec<_> =
        history.tier_moves.iter().map(|m| (m.from.as_str(), m.to.as_str(), m.reason.as_str(), m.impact)).collect();
    assert_eq!(
        moves,
        [
            ("tier1", "rev1_coached", "coaching_started", 0),
            ("tier1", "tier2", "upgrade", 1_000),
            ("rev1_coached", "rev2_coaching", "upgrade", 18_000),
            ("rev2_coaching", "rev3_b2b", "upgrade", 80_000)
        ]
    );
    assert_eq!(history.customer_type(), CustomerType::Rev3Org);
    let impact: i64 = history.tier_moves.iter().map(|m| m.impact).sum();
    assert_eq!(impact + 900, history.mrr(Currency::USD), "what was paid first, and what each move did");
}

#[test]
fn coaching_is_of_the_journey_while_an_individual_pays() {
    let paid = || {
        vec![
            month("s", "e1", 10, "trialing", "tier1", 900),
            month("s", "e2", 20, "active", "tier1", 900),
            month("s", "e3", 50, "canceled", "tier1", 900),
            month("t", "e4", 80, "active", "tier1", 900),
        ]
    };
    let spell = |from, to: Option<i64>| Spell { to: to.map(at), ..Spell::since(at(from)) };
    use LifecycleState::{Churned, FreeTrial, Reactivated, Rev1Coached, Rev1User};
    type Step = (LifecycleState, &'static str, i64);
    let cases: [(Vec<Spell>, Vec<Step>); 5] = [
        (
            vec![spell(0, None)],
            vec![
                (FreeTrial, "trial_started", 10),
                (Rev1Coached, "trial_converted", 20),
                (Churned, "cancelled", 50),
                (Rev1Coached, "returned", 80),
            ],
        ),
        (
            vec![spell(60, Some(90))],
            vec![
                (FreeTrial, "trial_started", 10),
                (Rev1User, "trial_converted", 20),
                (Churned, "cancelled", 50),
                (Rev1Coached, "returned", 80),
                (Reactivated, "coaching_ended", 90),
            ],
        ),
        (
            // Before they pay, and when they do no more, it is nothing of the journey.
            vec![spell(1, Some(5)), spell(55, Some(70))],
            vec![
                (FreeTrial, "trial_started", 10),
                (Rev1User, "trial_converted", 20),
                (Churned, "cancelled", 50),
                (Reactivated, "returned", 80),
            ],
        ),
        (
            // A pause, and another coach at once.
            vec![
                Spell { paused: true, ..spell(25, Some(30)) },
                Spell { resumed: true, ..spell(35, Some(40)) },
                spell(40, Some(45)),
            ],
            vec![
                (FreeTrial, "trial_started", 10),
                (Rev1User, "trial_converted", 20),
                (Rev1Coached, "coaching_started", 25),
                (Rev1User, "coaching_paused", 30),
                (Rev1Coached, "coaching_resumed", 35),
                (Rev1User, "coaching_ended", 45),
                (Churned, "cancelled", 50),
                (Reactivated, "returned", 80),
            ],
        ),
        (
            vec![spell(100, None)],
            vec![
                (FreeTrial, "trial_started", 10),
                (Rev1User, "trial_converted", 20),
                (Churned, "cancelled", 50),
                (Reactivated, "returned", 80),
                (Rev1Coached, "coaching_started", 100),
            ],
        ),
    ];
    for (spells, expected) in cases {
        let history = derive(&paid(), &spells, &catalog(), at(0)).unwrap();
        assert_eq!(journey(&history), expected, "{spells:?}");
        let reversed: Vec<Spell> = spells.iter().rev().cloned().collect();
        assert_eq!(derive(&paid(), &reversed, &catalog(), at(0)).unwrap(), history, "a set");
    }
}

/// A random life of up to three subscriptions.
fn lives() -> impl Strategy<Value = Vec<Version>> {
    let step = (
        0_usize..3,
        0_i64..40,
        prop::sample::select(vec!["incomplete", "trialing", "active", "active", "past_due", "unpaid", "canceled"]),
        prop::sample::select(vec![("tier1", 900), ("tier2", 1900), ("tier3", 2900), ("coach", 19_900)]),
        any::<bool>(),
        any::<bool>(),
    );
    prop::collection::vec(step, 0..12).prop_map(|steps| {
        steps
            .into_iter()
            .enumerate()
            .map(|(i, (s, day, status, (price, minor), paused, yearly))| {
                let interval = if yearly { Interval::Year } else { Interval::Month };
                let mut v = version(["a", "b", "c"][s], &format!("e{i}"), day, status, price, minor, interval);
                v.body.paused = paused && status == "active";
                v
            })
            .collect()
    })
}

/// Random times of coaching, one after the other.
fn coachings() -> impl Strategy<Value = Vec<Spell>> {
    prop::collection::vec((0_i64..8, 1_i64..8, any::<bool>()), 0..5).prop_map(|times| {
        let mut day = 0;
        let spell = |(gap, length, paused)| {
            let from = day + gap;
            day = from + length;
            Spell { to: Some(at(day)), paused, ..Spell::since(at(from)) }
        };
        times.into_iter().map(spell).collect()
    })
}

proptest! {
    #[test]
    fn order_and_duplicates_do_not_matter(
        (versions, shuffled) in lives().prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        (coached, mixed) in coachings().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
    ) {
        let expected = derive(&versions, &coached, &catalog(), at(0)).unwrap();
        prop_assert_eq!(derive(&shuffled, &mixed, &catalog(), at(0)).unwrap(), expected);
    }

    #[test]
    fn coaching_moves_no_money_and_the_state_is_coached_exactly_while_both_hold(versions in lives(), coached in coachings()) {
        let history = derive(&versions, &coached, &catalog(), at(0)).unwrap();
        let alone = derive(&versions, &[], &catalog(), at(0)).unwrap();
        prop_assert_eq!(&history.movements, &alone.movements);
        prop_assert_eq!(history.customer_type(), alone.customer_type());
        for pair in history.transitions.windows(2) {
            prop_assert_eq!(pair[1].from, Some(pair[0].to));
            prop_assert!(pair[0].to != pair[1].to);
        }
        let state_at = |history: &History, instant| history.transitions.iter().rev().find(|t| t.at <= instant).map(|t| t.to);
        use LifecycleState::{Reactivated, Rev1Coached, Rev1User};
        for day in 0..41 {
            let now = coached.iter().any(|c| c.from <= at(day) && c.to.is_none_or(|to| at(day) < to));
            match state_at(&history, at(day)) {
                Some(Rev1Coached) => prop_assert!(now, "coached on day {}", day),
                Some(Rev1User) => prop_assert!(!now, "not coached on day {}", day),
                Some(Reactivated) => {}
                other => prop_assert_eq!(other, state_at(&alone, at(day))),
            }
        }
    }

    #[test]
    fn the_ledger_is_a_chain_that_ends_at_the_mrr_of_the_subscriptions(versions in lives()) {
        let history = derive(&versions, &[], &catalog(), at(0)).unwrap();
        let mut mrr = 0;
        let mut paid = false;
        for m in &history.movements {
            prop_assert_eq!(m.before, mrr);
            prop_assert_eq!(m.lines.iter().map(|(_, minor)| minor).sum::<i64>(), m.after - m.before);
            let expected = match (m.before, m.after) {
                (0, _) => if paid { MovementType::Reactivation } else { MovementType::New },
                (_, 0) => MovementType::Churn,
                (b, a) if a < b => MovementType::Contraction,
                _ => MovementType::Expansion,
            };
            prop_assert_eq!(m.movement, expected);
            prop_assert_eq!(m.paying_since.is_some(), m.before > 0);
            mrr = m.after;
            paid = true;
        }
        prop_assert_eq!(mrr, history.mrr(Currency::USD));
        // The naive way: each subscription's newest snapshot.
        let mut newest: BTreeMap<&str, &Version> = BTreeMap::new();
        for v in &versions {
            let best = newest.entry(&v.subscription).or_insert(v);
            if (v.at, v.rank, &v.event_id) > (best.at, best.rank, &best.event_id) { *best = v; }
        }
        let naive: i64 = newest.values().flat_map(|v| amount::monthly(&v.body, &catalog()).unwrap()).map(|(_, minor)| minor).sum();
        prop_assert_eq!(mrr, naive);
        // The journey is a chain too.
        for pair in history.transitions.windows(2) {
            prop_assert_eq!(pair[1].from, Some(pair[0].to));
            prop_assert!(pair[0].to != pair[1].to);
        }
    }
}
