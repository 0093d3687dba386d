use super::convert::{DayMove, convert};
use super::rates::{Rates, Unconvertible};
use crate::exact::{Exact, round_half_away};
use crate::mrr::amount::PlanKey;
use chrono::{Days, NaiveDate};
use crm_types::Currency;
use crm_types::exchange_rates::Rate;
use crm_types::mrr::MovementType;
use crm_types::plans::{Stream, Tier};
use num_traits::Signed;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PARTS: [PlanKey; 3] =
    [(Stream::Rev1Individual, Some(Tier::Tier1)), (Stream::Rev1Individual, None), (Stream::Rev2Coaching, None)];
/// Days of a history.
const DAYS: u64 = 30;

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(n)
}

fn currencies() -> [Currency; 4] {
    ["usd", "eur", "jpy", "kwd"].map(|code| code.parse().unwrap())
}

fn moved(on: u64, currency: Currency, movement: MovementType, minor: i64) -> DayMove {
    DayMove { currency, day: day(on), movement: Some(movement), part: PARTS[0], minor, count: 1 }
}

fn rate(currency: Currency, on: u64, rate: &str) -> (Currency, NaiveDate, Rate) {
    (currency, day(on), rate.parse().unwrap())
}

/// Type and amount, in the order in which they came out, without what has neither amount nor number.
fn rows(moves: &[DayMove]) -> Vec<(u64, Option<MovementType>, i64, i64)> {
    let of = |m: &DayMove| (u64::try_from((m.day - day(0)).num_days()).unwrap(), m.movement, m.minor, m.count);
    moves.iter().map(of).collect()
}

#[test]
fn a_rate_that_changes_moves_what_there_was_and_nothing_else() {
    let eur = Currency::EUR;
    let rates = Rates::new(Currency::USD, 7, &[rate(eur, 0, "1.1"), rate(eur, 2, "1.2")]);
    let moves = [
        moved(1, eur, MovementType::New, 10_000),
        moved(1, Currency::USD, MovementType::New, 5_000),
        moved(2, eur, MovementType::Expansion, 1_000),
    ];
    let (converted, used) = convert(&moves, &rates, day(0), day(3)).unwrap();
    // €100 at 1.1 and $50; then €10 more at 1.2, while the €100 that were there gain 0.1 each.
    assert_eq!(
        rows(&converted),
        [
            (1, Some(MovementType::New), 16_000, 2),
            (2, Some(MovementType::Expansion), 1_200, 1),
            (2, Some(MovementType::Fx), 1_000, 1),
        ]
    );
    let told = used.told();
    assert_eq!((told[0].currency, told[0].first_day, told[0].last_day), (eur, day(0), day(2)));
    assert_eq!((told[0].rate.to_string().as_str(), told[0].rates, told[0].carried_days), ("1.2", 2, 1));
    assert_eq!(told.len(), 1, "the reporting currency needs none");
}

#[test]
fn what_was_before_is_one_level() {
    let eur = Currency::EUR;
    let rates = Rates::new(Currency::USD, 7, &[rate(eur, 4, "1.1"), rate(eur, 6, "1.0")]);
    let moves = [
        moved(1, eur, MovementType::New, 10_000),
        moved(2, eur, MovementType::Contraction, -4_000),
        moved(7, eur, MovementType::Churn, -6_000),
    ];
    // Of the days before the first no rate is needed but that of the last one.
    let (converted, _) = convert(&moves, &rates, day(5), day(9)).unwrap();
    assert_eq!(
        rows(&converted),
        [
            (5, Some(MovementType::New), 0, 1),
            (5, Some(MovementType::Contraction), 0, 1),
            (5, None, 6_600, 0),
            (6, Some(MovementType::Fx), -600, 1),
            (7, Some(MovementType::Churn), -6_000, 1),
        ]
    );
}

