use super::*;
use chrono::Days;
use proptest::prelude::*;

const BASIC: PlanKey = (Stream::Rev1Individual, Some(Tier::Tier1));
const STANDARD: PlanKey = (Stream::Rev1Individual, Some(Tier::Tier2));
const COACHING: PlanKey = (Stream::Rev2Coaching, None);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn chain(changes: &[(&str, &[(PlanKey, i64)])], coached: &[&str]) -> Chain {
    Chain {
        currency: Currency::USD,
        changes: changes.iter().map(|(at, lines)| Change { day: day(at), lines: lines.to_vec() }).collect(),
        coached: coached.iter().map(|at| day(at)).collect(),
        source: "referral".to_owned(),
    }
}

fn kept(chain: &Chain, from: &str, to: &str) -> Option<(PlanKey, Kept)> {
    chain.kept_in(Period { from: day(from), to: day(to) }).map(|(at, kept)| ((at.stream, at.tier), kept))
}

#[test]
fn what_became_of_one_customer() {
    // 9 dollars from January, an upgrade in March, gone in May, back in the same month, less in July.
    let ada = chain(
        &[
            ("2026-01-10", &[(BASIC, 900)]),
            ("2026-03-05", &[(BASIC, -900), (STANDARD, 1_900)]),
            ("2026-05-02", &[(STANDARD, -1_900)]),
            ("2026-05-20", &[(STANDARD, 1_900)]),
            ("2026-07-01", &[(STANDARD, -1_900), (BASIC, 900)]),
        ],
        &[],
    );
    let of = |retained, kept, churned| Kept { retained, kept, churned };
    for (from, to, found) in [
        ("2026-01-01", "2026-01-31", None),
        ("2026-01-10", "2026-01-31", None),
        ("2026-01-11", "2026-01-31", Some((BASIC, of(0, 0, 0)))),
        ("2026-03-01", "2026-03-31", Some((BASIC, of(1_000, 0, 0)))),
        // Left and came back: churned all the same, and retained.
        ("2026-05-01", "2026-05-31", Some((STANDARD, of(0, 0, 1)))),
        ("2026-05-02", "2026-05-19", Some((STANDARD, of(-1_900, -1_900, 1)))),
        ("2026-05-10", "2026-05-31", None),
        ("2026-07-01", "2026-07-31", Some((STANDARD, of(-1_000, -1_000, 0)))),
        ("2026-02-01", "2026-07-31", Some((BASIC, of(0, 0, 1)))),
        ("2026-02-01", "2026-06-30", Some((BASIC, of(1_000, 0, 1)))),
    ] {
        assert_eq!(kept(&ada, from, to), found, "{from} to {to}");
    }
}

#[test]
fn somebody_stands_where_the_highest_stream_is_and_is_coached_while_an_individual() {
    let ada = chain(
        &[("2026-01-10", &[(BASIC, 900)]), ("2026-03-10", &[(COACHING, 500)])],
        &["2026-02-01", "2026-02-20", "2026-03-01", "9999-12-31"],
    );
    let mut tally = Tally::default();
    tally.add(&ada, 1);
    let at = |text: &str, stream, tier, coached| {
        let paying = tally.paying.get(&(Currency::USD, day(text), Segment { stream, tier, coached })).copied();
        paying.map(|sum| (sum.customers, sum.mrr))
    };
    let (rev1, tier1) = (Stream::Rev1Individual, Some(Tier::Tier1));
    assert_eq!(at("2026-01-10", rev1, tier1, false), Some((1, 900)));
    assert_eq!(
        (at("2026-02-01", rev1, tier1, false), at("2026-02-01", rev1, tier1, true)),
        (Some((-1, -900)), Some((1, 900)))
    );
    assert_eq!(at("2026-02-20", rev1, tier1, true), Some((-1, -900)));
    assert_eq!(at("2026-03-10", rev1, tier1, true), Some((-1, -900)));
    assert_eq!(at("2026-03-10", Stream::Rev2Coaching, None, false), Some((1, 1_400)));
    assert_eq!(at("2026-03-10", Stream::Rev2Coaching, None, true), None);
}

#[test]
fn coaching_without_an_end_adds_nothing_to_its_last_day() {
    let ada = chain(&[("2026-01-10", &[(BASIC, 900)])], &["2026-02-01", "9999-12-31"]);
    let mut tally = Tally::default();
    tally.add(&ada, 1);
    let days: Vec<NaiveDate> = tally.paying.keys().map(|(_, day, _)| *day).collect();
    assert_eq!(days, [day("2026-01-10"), day("2026-02-01"), day("2026-02-01")]);
    assert_eq!(tally.kept, BTreeMap::new());
}

#[test]
fn a_cohort_is_of_the_first_month_and_the_first_plan() {
    let ada = chain(
        &[("2026-01-10", &[(BASIC, 900)]), ("2026-03-05", &[(BASIC, -900)]), ("2026-03-09", &[(STANDARD, 1_900)])],
        &[],
    );
    let mut tally = Tally::default();
    tally.add(&ada, 1);
    let stayed: Vec<_> =
        tally.stayed.iter().map(|((_, cohort, month, plan, _), sum)| (*cohort, *month, *plan, *sum)).collect();
    let (january, march) = (day("2026-01-01"), day("2026-03-01"));
    assert_eq!(
        stayed,
        [
            (january, january, BASIC, Stayed { started: 1, customers: 1, mrr: 900 }),
            (january, march, BASIC, Stayed { started: 0, customers: 0, mrr: 1_000 }),
        ]
    );
}

