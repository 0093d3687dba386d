use super::*;
use crate::fixture::at;
use proptest::prelude::*;

const COACH: Uuid = Uuid::from_u128(1);
const GYM: Uuid = Uuid::from_u128(2);
const COACHING: Uuid = Uuid::from_u128(3);

fn during(from: &str, to: Option<&str>) -> During {
    During { from: at(from), to: to.map(at) }
}

fn coaching(organization: Option<Uuid>) -> Coaching {
    let during = during("2026-01-01T00:00:00Z", None);
    Coaching { id: COACHING, coach: COACH, organization, during, pauses: Vec::new() }
}

fn rule(scope: Scope, coach_bp: i32, organization_bp: i32) -> Rule {
    let during = during("2025-01-01T00:00:00Z", None);
    Rule { id: Uuid::from_u128(9), scope, base: ShareBase::Gross, coach_bp, organization_bp, during }
}

fn payment(amount: i64) -> Payment {
    Payment {
        business_key: "in_1".to_owned(),
        payment_key: "in_1".to_owned(),
        subscription: None,
        currency: "usd".parse().unwrap(),
        amount,
        tax: 0,
        fee: 0,
        individual: (amount, amount),
        period: None,
        at: at("2026-03-01T00:00:00Z"),
    }
}

fn refund(n: usize, amount: i64) -> Refund {
    let at = at("2026-04-01T00:00:00Z") + chrono::TimeDelta::days(n as i64);
    Refund {
        business_key: format!("re_{n}"),
        payment_key: "in_1".to_owned(),
        kind: TransactionKind::Refund,
        amount,
        at,
    }
}

fn parts(share: &Share) -> [i64; 3] {
    [share.coach_part, share.organization_part, share.platform_part]
}

#[test]
fn what_is_left_goes_to_the_largest_remainders() {
    for (amount, coach, gym, expected) in [
        (1_900, 3_000, 1_000, [570, 190, 1_140]),
        (1_999, 3_000, 1_000, [600, 200, 1_199]),
        (1, 3_333, 3_333, [0, 0, 1]),
        (2, 3_333, 3_333, [1, 0, 1]),
        (100, 10_000, 0, [100, 0, 0]),
        (100, 0, 0, [0, 0, 100]),
        (7, 5_000, 5_000, [4, 3, 0]),
    ] {
        let found = derive(&[payment(amount)], &[], &[coaching(Some(GYM))], &[rule(Scope::Default, coach, gym)]);
        assert_eq!(found.iter().map(parts).collect::<Vec<_>>(), [expected], "{amount} {coach} {gym}");
    }
}

#[test]
fn without_an_organization_its_part_is_the_platforms() {
    let found = derive(&[payment(1_000)], &[], &[coaching(None)], &[rule(Scope::Default, 3_000, 1_000)]);
    assert_eq!(parts(&found[0]), [300, 0, 700]);
    assert_eq!((found[0].organization, found[0].organization_bp), (None, 0));
}

#[test]
fn the_nearest_rule_holds() {
    let (all, gym) = (rule(Scope::Default, 1_000, 0), rule(Scope::Organization(GYM), 2_000, 0));
    let (one, other) = (rule(Scope::Relationship(COACHING), 3_000, 0), rule(Scope::Organization(COACH), 9_000, 0));
    let coach_gets = |rules: &[Rule]| derive(&[payment(1_000)], &[], &[coaching(Some(GYM))], rules)[0].coach_part;
    assert_eq!(coach_gets(&[all.clone(), other.clone()]), 100);
    assert_eq!(coach_gets(&[gym.clone(), all.clone(), other.clone()]), 200);
    assert_eq!(coach_gets(&[one.clone(), all, other, gym]), 300);
    let later = Rule { during: during("2026-03-01T00:00:01Z", None), ..one };
    assert_eq!(derive(&[payment(1_000)], &[], &[coaching(Some(GYM))], &[later]), []);
}

#[test]
fn only_while_somebody_coaches() {
    let rules = [rule(Scope::Default, 3_000, 0)];
    let shared = |c: Coaching| derive(&[payment(1_000)], &[], &[c], &rules).len();
    let paid = "2026-03-01T00:00:00Z";
    for (from, to, pauses, expected) in [
        ("2026-02-01T00:00:00Z", None, vec![], 1),
        (paid, None, vec![], 1),
        ("2026-03-01T00:00:01Z", None, vec![], 0),
        ("2026-02-01T00:00:00Z", Some(paid), vec![], 0),
        ("2026-02-01T00:00:00Z", Some("2026-03-01T00:00:01Z"), vec![], 1),
        ("2026-02-01T00:00:00Z", None, vec![during("2026-02-20T00:00:00Z", None)], 0),
        ("2026-02-01T00:00:00Z", None, vec![during("2026-02-20T00:00:00Z", Some(paid))], 1),
    ] {
        assert_eq!(shared(Coaching { during: during(from, to), pauses, ..coaching(None) }), expected, "{from} {to:?}");
    }
}