#[test]
fn every_currency_without_a_rate_is_named_with_its_first_day() {
    let [usd, eur, jpy, _] = currencies();
    let rates = Rates::new(usd, 3, &[rate(eur, 0, "1.1")]);
    let moves = [moved(1, eur, MovementType::New, 100), moved(2, jpy, MovementType::New, 100)];
    let error = convert(&moves, &rates, day(0), day(9)).unwrap_err();
    assert_eq!(
        crate::db::DomainError::from(error).to_string(),
        "No rate for EUR on 2026-03-05: the last one is of 2026-03-01, and a rate is carried on for 3 days. No rate for JPY on or \
         before 2026-03-03. Rates are kept in Settings, Currencies."
    );
    // Where there is nothing any more, none is needed.
    let gone = [moved(1, eur, MovementType::New, 100), moved(2, eur, MovementType::Churn, -100)];
    assert!(convert(&gone, &rates, day(0), day(9)).is_ok());
    let huge = [moved(1, eur, MovementType::New, i64::MAX), moved(1, usd, MovementType::New, i64::MAX)];
    assert_eq!(convert(&huge, &rates, day(0), day(2)).unwrap_err(), Unconvertible::TooLarge);
}

/// An amount of a currency by a rate, exactly, in minor units of the reporting currency.
fn exactly(minor: i64, currency: Currency, reporting: Currency, rate: Rate) -> Exact {
    Exact::new(i128::from(minor) * i128::from(reporting.minor_per_major()), i128::from(currency.minor_per_major()))
        * Exact::new(rate.parts(), Rate::ONE.parts())
}

fn history() -> impl Strategy<Value = Vec<DayMove>> {
    let one = (0..DAYS, 0..4_usize, 0..3_usize, 0..5_usize, -9_999_i64..20_000, 0..3_i64);
    prop::collection::vec(one, 0..60).prop_map(|rows| {
        let mut moves: Vec<DayMove> = rows
            .into_iter()
            .map(|(on, currency, part, movement, minor, count)| DayMove {
                currency: currencies()[currency],
                day: day(on),
                movement: Some(MovementType::ALL[movement]),
                part: PARTS[part],
                minor,
                count,
            })
            .collect();
        moves.sort_by_key(|m| m.day);
        moves
    })
}

fn all_rates() -> impl Strategy<Value = Vec<(Currency, NaiveDate, Rate)>> {
    let parts = || 1_000_i128..3_000_000_000_000;
    let first = prop::array::uniform4(parts());
    let later = prop::collection::vec((0..4_usize, 1..DAYS, parts()), 0..40);
    (first, later).prop_map(|(first, later)| {
        let rate = |(currency, on, parts): (usize, u64, i128)| {
            (currencies()[currency], day(on), Rate::from_parts(parts).unwrap())
        };
        let first = first.into_iter().enumerate().map(|(currency, parts)| (currency, 0, parts));
        let by: BTreeMap<_, _> =
            first.chain(later).map(rate).map(|(currency, day, rate)| ((currency, day), rate)).collect();
        by.into_iter().map(|((currency, day), rate)| (currency, day, rate)).collect()
    })
}

