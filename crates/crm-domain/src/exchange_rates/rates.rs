//! The rates of some days, and which of them holds on a day.

use crate::db::{DomainError, Result};
use crate::row::parse;
use chrono::{Days, NaiveDate};
use crm_types::Currency;
use crm_types::exchange_rates::{Rate, RateUse};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Parts of a minor unit of the reporting currency that converted amounts are exact to: rates have 12 decimals, and currencies
/// differ by 3 decimals at most.
pub(super) const PARTS: i128 = 1_000_000_000_000_000;

/// The rates of some currencies in the reporting currency, each oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    reporting: Currency,
    carried_days: u64,
    by_currency: BTreeMap<Currency, Vec<(NaiveDate, Rate)>>,
}

/// A day without a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    currency: Currency,
    day: NaiveDate,
    /// The day of the last rate before it, when it holds no longer, and for how many days it did.
    before: Option<(NaiveDate, u64)>,
}

/// Why amounts could not be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unconvertible {
    /// Of each currency the first day.
    Missing(Vec<Missing>),
    /// An amount does not fit.
    TooLarge,
}

impl Rates {
    /// Rates by hand.
    pub(super) fn new(reporting: Currency, carried_days: u64, rates: &[(Currency, NaiveDate, Rate)]) -> Self {
        let mut by_currency: BTreeMap<Currency, Vec<(NaiveDate, Rate)>> = BTreeMap::new();
        for (currency, day, rate) in rates {
            by_currency.entry(*currency).or_default().push((*day, *rate));
        }
        by_currency.values_mut().for_each(|rates| rates.sort_unstable());
        Self { reporting, carried_days, by_currency }
    }

    /// Reads those that count from one day to another: also the last one before.
    pub(crate) async fn read(
        db: &mut PgConnection,
        reporting: Currency,
        currencies: &BTreeSet<Currency>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Self> {
        let codes: Vec<String> = currencies.iter().map(ToString::to_string).collect();
        let rows = sqlx::query!(
            r#"SELECT r.currency, r.day, trim_scale(r.rate)::text AS "rate!"
               FROM unnest($2::text[]) AS c (currency)
               CROSS JOIN LATERAL (SELECT coalesce(max(p.day), $3::date) AS since FROM exchange_rates p
                                   WHERE p.reporting_currency = $1 AND p.currency = c.currency AND p.day <= $3) AS s
               JOIN exchange_rates r ON r.reporting_currency = $1 AND r.currency = c.currency AND r.day BETWEEN s.since AND $4"#,
            reporting.code(),
            &codes,
            from,
            to
        )
        .fetch_all(&mut *db)
        .await?;
        let carried_days = super::find_settings(&mut *db).await?.carried_days;
        let mut rates = Vec::with_capacity(rows.len());
        for row in rows {
            rates.push((parse("currency", &row.currency)?, row.day, parse("rate", &row.rate)?));
        }
        Ok(Self::new(reporting, u64::try_from(carried_days).unwrap_or(0), &rates))
    }

    /// What everything is converted into.
    pub(crate) fn reporting(&self) -> Currency {
        self.reporting
    }

    /// The rate that holds on a day, and the day that it is of.
    pub(super) fn on(&self, currency: Currency, day: NaiveDate) -> std::result::Result<(NaiveDate, Rate), Missing> {
        if currency == self.reporting {
            return Ok((day, Rate::ONE));
        }
        let of = self.by_currency.get(&currency).map(Vec::as_slice).unwrap_or_default();
        let last = of.partition_point(|(of, _)| *of <= day).checked_sub(1).and_then(|i| of.get(i)).copied();
        match last {
            Some((of, rate)) if of.checked_add_days(Days::new(self.carried_days)).is_none_or(|end| day <= end) => {
                Ok((of, rate))
            }
            last => Err(Missing { currency, day, before: last.map(|(of, _)| (of, self.carried_days)) }),
        }
    }

    /// An amount by a rate, in parts of a minor unit of the reporting currency.
    pub(super) fn exactly(
        &self,
        minor: i64,
        currency: Currency,
        rate: Rate,
    ) -> std::result::Result<i128, Unconvertible> {
        let scale = 10_i128.pow(3 + self.reporting.decimals() - currency.decimals().min(3));
        let parts = i128::from(minor).checked_mul(rate.parts()).and_then(|parts| parts.checked_mul(scale));
        parts.ok_or(Unconvertible::TooLarge)
    }

    /// An amount by the rate of a day, in minor units of the reporting currency.
    pub(crate) fn convert(
        &self,
        minor: i64,
        currency: Currency,
        day: NaiveDate,
    ) -> std::result::Result<i64, Unconvertible> {
        let (_, rate) = self.on(currency, day).map_err(|missing| Unconvertible::Missing(vec![missing]))?;
        rounded(self.exactly(minor, currency, rate)?)
    }
}

/// Minor units, half away from zero.
pub(super) fn rounded(parts: i128) -> std::result::Result<i64, Unconvertible> {
    let (whole, left) = (parts / PARTS, (parts % PARTS).abs());
    let whole = if left * 2 >= PARTS { whole + parts.signum() } else { whole };
    i64::try_from(whole).map_err(|_| Unconvertible::TooLarge)
}

/// Which rates were used.
#[derive(Debug, Default)]
pub(crate) struct Used(BTreeMap<Currency, Use>);

#[derive(Debug)]
struct Use {
    days: BTreeSet<NaiveDate>,
    last: Rate,
    carried_days: i64,
}

impl Used {
    pub(super) fn note(&mut self, currency: Currency, day: NaiveDate, of: NaiveDate, rate: Rate) {
        let used = self.0.entry(currency).or_insert(Use { days: BTreeSet::new(), last: rate, carried_days: 0 });
        used.days.insert(of);
        if used.days.last() == Some(&of) {
            used.last = rate;
        }
        used.carried_days = used.carried_days.max((day - of).num_days());
    }

