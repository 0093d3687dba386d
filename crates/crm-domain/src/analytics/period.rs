//! Which days a figure is for.

use crate::db::{DomainError, Result};
use crate::filter::DayRange;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use crm_types::analytics::Comparison;
use sqlx::PgConnection;

/// Days of the period when the caller does not say.
const DEFAULT_DAYS: u64 = 30;
/// Without anything new for so many days, the newest day counts instead of today.
const QUIET_DAYS: i32 = 2;
/// The longest period.
const MAX_MONTHS: u32 = 120;

/// The period that a caller asked for; either end may be open.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeriodRequest {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// Days of the account's calendar, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl PeriodRequest {
    /// Refuses a period that ends before it begins or is longer than 10 years.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        DayRange::new(from, to)?;
        if let (Some(from), Some(to)) = (from, to) {
            Period { from, to }.checked()?;
        }
        Ok(Self { from, to })
    }

    /// The same with an open beginning on this day.
    pub(crate) fn starting(self, from: Option<NaiveDate>) -> Self {
        Self { from: self.from.or(from), ..self }
    }

    /// Fills open ends by a newest day, and by what begins a period that ends on a day.
    pub(super) fn fill(self, newest: NaiveDate, begin: impl Fn(NaiveDate) -> NaiveDate) -> Result<Period> {
        let to = self.to.unwrap_or_else(|| self.from.map_or(newest, |from| from.max(newest)));
        Period { from: self.from.unwrap_or_else(|| begin(to)), to }.checked()
    }

    /// Fills open ends: 30 days, ending on the newest day.
    pub(crate) async fn resolve(self, connection: &mut PgConnection) -> Result<Period> {
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) => Period { from, to },
            (None, Some(to)) => Period::ending(to),
            (Some(from), None) => Period { from, to: newest_day(connection).await?.max(from) },
            (None, None) => Period::ending(newest_day(connection).await?),
        };
        period.checked()
    }
}

impl Period {
    /// The usual days that end on a day.
    pub(super) fn ending(to: NaiveDate) -> Self {
        Self { from: to.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(to), to }
    }

    fn checked(self) -> Result<Self> {
        match self.from.checked_add_months(Months::new(MAX_MONTHS)) {
            Some(end) if self.to < end => Ok(self),
            _ => Err(DomainError::invalid("from", "out_of_range", "Ask for at most 10 years.")),
        }
    }

    /// How many days.
    pub(crate) fn days(self) -> u64 {
        u64::try_from((self.to - self.from).num_days()).unwrap_or(0) + 1
    }

    /// The day before the first: what was there at its end is the start.
    pub(crate) fn day_before(self) -> NaiveDate {
        self.from.pred_opt().unwrap_or(self.from)
    }

    /// The period to compare with.
    pub(crate) fn compared(self, comparison: Comparison) -> Self {
        let earlier = |day: NaiveDate| match comparison {
            Comparison::Previous => day.checked_sub_days(Days::new(self.days())),
            Comparison::Year => day.checked_sub_months(Months::new(12)),
        };
        Self { from: earlier(self.from).unwrap_or(self.from), to: earlier(self.to).unwrap_or(self.to) }
    }
}

/// Today, unless the newest movement or event is ahead of it or some days ago: then the day of that, so that a business that
/// lived in the past, or whose clock runs ahead, is not shown as an empty page. An event from beyond next year is a broken
/// clock, not news.
pub(crate) async fn newest_day(connection: &mut PgConnection) -> Result<NaiveDate> {
    newest_day_known(connection, None).await
}

/// The same at an earlier instant, of what was known then.
pub(super) async fn newest_day_known(connection: &mut PgConnection, known: Option<DateTime<Utc>>) -> Result<NaiveDate> {
    let day = sqlx::query_scalar!(
        r#"SELECT account_day(CASE WHEN at BETWEEN instant - make_interval(days => $1) AND instant THEN instant
                                   ELSE least(instant + interval '1 year', at) END) AS "day!"
             FROM (SELECT coalesce($2::timestamptz, now()) AS instant, coalesce(greatest(
                       (SELECT occurred_at FROM mrr_movements WHERE recorded_at <= coalesce($2::timestamptz, 'infinity')
                        ORDER BY occurred_at DESC LIMIT 1),
                       (SELECT max(created) FROM (SELECT created FROM stripe_events WHERE received_at <= coalesce($2::timestamptz, 'infinity')
                                                  ORDER BY seq DESC LIMIT 100) AS newest)
                   ), $2, now()) AS at) AS newest"#,
        QUIET_DAYS,
        known
    )
    .fetch_one(connection)
    .await?;
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(from: &str, to: &str) -> Period {
        Period { from: day(from), to: day(to) }
    }

    #[test]
    fn the_compared_period_has_the_same_length_just_before_or_a_year_earlier() {
        let march = period("2026-03-01", "2026-03-31");
        assert_eq!(march.compared(Comparison::Previous), period("2026-01-29", "2026-02-28"));
        assert_eq!(march.compared(Comparison::Year), period("2025-03-01", "2025-03-31"));
        let leap = period("2024-02-29", "2024-02-29");
        assert_eq!(leap.compared(Comparison::Year), period("2023-02-28", "2023-02-28"));
        assert_eq!(leap.compared(Comparison::Previous), period("2024-02-28", "2024-02-28"));
    }

    #[test]
    fn a_period_begins_before_it_ends_and_has_at_most_ten_years() {
        let new = |from: &str, to: &str| PeriodRequest::new(Some(day(from)), Some(day(to)));
        assert!(new("2026-01-01", "2026-01-01").is_ok());
        assert!(new("2026-01-02", "2026-01-01").is_err());
        assert!(new("2016-01-01", "2025-12-31").is_ok());
        assert!(new("2016-01-01", "2026-01-01").is_err());
        assert!(new("1969-12-31", "1970-01-01").is_err());
        assert!(PeriodRequest::new(Some(day("+12026-01-01")), None).is_err());
    }
}