proptest! {
    /// For whatever history and rates, reporting currency and first day: after every day, what was before and all movements up to it
    /// add up to what there is by the rates of that day. So `end - start = new + ... + fx` over any days, of any parts.
    #[test]
    fn movements_and_fx_add_up_to_the_level_of_every_day(
        moves in history(), rates in all_rates(), reporting in 0..4_usize, before in 0..DAYS,
    ) {
        let reporting = currencies()[reporting];
        let others: Vec<_> = rates.into_iter().filter(|(currency, ..)| *currency != reporting).collect();
        let rates = Rates::new(reporting, 366, &others);
        let rate_on = |currency: Currency, on: u64| rates.on(currency, day(on)).unwrap().1;
        let (converted, _) = convert(&moves, &rates, day(before), day(DAYS)).unwrap();
        prop_assert!(converted.iter().all(|m| m.currency == reporting));
        prop_assert!(converted.is_sorted_by_key(|m| m.day));
        for on in before..=DAYS {
            for part in PARTS {
                let mut balances: BTreeMap<Currency, i64> = BTreeMap::new();
                let mut former: BTreeMap<Currency, i64> = BTreeMap::new();
                for m in moves.iter().filter(|m| m.part == part && m.day <= day(on)) {
                    *balances.entry(m.currency).or_default() += m.minor;
                    if m.day < day(on) {
                        *former.entry(m.currency).or_default() += m.minor;
                    }
                }
                let value = |(currency, minor): (&Currency, &i64)| exactly(*minor, *currency, reporting, rate_on(*currency, on));
                let exact: Exact = balances.iter().map(value).sum();
                let sum: i64 = converted.iter().filter(|m| m.part == part && m.day <= day(on)).map(|m| m.minor).sum();
                prop_assert_eq!(Some(sum), round_half_away(exact), "{:?} on {}", part, day(on));
                if on == before {
                    continue;
                }
                // Each type is what its movements come to by the rates of the day; a unit or two may be rounding's.
                let today: Vec<&DayMove> = converted.iter().filter(|m| m.part == part && m.day == day(on)).collect();
                let near = |minor: i64, exact: Exact| (Exact::from(i128::from(minor)) - exact).abs() <= Exact::from(4);
                for movement in MovementType::ALL.iter().filter(|movement| **movement != MovementType::Fx) {
                    let of = |m: &&DayMove| m.movement == Some(*movement) && m.part == part && m.day == day(on);
                    let exact: Exact = moves.iter().filter(of)
                        .map(|m| exactly(m.minor, m.currency, reporting, rate_on(m.currency, on))).sum();
                    let minor = today.iter().filter(|m| m.movement == Some(*movement)).map(|m| m.minor).sum();
                    prop_assert!(near(minor, exact), "{} {} is not {}", movement, minor, exact);
                }
                // And fx is what the change of the rates did to what there was: none without one.
                let change = |(currency, minor): (&Currency, &i64)| {
                    exactly(*minor, *currency, reporting, rate_on(*currency, on))
                        - exactly(*minor, *currency, reporting, rate_on(*currency, on - 1))
                };
                let turned = former.iter().filter(|(currency, minor)| {
                    **minor != 0 && rate_on(**currency, on) != rate_on(**currency, on - 1)
                });
                let turned = i64::try_from(turned.count()).unwrap();
                let fx: Vec<&&DayMove> = today.iter().filter(|m| m.movement == Some(MovementType::Fx)).collect();
                prop_assert_eq!(fx.iter().map(|m| m.count).sum::<i64>(), turned);
                prop_assert_eq!(fx.len(), usize::from(turned > 0));
                prop_assert!(near(fx.iter().map(|m| m.minor).sum(), former.iter().map(change).sum()));
            }
        }
    }

    /// What a day did is the same whichever day a report begins on.
    #[test]
    fn a_day_is_the_same_in_every_report(moves in history(), rates in all_rates(), first in 0..DAYS, later in 0..DAYS) {
        let others: Vec<_> = rates.into_iter().filter(|(currency, ..)| *currency != Currency::USD).collect();
        let rates = Rates::new(Currency::USD, 366, &others);
        let (first, later) = (first.min(later), first.max(later));
        let of = |before: u64| {
            let (converted, _) = convert(&moves, &rates, day(before), day(DAYS)).unwrap();
            converted.into_iter().filter(|m| m.day > day(later)).collect::<Vec<_>>()
        };
        prop_assert_eq!(of(first), of(later));
    }

    /// The numbers of movements are those of the ledger.
    #[test]
    fn movements_are_counted_as_they_were(moves in history(), rates in all_rates(), before in 0..DAYS) {
        let others: Vec<_> = rates.into_iter().filter(|(currency, ..)| *currency != Currency::USD).collect();
        let rates = Rates::new(Currency::USD, 366, &others);
        let (converted, _) = convert(&moves, &rates, day(before), day(DAYS)).unwrap();
        let count = |moves: &[DayMove], movement: MovementType| -> i64 {
            moves.iter().filter(|m| m.movement == Some(movement)).map(|m| m.count).sum()
        };
        let types: BTreeSet<MovementType> = MovementType::ALL.iter().copied().filter(|m| *m != MovementType::Fx).collect();
        for movement in types {
            prop_assert_eq!(count(&converted, movement), count(&moves, movement));
        }
    }
}