#[test]
fn only_what_was_for_an_individual_and_without_tax_where_the_rule_says_so() {
    let net = Rule { base: ShareBase::NetOfTax, ..rule(Scope::Default, 5_000, 0) };
    let mixed = Payment { amount: 3_600, tax: 600, individual: (1_200, 3_600), ..payment(0) };
    let found = derive(&[mixed], &[], &[coaching(None)], &[net]);
    assert_eq!((found[0].paid, found[0].shared, parts(&found[0])), (1_200, 1_000, [500, 0, 500]));
    let fees = Rule { base: ShareBase::NetOfFees, ..rule(Scope::Default, 5_000, 0) };
    for (fee, shared) in [(0, 1_000), (135, 955), (999_999, 0)] {
        let mixed = Payment { amount: 3_600, tax: 600, fee, individual: (1_200, 3_600), ..payment(0) };
        let found = derive(&[mixed], &[refund(1, 3_600)], &[coaching(None)], std::slice::from_ref(&fees));
        assert_eq!((found[0].paid, found[0].shared), (1_200, shared), "fee {fee}");
        assert_eq!(found[0].shared + found[1].shared, 0, "all of it went back");
    }
    let other = Payment { individual: (0, 3_600), ..payment(3_600) };
    assert_eq!(derive(&[other], &[], &[coaching(None)], &[rule(Scope::Default, 5_000, 0)]), []);
}

#[test]
fn a_refund_takes_back_on_the_terms_of_its_payment() {
    let ended =
        Coaching { during: during("2026-01-01T00:00:00Z", Some("2026-03-15T00:00:00Z")), ..coaching(Some(GYM)) };
    let refunds = [refund(1, 500), refund(2, 9_999)];
    let found = derive(&[payment(1_001)], &refunds, &[ended], &[rule(Scope::Default, 3_000, 1_000)]);
    assert_eq!(found.iter().map(|s| s.paid).collect::<Vec<_>>(), [1_001, -500, -501]);
    assert_eq!(found.iter().map(parts).collect::<Vec<_>>(), [[300, 100, 601], [-150, -50, -300], [-150, -50, -301]]);
}

#[test]
fn a_dispute_takes_back_what_a_refund_left() {
    let mut disputed = Refund { kind: TransactionKind::Dispute, business_key: "du_1".to_owned(), ..refund(2, 1_001) };
    let (coachings, rules) = ([coaching(Some(GYM))], [rule(Scope::Default, 3_000, 1_000)]);
    let shared = |back: &[Refund]| derive(&[payment(1_001)], back, &coachings, &rules);
    let found = shared(&[refund(1, 400), disputed.clone()]);
    assert_eq!(found.iter().map(|s| s.paid).collect::<Vec<_>>(), [1_001, -400, -601]);
    assert_eq!(found.iter().map(parts).fold([0; 3], |s, p| [s[0] + p[0], s[1] + p[1], s[2] + p[2]]), [0; 3]);
    assert_eq!((found[2].kind, found[2].business_key.as_str()), (TransactionKind::Dispute, "du_1"));
    // First the dispute, of a part: what the refund takes is what is left then.
    (disputed.amount, disputed.at) = (501, disputed.at - chrono::TimeDelta::days(9));
    let found = shared(&[refund(1, 1_001), disputed]);
    assert_eq!(
        found.iter().map(|s| (s.kind.as_str(), s.paid)).collect::<Vec<_>>(),
        [("payment", 1_001), ("dispute", -501), ("refund", -500)]
    );
}

proptest! {
    #[test]
    fn parts_add_up_to_any_amount(amount in any::<i64>(), weights in prop::collection::vec(0_i64..=10_000, 1..=10)) {
        prop_assume!(weights.iter().any(|w| *w > 0));
        let parts = allocate(amount, &weights);
        prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(amount));
        let all: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (part, weight) in parts.iter().zip(&weights) {
            let exact = i128::from(amount) * i128::from(*weight);
            prop_assert!((i128::from(*part) * all - exact).abs() < all, "{part} of {weight}");
        }
    }

    #[test]
    fn shares_add_up_to_what_stays_paid(
        amount in 1_i64..5_000_000,
        individual in 1_i64..=100,
        tax in 0_i64..=30,
        coach_bp in 0_i32..=7_000,
        organization_bp in 0_i32..=3_000,
        fee in 0_i64..=80,
        base in 0_usize..3,
        steps in prop::collection::vec((0_i64..2_000_000, any::<bool>()), 0..8),
        full in any::<bool>(),
    ) {
        let paid = Payment { individual: (individual, 100), tax: amount * tax / 100, fee: amount * fee / 100, ..payment(amount) };
        let base = ShareBase::ALL[base];
        let rules = [Rule { base, ..rule(Scope::Default, coach_bp, organization_bp) }];
        let kind = |dispute: bool| if dispute { TransactionKind::Dispute } else { TransactionKind::Refund };
        let step = |(n, (step, dispute)): (usize, &(i64, bool))| Refund { kind: kind(*dispute), ..refund(n, *step) };
        let mut refunds: Vec<Refund> = steps.iter().enumerate().map(step).collect();
        if full {
            refunds.push(refund(steps.len(), amount));
        }
        let found = derive(std::slice::from_ref(&paid), &refunds, &[coaching(Some(GYM))], &rules);
        for share in &found {
            prop_assert_eq!(parts(share).iter().sum::<i64>(), share.shared);
        }
        // However it went back in pieces, the parties hold what allocating the rest of it in one piece says they gave back.
        let back = steps.iter().map(|(step, _)| step).sum::<i64>().min(amount);
        let back = if full { amount } else { back };
        let at_once = derive(&[paid], &[refund(0, back)], &[coaching(Some(GYM))], &rules);
        let sum = |shares: &[Share]| shares.iter().fold([0; 5], |s, x| {
            let [a, b, c] = parts(x);
            [s[0] + x.paid, s[1] + x.shared, s[2] + a, s[3] + b, s[4] + c]
        });
        prop_assert_eq!(sum(&found), sum(&at_once));
        if full && !found.is_empty() {
            prop_assert_eq!(sum(&found), [0; 5]);
        }
    }
}
