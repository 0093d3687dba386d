//! Calendar months as whole numbers.

use chrono::{Datelike, Months, NaiveDate};

/// Months since the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(i32);

impl Month {
    /// The one that a day is in.
    pub(super) fn of(day: NaiveDate) -> Self {
        Self(day.year() * 12 + day.month0().cast_signed())
    }

    /// So many months later, or earlier.
    pub(super) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// How many months later this one is; negative when it is earlier.
    pub(super) fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Its first day.
    pub(super) fn first_day(self) -> NaiveDate {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12).cast_unsigned() + 1);
        NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX)
    }

    /// Its last day.
    pub(super) fn last_day(self) -> NaiveDate {
        let next = self.first_day().checked_add_months(Months::new(1));
        next.and_then(|day| day.pred_opt()).unwrap_or(NaiveDate::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_across_years() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let december = Month::of(day("2025-12-07"));
        assert_eq!((december.first_day(), december.last_day()), (day("2025-12-01"), day("2025-12-31")));
        assert_eq!(december.plus(2).last_day(), day("2026-02-28"));
        assert_eq!(december.plus(-12), Month::of(day("2024-12-31")));
        assert_eq!(Month::of(day("2026-03-01")).since(december), 3);
    }
}
