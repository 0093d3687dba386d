//! The seven figures as their tiles show them.

use super::links::{Scope, rows_in};
use crate::format::{
    Better, Delta, MISSING, amount_delta, count, count_delta, money, money_whole, percent, points_delta,
};
use crm_types::Money;
use crm_types::analytics::{Figure, Overview};

/// A figure, ready to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// What it is.
    pub label: &'static str,
    /// The value.
    pub value: String,
    /// Against the compared period.
    pub delta: Option<Delta>,
    /// Over the period.
    pub spark: Vec<Option<f64>>,
    /// The rows behind it.
    pub href: String,
}

/// The figures' names, in order; while they load there is nothing else to show.
pub const LABELS: [&str; 7] =
    ["MRR", "ARR", "Paying customers", "Trials running", "Customer churn", "Net new MRR", "ARPU"];

/// What the rows of the overview's links are about.
pub fn scope(overview: &Overview) -> Scope {
    Scope { from: overview.from, to: overview.to, currency: rows_in(overview.currency, overview.rates.as_ref()) }
}

/// The figures in the order of [`LABELS`].
pub fn tiles(overview: &Overview) -> [Tile; 7] {
    let scope = scope(overview);
    let [mrr, arr, paying, trials, churn, net_new, arpu] = LABELS;
    [
        amount(mrr, &overview.mrr, money_whole, scope.subscriptions()),
        amount(arr, &overview.arr, money_whole, scope.subscriptions()),
        counted(paying, &overview.paying_customers, scope.paying()),
        counted(trials, &overview.trials_running, scope.trials()),
        Tile {
            label: churn,
            value: shown(overview.customer_churn_rate.value, percent),
            delta: points_delta(
                overview.customer_churn_rate.value,
                overview.customer_churn_rate.previous,
                Better::Lower,
            ),
            spark: overview.customer_churn_rate.series.iter().map(|point| point.value).collect(),
            href: scope.churned(),
        },
        Tile {
            value: shown(overview.net_new_mrr.value, crate::format::signed_whole),
            delta: amount_delta(overview.net_new_mrr.value, overview.net_new_mrr.previous, Better::Higher),
            ..amount(net_new, &overview.net_new_mrr, money_whole, scope.movements(None))
        },
        // Of one customer, so cents matter.
        amount(arpu, &overview.arpu, money, scope.paying()),
    ]
}

fn amount(label: &'static str, figure: &Figure<Money>, text: fn(Money) -> String, href: String) -> Tile {
    let minor = |amount: Option<Money>| amount.map(|amount| amount.minor);
    Tile {
        label,
        value: shown(figure.value, text),
        delta: count_delta(minor(figure.value), minor(figure.previous), Better::Higher),
        spark: figure.series.iter().map(|point| minor(point.value).map(|minor| minor as f64)).collect(),
        href,
    }
}

fn counted(label: &'static str, figure: &Figure<i64>, href: String) -> Tile {
    Tile {
        label,
        value: shown(figure.value, count),
        delta: count_delta(figure.value, figure.previous, Better::Higher),
        spark: figure.series.iter().map(|point| point.value.map(|value| value as f64)).collect(),
        href,
    }
}

fn shown<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| MISSING.into(), text)
}

/// What is not in the figures because it is in another currency: `€1,240 and ¥34,000 of MRR are shown separately.`
pub fn elsewhere(overview: &Overview) -> Vec<Money> {
    overview.currencies.iter().copied().filter(|money| money.currency != overview.currency).collect()
}

/// For a screen reader, when the figures move.
pub fn spoken(overview: &Overview) -> String {
    let mrr = shown(overview.mrr.value, money_whole);
    let paying = shown(overview.paying_customers.value, count);
    format!("MRR is now {mrr}, from {paying} paying customers.")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::format::{Direction, Tone};
    use crm_types::Currency;
    use crm_types::analytics::Point;

    fn figure<T: Copy>(value: Option<T>, previous: Option<T>) -> Figure<T> {
        let day = "2026-10-31".parse().unwrap();
        Figure { value, previous, series: vec![Point { day, value: previous }, Point { day, value }] }
    }

    fn usd(major: i64) -> Option<Money> {
        Some(Money::new(major * 100, Currency::USD))
    }

    pub fn overview() -> Overview {
        Overview {
            currency: Currency::USD,
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            previous_from: "2026-08-31".parse().unwrap(),
            previous_to: "2026-09-30".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
            mrr: figure(usd(440_480), usd(412_380)),
            arr: figure(usd(5_285_760), usd(4_948_560)),
            paying_customers: figure(Some(12_460), Some(11_844)),
            trials_running: figure(Some(310), Some(310)),
            customer_churn_rate: figure(Some(0.0461), Some(0.0478)),
            net_new_mrr: figure(usd(28_100), usd(-2_000)),
            arpu: figure(Some(Money::new(3535, Currency::USD)), None),
            scheduled_churn: Money::new(120_000, Currency::USD),
            unmapped_prices: 0,
            currencies: vec![
                Money::new(44_048_000, Currency::USD),
                Money::new(124_000, Currency::EUR),
                Money::new(34_000, Currency::JPY),
            ],
            newest_day: "2026-10-31".parse().unwrap(),
            updated_at: None,
            rates: None,
        }
    }

    #[test]
    fn tiles_show_value_change_and_rows() {
        let tiles = tiles(&overview());
        let seen: Vec<_> = tiles.iter().map(|tile| (tile.label, tile.value.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("MRR", "$440,480"),
                ("ARR", "$5,285,760"),
                ("Paying customers", "12,460"),
                ("Trials running", "310"),
                ("Customer churn", "4.61%"),
                ("Net new MRR", "+$28,100"),
                ("ARPU", "$35.35"),
            ]
        );
        let delta = |index: usize| tiles[index].delta.as_ref().map(|d| (d.direction, d.tone, d.text.as_str()));
        assert_eq!(delta(0), Some((Direction::Up, Tone::Good, "6.8%")));
        assert_eq!(delta(3), Some((Direction::Flat, Tone::Neutral, "0.0%")));
        assert_eq!(delta(4), Some((Direction::Down, Tone::Good, "0.17 pt")));
        assert_eq!(delta(5), Some((Direction::Up, Tone::Good, "+$30.1K")));
        assert_eq!(delta(6), None, "nothing to compare with");
        assert_eq!(tiles[6].spark, [None, Some(3535.0)]);
    }

    #[test]
    fn a_missing_value_is_no_zero() {
        let mut overview = overview();
        overview.customer_churn_rate = figure(None, Some(0.02));
        let tiles = tiles(&overview);
        assert_eq!((tiles[4].value.as_str(), &tiles[4].delta), ("–", &None));
    }

    #[test]
    fn other_currencies_are_named_not_added() {
        let codes: Vec<_> = elsewhere(&overview()).iter().map(|money| money.currency.code().to_owned()).collect();
        assert_eq!(codes, ["eur", "jpy"]);
        assert_eq!(spoken(&overview()), "MRR is now $440,480, from 12,460 paying customers.");
    }
}
