//! Movements of several currencies as movements of one: each by the rate of its day, and what the rates alone did as `fx`.
//!
//! All is rounded once, at the grain at which it is kept: a day, a type, a stream and tier. What stands above is a sum of these
//! rows, so that the identity holds wherever somebody looks. See docs/adr/0021-exchange-rates.md.

use super::rates::{Missing, Rates, Unconvertible, Used, rounded};
use crate::mrr::amount::PlanKey;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::Rate;
use crm_types::mrr::MovementType;
use std::collections::{BTreeMap, BTreeSet};

/// What a day did to a stream and tier in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DayMove {
    pub currency: Currency,
    pub day: NaiveDate,
    /// None where it counts to levels alone: the level before the first day, or a type that is not known.
    pub movement: Option<MovementType>,
    pub part: PlanKey,
    pub minor: i64,
    pub count: i64,
}

/// Converts movements, oldest first, up to a last day. Those up to the day `before` come out as the level at its end, and by
/// themselves with their numbers alone.
pub(crate) fn convert(
    moves: &[DayMove],
    rates: &Rates,
    before: NaiveDate,
    last: NaiveDate,
) -> Result<(Vec<DayMove>, Used), Unconvertible> {
    let (opening, rest) = moves.split_at(moves.partition_point(|m| m.day <= before));
    let mut state = State::new(rates);
    let mut converted: Vec<DayMove> =
        opening.iter().map(|m| DayMove { day: before, currency: rates.reporting(), minor: 0, ..*m }).collect();
    opening.iter().for_each(|m| state.add(m));
    state.rates_of(before, state.held());
    state.levels = state.level()?;
    let level = |(part, minor): (&PlanKey, &i64)| state.row(before, None, *part, *minor, 0);
    converted.extend(state.levels.iter().map(level));
    let mut rest = rest.iter().peekable();
    for day in before.iter_days().skip(1).take_while(|day| *day <= last) {
        let mut today = Vec::new();
        while let Some(moved) = rest.next_if(|m| m.day == day) {
            today.push(moved);
        }
        state.day(day, &today, &mut converted)?;
    }
    if state.missing.is_empty() {
        Ok((converted, state.used))
    } else {
        Err(Unconvertible::Missing(state.missing.into_values().collect()))
    }
}

/// How things stand at the end of a day.
struct State<'a> {
    rates: &'a Rates,
    /// What there is, each in its own currency.
    balances: BTreeMap<(PlanKey, Currency), i64>,
    /// The same in the reporting currency.
    levels: BTreeMap<PlanKey, i64>,
    /// The rates of the currencies that anything is in.
    now: BTreeMap<Currency, Rate>,
    used: Used,
    missing: BTreeMap<Currency, Missing>,
}

impl<'a> State<'a> {
    fn new(rates: &'a Rates) -> Self {
        Self {
            rates,
            balances: BTreeMap::new(),
            levels: BTreeMap::new(),
            now: BTreeMap::new(),
            used: Used::default(),
            missing: BTreeMap::new(),
        }
    }

    fn add(&mut self, moved: &DayMove) {
        *self.balances.entry((moved.part, moved.currency)).or_default() += moved.minor;
    }

    /// The currencies that there is anything in.
    fn held(&self) -> BTreeSet<Currency> {
        self.balances.iter().filter(|(_, minor)| **minor != 0).map(|((_, currency), _)| *currency).collect()
    }

    /// Takes the rates of a day, and gives those of the day before.
    fn rates_of(&mut self, day: NaiveDate, currencies: BTreeSet<Currency>) -> BTreeMap<Currency, Rate> {
        let mut now = BTreeMap::new();
        for currency in currencies {
            match self.rates.on(currency, day) {
                Ok((of, rate)) => {
                    if currency != self.rates.reporting() {
                        self.used.note(currency, day, of, rate);
                    }
                    now.insert(currency, rate);
                }
                // Nothing is made of what follows; it is gone through to name what else is missing.
                Err(missing) => {
                    self.missing.entry(currency).or_insert(missing);
                    now.insert(currency, Rate::ONE);
                }
            }
        }
        std::mem::replace(&mut self.now, now)
    }

