//! What a unit of a currency is worth in the reporting currency, by day.

use crate::Currency;
use crate::ids::ExchangeRateId;
use crate::patch;
use crate::text_enum::text_enum;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decimals that a rate keeps.
const DECIMALS: usize = 12;
/// 1, in the unit in which rates are kept.
const ONE: u64 = 1_000_000_000_000;
/// No two currencies are further apart.
const BELOW: u64 = 10_000_000;

/// Units of the reporting currency for one unit of another: above 0, below 10,000,000, with at most 12 decimals. Never a float.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate(u64);

impl Rate {
    /// The rate of a currency to itself.
    pub const ONE: Self = Self(ONE);

    /// In units of 10⁻¹²; none when no rate is so small or so large.
    pub fn from_parts(parts: i128) -> Option<Self> {
        let parts = u64::try_from(parts).ok()?;
        (parts > 0 && parts < ONE.checked_mul(BELOW)?).then_some(Self(parts))
    }

    /// In units of 10⁻¹².
    pub fn parts(self) -> i128 {
        i128::from(self.0)
    }
}

/// Why a text is no rate, as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRate(pub &'static str);

impl std::fmt::Display for BadRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadRate {}

impl std::str::FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        const UNREADABLE: BadRate = BadRate("Write a rate as a number, such as 1.0842.");
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
            return Err(UNREADABLE);
        }
        let fraction = fraction.trim_end_matches('0');
        let zero = whole.bytes().all(|byte| byte == b'0') && fraction.is_empty();
        if zero || negative {
            return Err(BadRate("A rate is above 0."));
        }
        if fraction.len() > DECIMALS {
            return Err(BadRate("A rate has at most 12 decimals."));
        }
        let too_large = BadRate("A rate is below 10,000,000.");
        let whole: i128 = whole.parse().map_err(|_| too_large)?;
        let fraction: i128 = format!("{fraction:0<DECIMALS$}").parse().map_err(|_| UNREADABLE)?;
        let parts = whole.checked_mul(i128::from(ONE)).and_then(|parts| parts.checked_add(fraction));
        parts.and_then(Self::from_parts).ok_or(too_large)
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, fraction) = (self.0 / ONE, format!("{:0>DECIMALS$}", self.0 % ONE));
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

impl std::fmt::Debug for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

    impl utoipa::PartialSchema for super::Rate {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("A decimal above 0 and below 10,000,000, with at most 12 decimals"))
                .pattern(Some(r"^[0-9]{1,7}(\.[0-9]{1,12})?$"))
                .examples(["1.0842"])
                .into()
        }
    }

    impl utoipa::ToSchema for super::Rate {}
}

text_enum! {
    /// Where a rate comes from.
    RateSource {
        /// Somebody entered it.
        Entered => "entered",
        /// A file had it.
        Csv => "csv",
        /// An address gave it.
        Url => "url",
    }
}

text_enum! {
    /// The orders of the list of rates.
    ExchangeRateSort {
        /// Newest day first; the default.
        DayDescending => "-day",
        /// Oldest day first.
        Day => "day",
    }
}

/// A rate of a day. It holds until the next one, for at most as many days as the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeRate {
    /// This row.
    pub id: ExchangeRateId,
    /// One unit of this currency ...
    pub currency: Currency,
    /// ... is so many ...
    pub rate: Rate,
    /// ... units of this one.
    pub reporting_currency: Currency,
    /// From this day of the account's calendar on.
    pub day: NaiveDate,
    /// Where it comes from.
    pub source: RateSource,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

/// A rate to enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewExchangeRate {
    /// Units of the reporting currency for one unit of the currency, as a decimal such as `1.0842`.
    pub rate: String,
}

/// What became of a file of rates, or what would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateImport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Rows of the file.
    pub rows: i64,
    /// Rates of days that had none.
    pub created: i64,
    /// Rates that were others before.
    pub changed: i64,
    /// Rates that were the same before.
    pub unchanged: i64,
    /// Rows that are wrong; they are left out.
    pub failed: i64,
    /// The first 100 of them, and why.
    pub errors: Vec<RateRowError>,
}

/// A row of a file that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateRowError {
    /// Of the file, from 1.
    pub line: i64,
    /// The column's name.
    pub column: Option<String>,
    /// Why.
    pub message: String,
}

/// How rates come in and how long they hold, with what the address said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeRateSettings {
    /// A rate is carried on for so many days when no other follows.
    pub carried_days: i32,
    /// Asked once a day; null: nobody is asked.
    pub url: Option<String>,
    /// When it was asked last.
    pub asked_at: Option<DateTime<Utc>>,
    /// The newest day that it ever told rates of.
    pub newest_day: Option<NaiveDate>,
    /// Why the last time brought nothing.
    pub error: Option<String>,
    /// For optimistic locking.
    pub version: i64,
}

/// Changes how rates come in: a JSON merge patch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExchangeRateSettingsPatch {
    /// The version that you saw; 409 when somebody was faster.
    pub version: i64,
    /// 1 to 366.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_days: Option<i32>,
    /// An https address that answers with rates as JSON; null: nobody is asked.
    #[serde(default, deserialize_with = "patch::field", skip_serializing_if = "Option::is_none")]
    pub url: Option<Option<String>>,
}

/// What is known of the rates of a currency that has MRR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateCoverage {
    /// The currency.
    pub currency: Currency,
    /// The day of its first MRR: since then it needs rates.
    pub since: NaiveDate,
    /// Its newest rate.
    pub newest: Option<ExchangeRate>,
    /// Days since then, up to today, on which no rate holds.
    pub missing_days: i64,
    /// The first ten runs of such days.
    pub missing: Vec<RateGap>,
}

/// Days on which no rate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateGap {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

/// Which rates of a currency a figure was converted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateUse {
    /// The currency.
    pub currency: Currency,
    /// The day of the first rate that was used.
    pub first_day: NaiveDate,
    /// The day of the last one.
    pub last_day: NaiveDate,
    /// The last one.
    pub rate: Rate,
    /// How many rates were used.
    pub rates: i64,
    /// For how many days one was carried on at most.
    pub carried_days: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_it_is_read() {
        for (text, shown) in [
            ("1.0842", "1.0842"),
            ("1", "1"),
            ("1.0", "1"),
            ("0.000000000001", "0.000000000001"),
            ("9999999.999999999999", "9999999.999999999999"),
            ("007.50", "7.5"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.to_string(), shown);
            assert_eq!(serde_json::from_str::<Rate>(&serde_json::to_string(&rate).unwrap()).unwrap(), rate);
        }
        assert_eq!("1".parse(), Ok(Rate::ONE));
    }

    #[test]
    fn what_is_no_rate_is_told_why() {
        for (text, why) in [
            ("", "Write a rate"),
            ("one", "Write a rate"),
            ("1,5", "Write a rate"),
            ("1.", "Write a rate"),
            ("1e3", "Write a rate"),
            ("+1", "Write a rate"),
            ("0", "above 0"),
            ("0.000", "above 0"),
            ("-1.2", "above 0"),
            ("0.0000000000001", "12 decimals"),
            ("10000000", "below 10,000,000"),
            ("99999999999999999999999999999999999999999", "below 10,000,000"),
        ] {
            let BadRate(message) = text.parse::<Rate>().unwrap_err();
            assert!(message.contains(why), "{text}: {message}");
        }
    }
}
