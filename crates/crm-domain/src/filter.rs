//! What a caller narrows a list with, parsed at the edge so that it cannot be wrong inside.

use crate::db::{DomainError, Result};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};

/// Most characters of a text to search for or compare with.
const TEXT_MAX: usize = 255;

/// A text to compare with: trimmed, not empty, without NUL (which PostgreSQL does not store), not long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Parses a parameter. An empty one is no filter.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let text = text.trim();
        if text.contains('\0') {
            return Err(DomainError::invalid(field, "invalid", "A NUL character cannot be searched for."));
        }
        if text.chars().count() > TEXT_MAX {
            return Err(DomainError::invalid(field, "too_long", format!("Use at most {TEXT_MAX} characters.")));
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A `LIKE` pattern for rows that contain the text.
    pub(crate) fn contained(&self) -> String {
        format!("%{}%", escape_like(&self.0))
    }

    /// A `LIKE` pattern for rows that begin with the text.
    pub(crate) fn prefix(&self) -> String {
        format!("{}%", escape_like(&self.0))
    }
}

/// A text that stands for itself in a `LIKE` pattern.
pub(crate) fn escape_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A day of the account's calendar that lists and charts may ask for: 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

impl Day {
    /// Refuses days so far off that calendar arithmetic could overflow.
    pub fn parse(field: &'static str, day: NaiveDate) -> Result<Self> {
        if (1970..=9999).contains(&day.year()) {
            Ok(Self(day))
        } else {
            Err(DomainError::invalid(field, "out_of_range", "Use a day between 1970-01-01 and 9999-12-31."))
        }
    }

    /// The date.
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// The day after: where this one ends.
    pub(crate) fn next(self) -> NaiveDate {
        self.0.succ_opt().unwrap_or(self.0)
    }
}

/// Days from one to another, both included, either open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRange {
    from: Option<Day>,
    to: Option<Day>,
}

impl DayRange {
    /// Refuses a range that ends before it begins.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        Self::named(("from", "to"), from, to)
    }

    /// The same under other names.
    pub fn named(names: (&'static str, &'static str), from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        let from = from.map(|day| Day::parse(names.0, day)).transpose()?;
        let to = to.map(|day| Day::parse(names.1, day)).transpose()?;
        match (from, to) {
            (Some(a), Some(b)) if a > b => {
                Err(DomainError::invalid(names.0, "out_of_range", "The first day must not be after the last one."))
            }
            _ => Ok(Self { from, to }),
        }
    }

    /// The first day.
    pub fn from(&self) -> Option<Day> {
        self.from
    }

    /// Adds conditions on a time column of ours.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>, column: &'static str) {
        if let Some(from) = self.from {
            query.push(format_args!(" AND {column} >= "));
            push_day_start(query, from.date());
        }
        if let Some(to) = self.to {
            query.push(format_args!(" AND {column} < "));
            push_day_start(query, to.next());
        }
    }

    /// The same on a column of days.
    pub(crate) fn push_days(&self, query: &mut QueryBuilder<Postgres>, column: &'static str) {
        for (operator, day) in [(">=", self.from), ("<=", self.to)] {
            if let Some(day) = day {
                query.push(format_args!(" AND {column} {operator} ")).push_bind(day.date());
            }
        }
    }
}

/// Amounts in minor units from one to another, both included, either open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountRange {
    min: Option<i64>,
    max: Option<i64>,
}

impl AmountRange {
    /// Refuses a range that ends before it begins.
    pub fn new(field: &'static str, min: Option<i64>, max: Option<i64>) -> Result<Self> {
        match (min, max) {
            (Some(a), Some(b)) if a > b => {
                Err(DomainError::invalid(field, "out_of_range", "The smallest amount must not be above the largest."))
            }
            _ => Ok(Self { min, max }),
        }
    }

    /// Adds conditions on a column of minor units, whose currency is in another: amounts are compared within one currency, that
    /// of the caller or else the reporting one.
    pub(crate) fn push(
        &self,
        query: &mut QueryBuilder<Postgres>,
        column: &'static str,
        currency_column: &'static str,
        currency: Option<crm_types::Currency>,
    ) {
        if self.min.is_none() && self.max.is_none() {
            return;
        }
        query.push(format_args!(" AND ({currency_column} = "));
        push_currency(query, currency);
        // Nothing in no currency is at most anything.
        let nothing = format_args!(" OR {currency_column} IS NULL)");
        query.push(if self.min.is_none() { nothing } else { format_args!(")") });
        if let Some(min) = self.min {
            query.push(format_args!(" AND {column} >= ")).push_bind(min);
        }
        if let Some(max) = self.max {
            query.push(format_args!(" AND {column} <= ")).push_bind(max);
        }
    }
}

/// Adds the instant at which a day begins: in a subquery, which runs once and not once a row.
pub(crate) fn push_day_start(query: &mut QueryBuilder<Postgres>, day: NaiveDate) {
    query.push("(SELECT account_day_start(");
    query.push_bind(day);
    query.push("))");
}

/// Adds a currency, or the reporting currency when the caller did not say.
pub(crate) fn push_currency(query: &mut QueryBuilder<Postgres>, currency: Option<crm_types::Currency>) {
    match currency {
        Some(currency) => query.push_bind(currency.code().to_owned()),
        None => query.push("(SELECT reporting_currency FROM account_settings)"),
    };
}

/// More words than that narrow nothing.
const MOST_WORDS: usize = 8;

/// Adds the condition that each word of the text is in an expression of ours that is in lower case.
pub(crate) fn push_words(query: &mut QueryBuilder<Postgres>, expression: &'static str, text: Option<&Text>) {
    for word in text.iter().flat_map(|text| text.as_str().split_whitespace().take(MOST_WORDS)) {
        query.push(format_args!(" AND {expression} LIKE lower("));
        query.push_bind(format!("%{}%", escape_like(word))).push(")");
    }
}

/// Adds ` AND column = value` when there is a value.
pub(crate) fn push_equal(query: &mut QueryBuilder<Postgres>, column: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        query.push(format_args!(" AND {column} = "));
        query.push_bind(value.to_owned());
    }
}
