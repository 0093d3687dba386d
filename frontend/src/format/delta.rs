//! A figure against the compared period.

use super::number::decimal;
use super::{points, signed_compact};
use crm_types::Money;

/// Where a figure went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More than before.
    Up,
    /// Less than before.
    Down,
    /// The same, as far as it is shown.
    Flat,
}

/// What that means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Green.
    Good,
    /// Red.
    Bad,
    /// Grey.
    Neutral,
}

/// Which direction is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better: MRR.
    Higher,
    /// Less is better: churn.
    Lower,
}

/// The change of a figure. The arrow follows the direction, the colour follows good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The arrow.
    pub direction: Direction,
    /// The colour.
    pub tone: Tone,
    /// `6.8%`, `0.17 pt`, `+$1.2K`.
    pub text: String,
}

impl Delta {
    fn new(difference: f64, text: String, flat: bool, better: Better) -> Self {
        let direction = match () {
            () if flat => Direction::Flat,
            () if difference > 0.0 => Direction::Up,
            () => Direction::Down,
        };
        let tone = match (direction, better) {
            (Direction::Flat, _) => Tone::Neutral,
            (Direction::Up, Better::Higher) | (Direction::Down, Better::Lower) => Tone::Good,
            _ => Tone::Bad,
        };
        Self { direction, tone, text }
    }

    /// For a screen reader, to whom neither arrow nor colour says anything: `up 6.8%`.
    pub fn spoken(&self) -> String {
        match self.direction {
            Direction::Up => format!("up {}", self.text),
            Direction::Down => format!("down {}", self.text),
            Direction::Flat => "unchanged".into(),
        }
    }
}

/// The change of a count or an amount as a share of what it was. `None` without a base: previous missing, or not above 0.
pub fn count_delta(value: Option<i64>, previous: Option<i64>, better: Better) -> Option<Delta> {
    let (value, previous) = (value? as f64, previous.filter(|p| *p > 0)? as f64);
    let change = (value - previous) / previous;
    let text = format!("{}%", decimal(change.abs() * 100.0, if change.abs() < 9.995 { 1 } else { 0 }));
    Some(Delta::new(change, text.clone(), text == "0.0%", better))
}

/// The change of a rate in percentage points.
pub fn points_delta(value: Option<f64>, previous: Option<f64>, better: Better) -> Option<Delta> {
    let change = value? - previous?;
    let text = points(change);
    Some(Delta::new(change, text.clone(), text == "0 pt", better))
}

/// The change of an amount that may be negative itself, where a share would mean nothing.
pub fn amount_delta(value: Option<Money>, previous: Option<Money>, better: Better) -> Option<Delta> {
    let (value, previous) = (value?, previous?);
    if value.currency != previous.currency {
        return None;
    }
    let change = Money::new(value.minor.checked_sub(previous.minor)?, value.currency);
    Some(Delta::new(change.minor as f64, signed_compact(change), change.minor == 0, better))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    fn delta(direction: Direction, tone: Tone, text: &str) -> Option<Delta> {
        Some(Delta { direction, tone, text: text.into() })
    }

    #[test]
    fn a_share_needs_a_base() {
        use Better::*;
        use Direction::*;
        assert_eq!(count_delta(Some(1068), Some(1000), Higher), delta(Up, Tone::Good, "6.8%"));
        assert_eq!(count_delta(Some(900), Some(1000), Higher), delta(Down, Tone::Bad, "10.0%"));
        assert_eq!(count_delta(Some(900), Some(1000), Lower), delta(Down, Tone::Good, "10.0%"));
        assert_eq!(count_delta(Some(100_000), Some(100_001), Higher), delta(Flat, Tone::Neutral, "0.0%"));
        assert_eq!(count_delta(Some(5_000_000), Some(1000), Higher), delta(Up, Tone::Good, "499,900%"));
        for (value, previous) in [(None, Some(1)), (Some(1), None), (Some(1), Some(0)), (Some(1), Some(-5))] {
            assert_eq!(count_delta(value, previous, Higher), None);
        }
    }

    #[test]
    fn a_falling_churn_is_good() {
        assert_eq!(
            points_delta(Some(0.0461), Some(0.0478), Better::Lower),
            delta(Direction::Down, Tone::Good, "0.17 pt")
        );
        assert_eq!(points_delta(Some(0.04), Some(0.0), Better::Lower), delta(Direction::Up, Tone::Bad, "4 pt"));
        assert_eq!(points_delta(None, Some(0.1), Better::Lower), None);
    }

    #[test]
    fn amounts_of_two_currencies_are_never_compared() {
        let usd = |minor| Some(Money::new(minor, Currency::USD));
        assert_eq!(amount_delta(usd(-10_000), usd(50_000), Better::Higher), delta(Direction::Down, Tone::Bad, "−$600"));
        assert_eq!(amount_delta(usd(0), usd(0), Better::Higher), delta(Direction::Flat, Tone::Neutral, "$0"));
        assert_eq!(amount_delta(usd(1), Some(Money::new(1, Currency::EUR)), Better::Higher), None);
    }

    #[test]
    fn words_say_what_arrow_and_colour_say() {
        let falling = points_delta(Some(0.01), Some(0.02), Better::Lower).unwrap();
        assert_eq!(falling.spoken(), "down 1 pt");
    }
}
