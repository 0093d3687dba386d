//! Billing periods: Stripe's intervals on a UTC calendar.

use chrono::{DateTime, Months, TimeDelta};

/// One minute, hour and day in seconds.
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

/// A price's billing interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interval {
    /// Every `n` days.
    Day,
    /// Every `n` weeks.
    Week,
    /// Every `n` calendar months; the anchor's day, or the month's last when it is shorter.
    #[default]
    Month,
    /// Every `n` years.
    Year,
}

impl Interval {
    /// Stripe's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The reverse of [`Interval::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "year" => Some(Self::Year),
            _ => None,
        }
    }

    /// `anchor` plus `count` intervals. Always counted from the anchor: a subscription of 31 January renews on
    /// 28 February and then on 31 March again.
    #[must_use]
    pub fn after(self, anchor: i64, count: u32) -> i64 {
        let Some(start) = DateTime::from_timestamp(anchor, 0) else { return anchor };
        let end = match self {
            Self::Day => start.checked_add_signed(TimeDelta::days(i64::from(count))),
            Self::Week => start.checked_add_signed(TimeDelta::weeks(i64::from(count))),
            Self::Month => start.checked_add_months(Months::new(count)),
            Self::Year => start.checked_add_months(Months::new(count.saturating_mul(12))),
        };
        end.map_or(anchor, |end| end.timestamp())
    }
}

/// `amount * part / whole`, rounded half away from zero; 0 when `whole` is 0.
pub(crate) fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let product = i128::from(amount) * i128::from(part);
    let whole = i128::from(whole);
    let half = if (product < 0) == (whole < 0) { whole / 2 } else { -(whole / 2) };
    i64::try_from((product + half) / whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Interval, share};

    fn at(text: &str) -> i64 {
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp()
    }

    #[test]
    fn month_ends_are_clamped_and_come_back() {
        let anchor = at("2025-01-31T10:00:00Z");
        assert_eq!(Interval::Month.after(anchor, 1), at("2025-02-28T10:00:00Z"));
        assert_eq!(Interval::Month.after(anchor, 2), at("2025-03-31T10:00:00Z"));
        assert_eq!(Interval::Year.after(at("2024-02-29T00:00:00Z"), 1), at("2025-02-28T00:00:00Z"));
        assert_eq!(Interval::Week.after(anchor, 2), anchor + 14 * 86_400);
    }

    #[test]
    fn shares_round_half_away_from_zero() {
        assert_eq!(share(100, 1, 3), 33);
        assert_eq!(share(5, 1, 2), 3);
        assert_eq!(share(-5, 1, 2), -3);
        assert_eq!(share(-100, 1, 3), -33);
        assert_eq!(share(7, 1, 0), 0);
    }
}