/// Steps of so many days, each of which sets what one part costs.
fn history() -> impl Strategy<Value = Chain> {
    let plan = prop_oneof![Just(BASIC), Just(STANDARD), Just(COACHING)];
    let changes = prop::collection::vec((0_u64..50, plan, 0_i64..4), 1..12);
    let coached = prop::collection::btree_set(0_u64..400, 0..4);
    (0_u64..60, changes, coached).prop_map(|(first, changes, coached)| {
        let mut at = day("2024-01-01") + Days::new(first);
        let mut parts: BTreeMap<PlanKey, i64> = BTreeMap::new();
        let mut found = Vec::new();
        for (days, plan, hundreds) in changes {
            let change = hundreds * 100 - parts.insert(plan, hundreds * 100).unwrap_or(0);
            if change != 0 {
                found.push(Change { day: at, lines: vec![(plan, change)] });
            }
            at = at + Days::new(days);
        }
        let coached = coached.into_iter().map(|n| day("2024-01-01") + Days::new(n)).collect();
        Chain { currency: Currency::USD, changes: found, coached, source: String::new() }
    })
}

/// MRR at the end of a day, straight from the rows.
fn mrr_at(chain: &Chain, day: NaiveDate) -> i64 {
    chain.changes.iter().filter(|c| c.day <= day).flat_map(|c| &c.lines).map(|(_, minor)| minor).sum()
}

/// Whether MRR reached 0 within a period, straight from the rows.
fn reached_zero(chain: &Chain, period: Period) -> bool {
    let mut mrr = 0;
    let mut zero = false;
    for change in &chain.changes {
        let before = mrr;
        mrr += change.lines.iter().map(|(_, minor)| minor).sum::<i64>();
        zero |= before > 0 && mrr == 0 && period.from <= change.day && change.day <= period.to;
    }
    zero
}

proptest! {
    /// Months add up to what a naive recomputation from the rows says of every period of whole months.
    #[test]
    fn months_add_up_to_periods(chains in prop::collection::vec(history(), 1..6)) {
        let mut tally = Tally::default();
        chains.iter().for_each(|chain| tally.add(chain, 1));
        let months: Vec<NaiveDate> = std::iter::successors(Some(day("2024-01-01")), |m| Some(next_month(*m))).take(24).collect();
        for (i, since) in months.iter().enumerate() {
            for until in &months[i..] {
                let period = Period { from: *since, to: next_month(*until).pred_opt().unwrap() };
                let of_period = tally.kept.iter().filter(|((_, s, month, _), _)| s == since && month <= until);
                let mut sum = Kept::default();
                of_period.for_each(|(_, k)| { sum.retained += k.retained; sum.kept += k.kept; sum.churned += k.churned; });
                let mut naive = Kept::default();
                for chain in &chains {
                    let (start, end) = (mrr_at(chain, period.day_before()), mrr_at(chain, period.to));
                    if start > 0 {
                        naive.retained += end - start;
                        naive.kept += end.min(start) - start;
                        naive.churned += i64::from(reached_zero(chain, period));
                    }
                }
                prop_assert_eq!(sum, naive, "{} to {}", since, until);
            }
        }
    }

    /// So do days add up to who pays, and the months of cohorts to who stayed.
    #[test]
    fn days_add_up_to_who_pays(chains in prop::collection::vec(history(), 1..6), n in 0_u64..700) {
        let mut tally = Tally::default();
        chains.iter().for_each(|chain| tally.add(chain, 1));
        let at = day("2024-01-01") + Days::new(n);
        let found = tally.paying.iter().filter(|((_, day, _), _)| *day <= at).fold((0, 0), |(c, m), (_, p)| (c + p.customers, m + p.mrr));
        let paying = chains.iter().filter(|chain| mrr_at(chain, at) > 0).count() as i64;
        prop_assert_eq!(found, (paying, chains.iter().map(|chain| mrr_at(chain, at)).sum()));
        let end = next_month(month_of(at)).pred_opt().unwrap();
        let found = tally.stayed.iter().filter(|((_, _, month, ..), _)| *month <= at)
            .fold((0, 0, 0), |(s, c, m), (_, sum)| (s + sum.started, c + sum.customers, m + sum.mrr));
        let started = chains.iter().filter(|chain| chain.changes.first().is_some_and(|c| c.day <= end)).count() as i64;
        let paying = chains.iter().filter(|chain| mrr_at(chain, end) > 0).count() as i64;
        prop_assert_eq!(found, (started, paying, chains.iter().map(|chain| mrr_at(chain, end)).sum()));
    }

    /// What a customer adds is what is taken off again.
    #[test]
    fn what_is_added_can_be_taken_off(chain in history()) {
        let mut tally = Tally::default();
        tally.add(&chain, 1);
        tally.add(&chain, -1);
        prop_assert_eq!(tally.condense(), Tally::default());
    }
}
