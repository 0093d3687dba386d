//! How many people sign up on a day: growth, the week and the year, and chance.

use chrono::{DateTime, Datelike};

use super::BusinessConfig;
use crate::calendar::{DAY, HOUR};
use crate::rng::Rng;

/// Monday to Sunday: good intentions come on Mondays.
const WEEK: [f64; 7] = [1.2, 1.1, 1.05, 1.0, 0.9, 0.8, 0.95];
/// January to December: resolutions, summer, after the holidays.
const YEAR: [f64; 12] = [1.45, 1.15, 1.05, 1.0, 0.95, 0.85, 0.8, 0.85, 1.15, 1.0, 0.9, 0.75];
/// Sign-ups per hour of the day, UTC.
const HOURS: [u32; 24] = [3, 2, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 8, 8, 7, 7, 8, 9, 11, 12, 12, 10, 7, 4];

#[derive(Debug)]
pub(super) struct Arrivals {
    seed: u64,
    start: i64,
    days: u32,
    /// People per unit of weight.
    scale: f64,
    /// The part of a person that earlier days left over.
    carry: f64,
}

impl Arrivals {
    pub(super) fn new(config: &BusinessConfig) -> Self {
        let mut arrivals =
            Self { seed: config.seed, start: config.start, days: config.days.max(1), scale: 0.0, carry: 0.5 };
        let total: f64 = (0..i64::from(arrivals.days)).map(|day| arrivals.weight(config.start + day * DAY)).sum();
        arrivals.scale = f64::from(config.customers) / total;
        arrivals
    }

    /// Days are asked for in order.
    pub(super) fn on_day(&mut self, midnight: i64) -> u32 {
        let expected = self.carry + self.weight(midnight) * self.scale;
        let whole = expected.floor();
        self.carry = expected - whole;
        // Non-negative and far below the limit.
        whole as u32
    }

    fn weight(&self, midnight: i64) -> f64 {
        let day = (midnight - self.start) / DAY;
        let grown = day.min(i64::from(self.days)) as f64 / f64::from(self.days);
        let date = DateTime::from_timestamp(midnight, 0).unwrap_or_default();
        let index = |of: u32| usize::try_from(of).unwrap_or(0);
        let week = WEEK.get(index(date.weekday().num_days_from_monday())).unwrap_or(&1.0);
        let year = YEAR.get(index(date.month0())).unwrap_or(&1.0);
        let chance = 0.7 + 0.6 * Rng::new(self.seed ^ 0x00DA_1157, day.unsigned_abs()).unit();
        (0.35 + 1.3 * grown) * week * year * chance
    }
}

/// A second of the day at which somebody signs up.
pub(super) fn second_of_day(rng: &mut Rng) -> i64 {
    let hour = i64::try_from(rng.weighted(&HOURS)).unwrap_or(12);
    hour * HOUR + rng.between(0, HOUR)
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, BusinessConfig, DAY};

    #[test]
    fn the_total_is_met_and_growth_goes_on() {
        let config = BusinessConfig { customers: 1_000, ..BusinessConfig::default() };
        let mut arrivals = Arrivals::new(&config);
        let counts: Vec<u32> = (0..730).map(|day| arrivals.on_day(config.start + day * DAY)).collect();
        let year: u32 = counts[..365].iter().sum();
        assert!((990..=1_010).contains(&year), "{year}");
        let quarter = |n: usize| counts[n * 91..(n + 1) * 91].iter().sum::<u32>();
        assert!(quarter(3) > quarter(0), "{} {}", quarter(3), quarter(0));
        assert!(counts[365..].iter().sum::<u32>() > year);
    }
}
