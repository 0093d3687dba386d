//! A period cut into steps, whose last days are the points of a chart.

use super::Period;
use chrono::{Datelike, Days, Months, NaiveDate};
use crm_types::analytics::Step;

/// The most points of a sparkline that are a day each.
const DAILY_POINTS: u64 = 31;
/// The most points of a longer sparkline.
const MAX_POINTS: u64 = 60;

/// The steps of a sparkline. Up to 31 days: each day. Longer: two, three or seven days, or one or two months, so that
/// there are 12 to 60 points. Steps are counted back from the last day, so that only the oldest may be shorter.
pub(crate) fn sparkline(period: Period) -> Vec<Period> {
    let days = period.days();
    let wide = |step: u64| days.div_ceil(step) <= if step == 7 { MAX_POINTS } else { DAILY_POINTS };
    if let Some(step) = [1, 2, 3, 7].into_iter().find(|step| wide(*step)) {
        return back_from(period, |end, n| end.checked_sub_days(Days::new(step * u64::from(n))));
    }
    let months = |step: u32| move |end: NaiveDate, n: u32| end.checked_sub_months(Months::new(step * n));
    let single = back_from(period, months(1));
    if single.len() as u64 <= MAX_POINTS { single } else { back_from(period, months(2)) }
}

fn back_from(period: Period, end_of: impl Fn(NaiveDate, u32) -> Option<NaiveDate>) -> Vec<Period> {
    let mut steps = Vec::new();
    let mut to = period.to;
    for n in 1.. {
        let end_before = end_of(period.to, n).filter(|end| *end >= period.from);
        let from = end_before.and_then(|end| end.succ_opt()).unwrap_or(period.from);
        steps.push(Period { from, to });
        match end_before {
            Some(end) => to = end,
            None => break,
        }
    }
    steps.reverse();
    steps
}

/// The step of a chart when the caller does not say: at most about a hundred points.
pub(crate) fn step_for(period: Period) -> Step {
    match period.days() {
        0..=92 => Step::Day,
        93..=731 => Step::Week,
        _ => Step::Month,
    }
}

/// The steps of a chart: days, weeks from Monday, calendar months; the first and last may be cut short.
pub(crate) fn calendar(period: Period, step: Step) -> Vec<Period> {
    let last_day = |day: NaiveDate| match step {
        Step::Day => Some(day),
        Step::Week => day.checked_add_days(Days::new(u64::from(6 - day.weekday().num_days_from_monday()))),
        Step::Month => day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))?.pred_opt()),
    };
    let mut steps = Vec::new();
    let mut from = period.from;
    while from <= period.to {
        let to = last_day(from).unwrap_or(period.to).min(period.to);
        steps.push(Period { from, to });
        match to.succ_opt() {
            Some(next) => from = next,
            None => break,
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn starting(from: &str, days: u64) -> Period {
        let from = day(from);
        Period { from, to: from + Days::new(days - 1) }
    }

    /// Steps follow each other without a gap and cover the period.
    fn assert_covers(period: Period, steps: &[Period]) {
        assert_eq!(steps.first().unwrap().from, period.from);
        assert_eq!(steps.last().unwrap().to, period.to);
        for pair in steps.windows(2) {
            assert_eq!(pair[0].to.succ_opt().unwrap(), pair[1].from);
        }
        assert!(steps.iter().all(|step| step.from <= step.to));
    }

    #[test]
    fn sparklines_have_a_point_a_day_or_12_to_60() {
        for from in ["2024-02-29", "2023-12-31", "2026-01-01"] {
            for days in 1..=3_652 {
                let period = starting(from, days);
                let steps = sparkline(period);
                assert_covers(period, &steps);
                if days <= 31 {
                    assert_eq!(steps.len() as u64, days);
                } else {
                    assert!((12..=60).contains(&steps.len()), "{days} days give {}", steps.len());
                }
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let period = Period { from: day("2026-01-30"), to: day("2026-03-02") };
        let ends = |step| calendar(period, step).iter().map(|step| step.to.to_string()).collect::<Vec<_>>();
        assert_eq!(
            ends(Step::Week),
            ["2026-02-01", "2026-02-08", "2026-02-15", "2026-02-22", "2026-03-01", "2026-03-02"]
        );
        assert_eq!(ends(Step::Month), ["2026-01-31", "2026-02-28", "2026-03-02"]);
        for step in [Step::Day, Step::Week, Step::Month] {
            assert_covers(period, &calendar(period, step));
        }
        assert_eq!(calendar(period, Step::Day).len() as u64, period.days());
    }
}
