//! Figures and charts: the addresses that the dashboard reads.

use crate::components::Period;
use crm_types::analytics::{GroupBy, Step};

/// Up to so many days a chart has a point for each.
const MOST_DAYS: u64 = 92;
/// Up to so many days it has a point for each week; above, for each month.
const MOST_DAYS_OF_WEEKS: u64 = 400;

/// The seven figures.
pub fn overview(period: &Period) -> String {
    period.params().with_path("/api/analytics/overview")
}

/// MRR over time.
pub fn mrr(period: &Period, group: GroupBy) -> String {
    let params = period.params().without(&["compare"]).with("step", step(period).as_str());
    params.with("group_by", group.as_str()).with_path("/api/analytics/mrr")
}

/// From the MRR at the start to the MRR at the end.
pub fn movements(period: &Period) -> String {
    period.params().without(&["compare"]).with_path("/api/analytics/movements")
}

/// The newest movements of the period; while nobody chose one, the newest of all.
pub fn newest_movements(period: &Period, limit: u32) -> String {
    period.params().without(&["compare"]).with("limit", &limit.to_string()).with_path("/api/mrr-movements")
}

/// As fine as the period allows without the points running into each other.
fn step(period: &Period) -> Step {
    match period.length() {
        days if days <= MOST_DAYS => Step::Day,
        days if days <= MOST_DAYS_OF_WEEKS => Step::Week,
        _ => Step::Month,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;

    fn period(from: &str, to: &str) -> Period {
        let params = Params::from_pairs(&[("from", from), ("to", to), ("compare", "year"), ("currency", "eur")]);
        Period::parse(&params, (to.parse().unwrap(), to.parse().unwrap()))
    }

    #[test]
    fn addresses_say_period_and_currency() {
        let october = period("2026-10-01", "2026-10-31");
        assert_eq!(
            overview(&october),
            "/api/analytics/overview?from=2026-10-01&to=2026-10-31&compare=year&currency=eur"
        );
        assert_eq!(
            mrr(&october, GroupBy::Tier),
            "/api/analytics/mrr?from=2026-10-01&to=2026-10-31&currency=eur&step=day&group_by=tier"
        );
        assert_eq!(movements(&october), "/api/analytics/movements?from=2026-10-01&to=2026-10-31&currency=eur");
        let of_october = "/api/mrr-movements?from=2026-10-01&to=2026-10-31&currency=eur&limit=7";
        assert_eq!(newest_movements(&october, 7), of_october);
        let usual = Period { chosen: false, currency: None, ..october };
        assert_eq!(newest_movements(&usual, 7), "/api/mrr-movements?limit=7");
    }

    #[test]
    fn a_longer_period_has_a_coarser_step() {
        for (from, expected) in [("2026-08-01", Step::Day), ("2025-11-01", Step::Week), ("2024-01-01", Step::Month)] {
            assert_eq!(step(&period(from, "2026-10-31")), expected, "{from}");
        }
    }
}