    /// What was used here and there.
    pub(crate) fn merge(&mut self, other: Self) {
        for (currency, used) in other.0 {
            let Some(mine) = self.0.get_mut(&currency) else {
                self.0.insert(currency, used);
                continue;
            };
            if used.days.last() > mine.days.last() {
                mine.last = used.last;
            }
            mine.days.extend(used.days);
            mine.carried_days = mine.carried_days.max(used.carried_days);
        }
    }

    /// As replies tell it.
    pub(crate) fn told(&self) -> Vec<RateUse> {
        let of = |(currency, used): (&Currency, &Use)| {
            Some(RateUse {
                currency: *currency,
                first_day: *used.days.first()?,
                last_day: *used.days.last()?,
                rate: used.last,
                rates: i64::try_from(used.days.len()).unwrap_or(i64::MAX),
                carried_days: used.carried_days,
            })
        };
        self.0.iter().filter_map(of).collect()
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.currency.code().to_ascii_uppercase();
        match self.before {
            None => write!(f, "No rate for {code} on or before {}.", self.day),
            Some((of, carried_days)) => {
                let days = if carried_days == 1 { "day" } else { "days" };
                write!(
                    f,
                    "No rate for {code} on {}: the last one is of {of}, and a rate is carried on for {carried_days} {days}.",
                    self.day
                )
            }
        }
    }
}

impl From<Unconvertible> for DomainError {
    fn from(error: Unconvertible) -> Self {
        match error {
            Unconvertible::Missing(missing) => {
                let sentences: Vec<String> = missing.iter().map(ToString::to_string).collect();
                let message = format!("{} Rates are kept in Settings, Currencies.", sentences.join(" "));
                Self::invalid("currency", "no_rate", message)
            }
            Unconvertible::TooLarge => {
                Self::invalid("currency", "out_of_range", "An amount is too large to be converted.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rates() -> Rates {
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        Rates::new(
            Currency::USD,
            7,
            &[
                (Currency::EUR, day("2026-03-10"), rate("1.1")),
                (Currency::EUR, day("2026-03-01"), rate("1.0842")),
                (Currency::JPY, day("2026-03-01"), rate("0.0067")),
            ],
        )
    }

    #[test]
    fn a_rate_holds_until_the_next_one_and_no_longer_than_it_is_carried() {
        let rates = rates();
        for (on, of) in [("2026-03-01", "2026-03-01"), ("2026-03-08", "2026-03-01"), ("2026-03-17", "2026-03-10")] {
            assert_eq!(rates.on(Currency::EUR, day(on)).unwrap().0, day(of), "{on}");
        }
        let said = |on| DomainError::from(Unconvertible::Missing(vec![rates.on(Currency::EUR, day(on)).unwrap_err()]));
        assert_eq!(
            said("2026-02-28").to_string(),
            "No rate for EUR on or before 2026-02-28. Rates are kept in Settings, Currencies."
        );
        assert_eq!(
            said("2026-03-09").to_string(),
            "No rate for EUR on 2026-03-09: the last one is of 2026-03-01, and a rate is carried on for 7 days. Rates are kept in \
             Settings, Currencies."
        );
    }

    #[test]
    fn amounts_follow_the_decimals_of_both_currencies() {
        let rates = rates();
        let on = day("2026-03-01");
        assert_eq!(rates.convert(1_000, Currency::EUR, on), Ok(1_084), "€10.00 are $10.842");
        assert_eq!(rates.convert(3_000, Currency::JPY, on), Ok(2_010), "¥3,000 are $20.10");
        assert_eq!(rates.convert(77, Currency::USD, on), Ok(77));
        let yen = Rates::new(Currency::JPY, 7, &[("kwd".parse().unwrap(), on, "487.5".parse().unwrap())]);
        assert_eq!(
            yen.convert(1_000, "kwd".parse().unwrap(), on),
            Ok(488),
            "1.000 KWD are ¥487.5, half away from zero"
        );
        assert_eq!(yen.convert(-1_000, "kwd".parse().unwrap(), on), Ok(-488));
        let huge = Rates::new("kwd".parse().unwrap(), 7, &[(Currency::JPY, on, "9999999".parse().unwrap())]);
        assert_eq!(huge.convert(i64::MAX, Currency::JPY, on), Err(Unconvertible::TooLarge));
    }
}
