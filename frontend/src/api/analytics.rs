//! Figures and charts: the addresses that the dashboard reads.

use crate::components::Period;
use crate::params::Params;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_retention::CohortGroup;

/// Up to so many days a chart has a point for each, and a report need not be of whole months.
pub const MOST_DAYS: u64 = 92;
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
    period.alone().without(&["compare"]).with("limit", &limit.to_string()).with_path("/api/mrr-movements")
}

/// Who stayed, who left and what that did to MRR; by stream or tier as well.
pub fn churn(period: &Period, group: GroupBy) -> String {
    by_interval(period).with("group_by", group.as_str()).with_path("/api/analytics/churn")
}

/// ARPU and lifetime value over time.
pub fn ltv(period: &Period) -> String {
    by_interval(period).with_path("/api/analytics/ltv")
}

/// What became of trials.
pub fn trials(period: &Period) -> String {
    by_interval(period).with_path("/api/analytics/trials")
}

/// Cohorts that began in the period, divided or not.
pub fn cohorts(period: &Period, group: Option<CohortGroup>) -> String {
    let group = group.map_or("", CohortGroup::as_str);
    period.alone().without(&["compare"]).with("group_by", group).with_path("/api/analytics/cohorts")
}

/// The streams beside each other.
pub fn streams(period: &Period) -> String {
    period.alone().without(&["compare"]).with_path("/api/analytics/streams")
}

/// What explains the change of MRR.
pub fn bridge(period: &Period, group: GroupBy) -> String {
    let params = period.params().without(&["compare"]);
    params.with("group_by", group.as_str()).with_path("/api/analytics/bridge")
}

/// Payments that failed and came back, and refunds, by month.
pub fn payments(period: &Period) -> String {
    period.alone().without(&["compare"]).with_path("/api/analytics/payments")
}

/// What is expected; of the period only the currency counts.
pub fn forecast(period: &Period) -> String {
    period.alone().without(&["from", "to", "compare"]).with_path("/api/analytics/forecast")
}

/// Rates of a day or two say little: weeks up to a quarter, months above.
fn by_interval(period: &Period) -> Params {
    let interval = if period.length() <= MOST_DAYS { Step::Week } else { Step::Month };
    period.alone().without(&["compare"]).with("interval", interval.as_str())
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
        let days = "from=2026-10-01&to=2026-10-31&currency=eur";
        for (address, expected) in [
            (churn(&october, GroupBy::Tier), format!("/api/analytics/churn?{days}&interval=week&group_by=tier")),
            (ltv(&october), format!("/api/analytics/ltv?{days}&interval=week")),
            (trials(&october), format!("/api/analytics/trials?{days}&interval=week")),
            (cohorts(&october, None), format!("/api/analytics/cohorts?{days}")),
            (cohorts(&october, Some(CohortGroup::Source)), format!("/api/analytics/cohorts?{days}&group_by=source")),
            (streams(&october), format!("/api/analytics/streams?{days}")),
            (bridge(&october, GroupBy::Stream), format!("/api/analytics/bridge?{days}&group_by=stream")),
            (payments(&october), format!("/api/analytics/payments?{days}")),
            (forecast(&october), "/api/analytics/forecast?currency=eur".to_owned()),
        ] {
            assert_eq!(address, expected);
        }
        let year = period("2025-11-01", "2026-10-31");
        assert!(churn(&year, GroupBy::Stream).contains("interval=month"));
        let all = Period { currency: None, converted: true, ..october.clone() };
        for (address, converted) in [
            (movements(&all), true),
            (bridge(&all, GroupBy::Stream), true),
            (streams(&all), false),
            (forecast(&all), false),
        ] {
            assert_eq!(address.contains("currency=reporting"), converted, "{address}");
        }
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