    fn exactly(&self, minor: i64, currency: Currency) -> Result<i128, Unconvertible> {
        self.rates.exactly(minor, currency, self.now.get(&currency).copied().unwrap_or(Rate::ONE))
    }

    /// All balances by the rates of now.
    fn level(&self) -> Result<BTreeMap<PlanKey, i64>, Unconvertible> {
        let mut exact: BTreeMap<PlanKey, i128> = BTreeMap::new();
        for ((part, currency), minor) in self.balances.iter().filter(|(_, minor)| **minor != 0) {
            add(exact.entry(*part).or_default(), self.exactly(*minor, *currency)?)?;
        }
        exact.into_iter().map(|(part, exact)| Ok((part, rounded(exact)?))).collect()
    }

    fn row(&self, day: NaiveDate, movement: Option<MovementType>, part: PlanKey, minor: i64, count: i64) -> DayMove {
        DayMove { currency: self.rates.reporting(), day, movement, part, minor, count }
    }

    /// Goes through a day: its movements by its rates, and what its rates did to what there was.
    fn day(&mut self, day: NaiveDate, today: &[&DayMove], converted: &mut Vec<DayMove>) -> Result<(), Unconvertible> {
        let held = self.held();
        let needed = held.iter().copied().chain(today.iter().map(|m| m.currency)).collect();
        let former = self.rates_of(day, needed);
        let turned: BTreeSet<Currency> =
            held.into_iter().filter(|currency| self.now.get(currency) != former.get(currency)).collect();
        if today.is_empty() && turned.is_empty() {
            return Ok(());
        }
        // Of each stream and tier, how many rates changed what it is worth.
        let mut revalued: BTreeMap<PlanKey, i64> = BTreeMap::new();
        for ((part, currency), minor) in &self.balances {
            if *minor != 0 && turned.contains(currency) {
                *revalued.entry(*part).or_default() += 1;
            }
        }
        let mut sums: BTreeMap<(PlanKey, Option<MovementType>), (i128, i64)> = BTreeMap::new();
        for moved in today {
            let sum = sums.entry((moved.part, moved.movement)).or_default();
            add(&mut sum.0, self.exactly(moved.minor, moved.currency)?)?;
            sum.1 += moved.count;
            self.add(moved);
        }
        let mut rows = Vec::with_capacity(sums.len());
        for ((part, movement), (exact, count)) in sums {
            rows.push(self.row(day, movement, part, rounded(exact)?, count));
        }
        let levels = self.level()?;
        let parts: BTreeSet<PlanKey> = rows.iter().map(|row| row.part).chain(revalued.keys().copied()).collect();
        for part in parts {
            let at = |levels: &BTreeMap<PlanKey, i64>| levels.get(&part).copied().unwrap_or(0);
            let moved: i64 = rows.iter().filter(|row| row.part == part).map(|row| row.minor).sum();
            let left = at(&levels) - at(&self.levels) - moved;
            match revalued.get(&part) {
                Some(count) => rows.push(self.row(day, Some(MovementType::Fx), part, left, *count)),
                // No rate changed: a unit that rounding left over belongs to the largest movement.
                None => {
                    let largest = rows.iter_mut().filter(|row| row.part == part).max_by_key(|row| row.minor.abs());
                    if let Some(row) = largest {
                        row.minor += left;
                    }
                }
            }
        }
        self.levels = levels;
        converted.extend(rows);
        Ok(())
    }
}

fn add(sum: &mut i128, exact: i128) -> Result<(), Unconvertible> {
    *sum = sum.checked_add(exact).ok_or(Unconvertible::TooLarge)?;
    Ok(())
}
