//! One customer's MRR in one currency over time, and what that adds to the counts by day, month and cohort. Pure: the counts
//! that are kept, those as of an earlier time and those of single days all come from here.

use super::Period;
use crate::mrr::amount::PlanKey;
use chrono::{Datelike, Months, NaiveDate};
use crm_types::Currency;
use crm_types::plans::{Stream, Tier};
use std::collections::BTreeMap;

/// Where a customer stands: by what most of their MRR is for, and whether they have a coach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    pub stream: Stream,
    pub tier: Option<Tier>,
    /// Only individuals are coached.
    pub coached: bool,
}

/// What one movement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub day: NaiveDate,
    pub lines: Vec<(PlanKey, i64)>,
}

/// A customer's movements that count, oldest first, and what else is counted of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub currency: Currency,
    pub changes: Vec<Change>,
    /// From which day on they had a coach, and from which day not any more, in turn.
    pub coached: Vec<NaiveDate>,
    /// Where they came from; empty when nobody knows.
    pub source: String,
}

/// How a customer stood at the end of a day on which something changed.
#[derive(Debug, Clone, Copy)]
struct Point {
    day: NaiveDate,
    /// None while they pay nothing.
    segment: Option<Segment>,
    mrr: i64,
    /// MRR reached 0 on that day, also when it rose again.
    zero: bool,
}

/// What became, in a stretch of time, of those who paid when it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Change of their MRR.
    pub retained: i64,
    /// The same, counting of each at most what they paid at first.
    pub kept: i64,
    /// Whose MRR reached 0.
    pub churned: i64,
}

/// Customers and MRR.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Paying {
    pub customers: i64,
    pub mrr: i64,
}

/// What a cohort gained or lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stayed {
    pub started: i64,
    pub customers: i64,
    pub mrr: i64,
}

/// Currency, day, where.
pub(crate) type PayingKey = (Currency, NaiveDate, Segment);
/// Currency, since, month, where they stood when `since` began.
pub(crate) type KeptKey = (Currency, NaiveDate, NaiveDate, Segment);
/// Currency, cohort, month, what they paid for first, where they came from.
pub(crate) type StayedKey = (Currency, NaiveDate, NaiveDate, PlanKey, String);

/// The day on which what has no end would end. Nothing happens on it.
pub(crate) const NEVER: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();

/// Sums over many customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub paying: BTreeMap<PayingKey, Paying>,
    pub kept: BTreeMap<KeptKey, Kept>,
    pub stayed: BTreeMap<StayedKey, Stayed>,
}

