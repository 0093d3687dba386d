//! What a chart's values are, and how they are written on an axis and beside a mark.

use crate::format::{count, money_compact, money_whole, percent};
use crm_types::{Currency, Money};

/// What whole numbers mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Minor units of a currency.
    Money(Currency),
    /// Hundredths of a percent: 461 is 4.61 %.
    Rate,
    /// Hundredths: 250 is 2.5 of something.
    Ratio,
    /// How many.
    Count,
}

impl Unit {
    /// A rate of 0.0461 as a chart takes it.
    pub fn rate(rate: f64) -> i64 {
        (rate * 10_000.0).round() as i64
    }

    /// A ratio of 2.5 as a chart takes it.
    pub fn ratio(ratio: f64) -> i64 {
        (ratio * 100.0).round() as i64
    }

    /// For the axis: `$40K`, `5%`.
    pub fn axis(self, value: i64) -> String {
        match self {
            Self::Money(currency) => money_compact(Money::new(value, currency)),
            Self::Rate => format!("{}%", trimmed(value)),
            Self::Ratio => trimmed(value),
            Self::Count => count(value),
        }
    }

    /// For a reading: `$40,210`, `4.61%`.
    pub fn text(self, value: i64) -> String {
        match self {
            Self::Money(currency) => money_whole(Money::new(value, currency)),
            Self::Rate => percent(value as f64 / 10_000.0),
            Self::Ratio => ratio(value as f64 / 100.0),
            Self::Count => count(value),
        }
    }
}

/// A ratio as tiles and marks show it: `2.50`.
pub fn ratio(value: f64) -> String {
    format!("{value:.2}")
}

/// Hundredths without the digits that say nothing: 500 is `5`, 250 is `2.5`.
fn trimmed(hundredths: i64) -> String {
    let text = format!("{:.2}", hundredths as f64 / 100.0);
    text.trim_end_matches('0').trim_end_matches('.').replace('-', crate::format::MINUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_brief_and_a_reading_exact() {
        let money = Unit::Money(Currency::USD);
        assert_eq!((money.axis(4_021_000), money.text(4_021_000)), ("$40.2K".into(), "$40,210".into()));
        assert_eq!((Unit::Rate.axis(500), Unit::Rate.text(461)), ("5%".into(), "4.61%".into()));
        assert_eq!((Unit::Rate.axis(250), Unit::Rate.axis(-250)), ("2.5%".into(), "−2.5%".into()));
        assert_eq!((Unit::Ratio.axis(250), Unit::Ratio.text(250)), ("2.5".into(), "2.50".into()));
        assert_eq!((Unit::Count.axis(1_200), Unit::rate(0.0461), Unit::ratio(2.5)), ("1,200".into(), 461, 250));
    }
}
