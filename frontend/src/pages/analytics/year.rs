//! What a page looks at.
//!
//! Who stays and who leaves is counted by month. More than a quarter is therefore a number of whole months, and the page
//! says so; up to a quarter may be any days.

use crate::api::analytics::MOST_DAYS;
use crate::components::{Period, Preset, use_period};
use crate::format;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use chrono::{Datelike, Days, Local, Months, NaiveDate};
use crm_types::Currency;
use crm_types::analytics::{Comparison, Overview};
use leptos::prelude::*;

/// What a page looks at: as the address says; without days in it, this month and the eleven before it.
#[derive(Clone, Copy)]
pub struct Year {
    /// As the address has it.
    pub shown: Memo<Period>,
    /// With days that the API is told.
    pub period: Memo<Period>,
    /// The days that it is compared with.
    pub before: Memo<Period>,
    /// In which there are figures.
    pub currencies: Memo<Vec<Currency>>,
}

/// Reads the address, and the server's newest day.
pub fn use_year() -> Year {
    let newest = RwSignal::new(Local::now().date_naive());
    let usual = Signal::derive(move || Some(months_to(newest.get())));
    let shown = use_period(usual);
    let address = move || {
        let currency = shown.get().currency.map(|currency| currency.to_string()).unwrap_or_default();
        Some(routes::list("/api/analytics/overview", &[("currency", &currency)]))
    };
    let overview = use_query::<Overview>(address).refresh_on(use_realtime().billing());
    // This device may live in another day than the server, and the newest data may be old.
    Effect::new(move |_| {
        if let Some(day) = overview.map(|overview| overview.newest_day) {
            newest.set(day);
        }
    });
    let period = Memo::new(move |_| whole(&shown.get(), newest.get()));
    let before = Memo::new(move |_| compared(&period.get()));
    let currencies = Memo::new(move |_| {
        let of = |overview: &Overview| overview.currencies.iter().map(|money| money.currency).collect::<Vec<_>>();
        overview.map(of).unwrap_or_default()
    });
    Year { shown, period, before, currencies }
}

/// What the menu of periods marks while the address names no days.
pub const USUAL: Preset = Preset::Months12;

/// The month of a day and the eleven before it.
fn months_to(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    (first_of(day) - Months::new(11), day)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn last_of(day: NaiveDate) -> NaiveDate {
    first_of(day) + Months::new(1) - Days::new(1)
}

/// The same days, or the whole months that they are in; up to the newest day.
fn whole(period: &Period, newest: NaiveDate) -> Period {
    let period = Period { chosen: true, ..period.clone() };
    if period.length() <= MOST_DAYS {
        return period;
    }
    let (from, end) = (first_of(period.from), last_of(period.to));
    let to = if from <= newest && newest < end { newest } else { end };
    Period { from, to, ..period }
}

/// What a period is compared with: as many whole months, where it is whole months.
fn compared(period: &Period) -> Period {
    if period.length() > MOST_DAYS {
        return months_before(period);
    }
    let (from, to) = period.compared();
    Period { from, to, ..period.clone() }
}

/// What is counted by month is compared with as many whole months, so that no month stands on both sides.
pub fn months_before(period: &Period) -> Period {
    let first = first_of(period.from);
    let (from, to) = match period.compare {
        Comparison::Previous => (first - Months::new(months_in(period)), first - Days::new(1)),
        Comparison::Year => (first - Months::new(12), last_of(period.to - Months::new(12))),
    };
    Period { from, to, ..period.clone() }
}

fn months_in(period: &Period) -> u32 {
    let months = (period.to.year() - period.from.year()) * 12 + period.to.month().cast_signed()
        - period.from.month().cast_signed();
    u32::try_from(months).unwrap_or(0) + 1
}

/// The months of the cohorts: those of the period, and at least a year.
pub fn cohort_months(period: &Period) -> Period {
    let from = first_of(period.from).min(months_to(period.to).0);
    Period { from, ..period.clone() }
}

/// Which days the figures are of, and against which, where the address does not say it itself.
pub fn in_words(year: Year) -> String {
    let (period, before) = (year.period.get(), year.before.get());
    let days = |period: &Period| format::date_range(period.from, period.to);
    format!("{}, against {}", days(&period), days(&before))
}

/// Says that other days are shown than were asked for.
pub fn made_whole(year: Year) -> Option<String> {
    let (shown, period) = (year.shown.get(), year.period.get());
    let differ = (shown.from, shown.to) != (period.from, period.to);
    let days = || format::date_range(period.from, period.to);
    differ.then(|| format!("More than {MOST_DAYS} days are counted in whole months: {}.", days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(search: &str) -> Period {
        Period::parse(&Params::parse(search), months_to(d("2026-10-17")))
    }

    #[test]
    fn more_than_a_quarter_is_whole_months() {
        let newest = d("2026-10-17");
        for (search, from, to) in [
            ("", "2025-11-01", "2026-10-17"),
            ("from=2026-09-03&to=2026-10-02", "2026-09-03", "2026-10-02"),
            ("from=2026-02-03&to=2026-06-10", "2026-02-01", "2026-06-30"),
            ("from=2026-02-03&to=2026-10-10", "2026-02-01", "2026-10-17"),
            ("from=2024-01-01&to=2024-12-31", "2024-01-01", "2024-12-31"),
        ] {
            let whole = whole(&period(search), newest);
            assert_eq!((whole.from, whole.to, whole.chosen), (d(from), d(to), true), "{search}");
        }
    }

    #[test]
    fn whole_months_are_compared_with_whole_months() {
        let against = |search: &str| {
            let before = compared(&whole(&period(search), d("2026-10-17")));
            (before.from, before.to)
        };
        assert_eq!(against(""), (d("2024-11-01"), d("2025-10-31")));
        assert_eq!(against("compare=year"), (d("2024-11-01"), d("2025-10-31")));
        assert_eq!(against("from=2026-01-01&to=2026-06-30"), (d("2025-07-01"), d("2025-12-31")));
        assert_eq!(against("from=2026-10-01&to=2026-10-10"), (d("2026-09-21"), d("2026-09-30")));
    }

    #[test]
    fn what_is_counted_by_month_is_compared_with_other_months() {
        let against = |search: &str| {
            let before = months_before(&whole(&period(search), d("2026-10-17")));
            (before.from, before.to)
        };
        assert_eq!(against("from=2026-09-03&to=2026-10-02"), (d("2026-07-01"), d("2026-08-31")));
        assert_eq!(against("from=2026-10-01&to=2026-10-10"), (d("2026-09-01"), d("2026-09-30")));
        assert_eq!(against("from=2026-10-05&to=2026-10-10&compare=year"), (d("2025-10-01"), d("2025-10-31")));
        assert_eq!(against(""), (d("2024-11-01"), d("2025-10-31")));
    }

    #[test]
    fn cohorts_are_of_a_year_at_least() {
        let months = |search: &str| cohort_months(&whole(&period(search), d("2026-10-17"))).from;
        assert_eq!(months("from=2026-10-01&to=2026-10-10"), d("2025-11-01"));
        assert_eq!(months("from=2024-01-01&to=2026-10-10"), d("2024-01-01"));
    }
}
