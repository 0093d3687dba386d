//! What a report was asked for, and what that comes to.

use super::chain::{Tally, month_of, next_month};
use super::period::{newest_day, newest_day_known};
use super::steps::{calendar, step_for};
use super::{Period, PeriodRequest, counts};
use crate::db::{DomainError, Result};
use crate::exchange_rates::CurrencyChoice;
use crate::filter::Day;
use crate::settings;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::analytics::Step;
use serde::{Deserialize, Deserializer};
use sqlx::PgConnection;
use std::str::FromStr;

/// The longest period that is no whole months: its movements are read one by one.
const MOST_DAYS: u64 = 92;
/// The most steps of a report.
const MOST_STEPS: usize = 400;

/// Until when something must have been written down to count: an instant, or the end of a day of the account's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The end of that day; today: now.
    Day(NaiveDate),
    /// That instant.
    Instant(DateTime<Utc>),
}

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let day = || text.parse().ok().map(Self::Day);
        let instant = || DateTime::parse_from_rfc3339(text).ok().map(|at| Self::Instant(at.with_timezone(&Utc)));
        day()
            .or_else(instant)
            .ok_or_else(|| "Use a day such as 2026-10-31, or a time such as 2026-10-31T12:00:00Z.".to_owned())
    }
}

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What to report on.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportRequest {
    /// Which days.
    pub period: PeriodRequest,
    /// The step between two days; by the length of the period when open.
    pub interval: Option<Step>,
    /// What was written down by then.
    pub as_of: Option<AsOf>,
    /// What is in the reporting currency when open.
    pub currency: Option<CurrencyChoice>,
}

/// What a report is of.
#[derive(Debug)]
pub(super) struct Scope {
    pub currency: Currency,
    /// Whether amounts in other currencies are converted into it.
    pub converted: bool,
    pub period: Period,
    pub interval: Step,
    pub steps: Vec<Period>,
    pub as_of: Option<DateTime<Utc>>,
    /// The last day that anything can have happened on.
    pub newest: NaiveDate,
    /// What takes the counts back to `as_of`.
    pub back: Tally,
}

impl Scope {
    /// Open ends: this month and the eleven before it.
    pub(super) async fn of_year(db: &mut PgConnection, request: ReportRequest) -> Result<Self> {
        Self::resolve(db, request, |to| month_of(to).checked_sub_months(Months::new(11)).unwrap_or(to)).await
    }

    /// Open ends: 30 days.
    pub(super) async fn of_days(db: &mut PgConnection, request: ReportRequest) -> Result<Self> {
        Self::resolve(db, request, |to| Period::ending(to).from).await
    }

    async fn resolve(
        db: &mut PgConnection,
        request: ReportRequest,
        begin: impl Fn(NaiveDate) -> NaiveDate,
    ) -> Result<Self> {
        let currency = match request.currency.and_then(CurrencyChoice::only) {
            Some(currency) => currency,
            None => settings::find(&mut *db).await?.reporting_currency,
        };
        let (as_of, newest) = known_until(db, request.as_of).await?;
        let period = request.period.fill(newest, begin)?;
        let whole = period.is_whole_months(newest);
        let interval = request.interval.unwrap_or(if whole { Step::Month } else { step_for(period) });
        let steps = calendar(period, interval);
        if steps.len() > MOST_STEPS {
            let message = format!("Ask for longer steps or fewer of them: at most {MOST_STEPS}.");
            return Err(DomainError::invalid("interval", "out_of_range", message));
        }
        let converted = request.currency == Some(CurrencyChoice::Reporting);
        Ok(Self { currency, converted, period, interval, steps, as_of, newest, back: Tally::default() })
    }

    /// The same with what takes the counts back in time.
    pub(super) async fn with_counts(mut self, db: &mut PgConnection) -> Result<Self> {
        self.back = counts::back_to(db, self.currency, self.as_of).await?;
        Ok(self)
    }

    /// Whether a step is a whole one, and over.
    pub(super) fn is_complete(&self, step: Period) -> bool {
        let end = step.to.checked_add_days(Days::new(1)).unwrap_or(step.to);
        let whole = calendar(Period { from: step.from, to: end }, self.interval);
        let starts_one =
            calendar(Period { from: step.from.pred_opt().unwrap_or(step.from), to: step.from }, self.interval);
        whole.first().is_some_and(|first| first.to == step.to) && starts_one.len() == 2 && step.to < self.newest
    }
}

impl Period {
    /// All of the month in which it begins.
    pub(super) fn whole_month(self) -> Self {
        let from = month_of(self.from);
        Self { from, to: next_month(from).pred_opt().unwrap_or(from) }
    }

    /// Whether months can be added up to it: up to the end of one, or up to now.
    pub(super) fn is_whole_months(self, newest: NaiveDate) -> bool {
        self.from == month_of(self.from)
            && (self.to >= newest || self.to.succ_opt().is_some_and(|next| next == month_of(next)))
    }

    /// Refuses periods whose movements are too many to read.
    pub(super) fn readable(self) -> Result<Self> {
        if self.days() <= MOST_DAYS {
            return Ok(self);
        }
        let message = format!("Ask for whole months and an interval of month, or for at most {MOST_DAYS} days.");
        Err(DomainError::invalid("from", "out_of_range", message))
    }
}

/// The instant until which something must have been written down, if any, and the newest day at that time.
pub(crate) async fn known_until(
    db: &mut PgConnection,
    as_of: Option<AsOf>,
) -> Result<(Option<DateTime<Utc>>, NaiveDate)> {
    let Some(as_of) = as_of else { return Ok((None, newest_day(db).await?)) };
    let (day, instant) = match as_of {
        AsOf::Day(day) => (Some(Day::parse("as_of", day)?.date()), None),
        AsOf::Instant(at) => (None, Some(at)),
    };
    if let Some(at) = instant {
        Day::parse("as_of", at.date_naive())?;
    }
    let row = sqlx::query!(
        r#"SELECT least(now(), until) AS "known!", account_day(now()) < $1 OR now() < $2 AS future
           FROM (SELECT coalesce($2, account_day_start($1::date + 1) - interval '1 microsecond') AS until) AS asked"#,
        day,
        instant
    )
    .fetch_one(&mut *db)
    .await?;
    if row.future == Some(true) {
        return Err(DomainError::invalid(
            "as_of",
            "out_of_range",
            "What will be known in the future is not known yet.",
        ));
    }
    Ok((Some(row.known), newest_day_known(db, Some(row.known)).await?))
}