/// The first day of a day's month.
pub(crate) fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month after.
pub(crate) fn next_month(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

impl Chain {
    fn has_coach(&self, day: NaiveDate) -> bool {
        self.coached.partition_point(|turn| *turn <= day) % 2 == 1
    }

    /// Of the parts that are paid for, the one of the highest stream, then the largest: as a customer's own row says it.
    fn segment(&self, parts: &BTreeMap<PlanKey, i64>, day: NaiveDate) -> Option<Segment> {
        let (stream, tier) = main_part(parts)?;
        Some(Segment { stream, tier, coached: stream == Stream::Rev1Individual && self.has_coach(day) })
    }

    fn points(&self) -> Vec<Point> {
        let Some(first) = self.changes.first().map(|change| change.day) else { return Vec::new() };
        let mut days: Vec<NaiveDate> = self.changes.iter().map(|change| change.day).collect();
        days.extend(self.coached.iter().filter(|turn| first < **turn && **turn < NEVER));
        days.sort_unstable();
        days.dedup();
        let mut changes = self.changes.iter().peekable();
        let (mut parts, mut mrr) = (BTreeMap::new(), 0_i64);
        days.into_iter()
            .map(|day| {
                let mut zero = false;
                while let Some(change) = changes.next_if(|change| change.day <= day) {
                    let before = mrr;
                    for (key, minor) in &change.lines {
                        *parts.entry(*key).or_insert(0) += minor;
                        mrr += minor;
                    }
                    zero |= before > 0 && mrr == 0;
                }
                let segment = if mrr > 0 { self.segment(&parts, day) } else { None };
                Point { day, segment, mrr, zero }
            })
            .collect()
    }

    /// What became of the customer in a period, if they paid when it began.
    pub(crate) fn kept_in(&self, period: Period) -> Option<(Segment, Kept)> {
        let points = self.points();
        let begin = points.partition_point(|point| point.day < period.from);
        let end = points.partition_point(|point| point.day <= period.to);
        let start = points.get(begin.checked_sub(1)?)?;
        let within = points.get(begin..end).unwrap_or_default();
        let last = within.last().unwrap_or(start);
        let kept = Kept {
            retained: last.mrr - start.mrr,
            kept: last.mrr.min(start.mrr) - start.mrr,
            churned: i64::from(within.iter().any(|point| point.zero)),
        };
        Some((start.segment?, kept))
    }
}

fn main_part(parts: &BTreeMap<PlanKey, i64>) -> Option<PlanKey> {
    let paid = parts.iter().filter(|(_, minor)| **minor > 0);
    paid.max_by_key(|((stream, tier), minor)| (*stream, **minor, *tier)).map(|(key, _)| *key)
}

impl Tally {
    /// Adds a customer, or with -1 takes them off.
    pub(crate) fn add(&mut self, chain: &Chain, sign: i64) {
        let points = chain.points();
        self.add_paying(chain.currency, &points, sign);
        self.add_kept(chain.currency, &points, sign);
        self.add_stayed(chain, &points, sign);
    }

    fn add_paying(&mut self, currency: Currency, points: &[Point], sign: i64) {
        let mut before: Option<(Segment, i64)> = None;
        for point in points {
            let after = point.segment.map(|segment| (segment, point.mrr));
            if before == after {
                continue;
            }
            for ((segment, mrr), sign) in before.map(|b| (b, -sign)).into_iter().chain(after.map(|a| (a, sign))) {
                let sum = self.paying.entry((currency, point.day, segment)).or_default();
                sum.customers += sign;
                sum.mrr += sign * mrr;
            }
            before = after;
        }
    }

    fn add_kept(&mut self, currency: Currency, points: &[Point], sign: i64) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let mut since = next_month(month_of(first.day));
        while since <= last.day {
            let begin = points.partition_point(|point| point.day < since);
            let (start, rest) = points.split_at(begin);
            if let Some((segment, paid)) = start.last().and_then(|p| Some((p.segment?, p.mrr))) {
                let (mut mrr, mut left) = (paid, false);
                for month in rest.chunk_by(|a, b| month_of(a.day) == month_of(b.day)) {
                    let Some(end) = month.last() else { continue };
                    let leaves = !left && month.iter().any(|point| point.zero);
                    let change = Kept {
                        retained: sign * (end.mrr - mrr),
                        kept: sign * (end.mrr.min(paid) - mrr.min(paid)),
                        churned: if leaves { sign } else { 0 },
                    };
                    (mrr, left) = (end.mrr, left || leaves);
                    if change != Kept::default() {
                        let sum = self.kept.entry((currency, since, month_of(end.day), segment)).or_default();
                        sum.retained += change.retained;
                        sum.kept += change.kept;
                        sum.churned += change.churned;
                    }
                }
            }
            since = next_month(since);
        }
    }

    fn add_stayed(&mut self, chain: &Chain, points: &[Point], sign: i64) {
        let Some(first) = chain.changes.first() else { return };
        let parts: BTreeMap<PlanKey, i64> = first.lines.iter().copied().collect();
        let (Some(plan), cohort) = (main_part(&parts), month_of(first.day)) else { return };
        let mut before = Stayed::default();
        for month in points.chunk_by(|a, b| month_of(a.day) == month_of(b.day)) {
            let Some(end) = month.last() else { continue };
            let after = Stayed { started: 1, customers: i64::from(end.mrr > 0), mrr: end.mrr };
            if after != before {
                let key = (chain.currency, cohort, month_of(end.day), plan, chain.source.clone());
                let sum = self.stayed.entry(key).or_default();
                sum.started += sign * (after.started - before.started);
                sum.customers += sign * (after.customers - before.customers);
                sum.mrr += sign * (after.mrr - before.mrr);
            }
            before = after;
        }
    }

    /// Leaves out what comes to nothing.
    pub(crate) fn condense(mut self) -> Self {
        self.paying.retain(|_, sum| *sum != Paying::default());
        self.kept.retain(|_, sum| *sum != Kept::default());
        self.stayed.retain(|_, sum| *sum != Stayed::default());
        self
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
