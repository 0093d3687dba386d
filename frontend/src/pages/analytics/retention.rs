//! Who stays: the figures of a period, how they moved, the cohorts, and the same by stream or tier.

use super::AnalyticsHead;
use super::cohorts::CohortCard;
use super::parts::{Parts, Trials};
use super::retention_chart::RetentionChart;
use super::tiles::{Metric, Shown, metric_tiles, tiles_skeleton};
use super::year::{Year, use_year};
use crate::api::analytics;
use crate::charts::ratio;
use crate::components::use_group;
use crate::format::{Better, MISSING, count_delta, money_whole, percent, points_delta};
use crate::pages::dashboard::{Scope, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crm_types::analytics::GroupBy;
use crm_types::analytics_retention::{ChurnReport, LtvReport, Retention, TrialReport};
use leptos::prelude::*;

static METRICS: [Metric; 8] = [
    Metric {
        label: "NRR",
        id: "x-nrr",
        formula: "Net revenue retention: MRR at the end of those who paid when the period began / their MRR then.",
        example: "100 at the start, 10 lost, 10 given up, 10 won from those who stayed: 90%.",
    },
    Metric {
        label: "GRR",
        id: "x-grr",
        formula: "Gross revenue retention: the same, but of each customer at most what they paid at the start. Never above 100%.",
        example: "100 at the start, 10 lost, 10 given up: 80%, whatever the others add.",
    },
    Metric {
        label: "Customer churn",
        id: "x-churn",
        formula: "Customers who paid at the start and whose MRR reached 0 in the period / customers who paid at the start. Each counts once.",
        example: "5 of 100 left: 5.00%.",
    },
    Metric {
        label: "Gross MRR churn",
        id: "x-gross",
        formula: "(churn + contraction) / MRR at the start, of everybody who left or pays less.",
        example: "100 at the start, lost 10 + 10: 20%.",
    },
    Metric {
        label: "Net MRR churn",
        id: "x-net",
        formula: "(churn + contraction − expansion − reactivation) / MRR at the start. Below 0 where more was won back than lost.",
        example: "100 at the start, lost 10 + 10, expansion 10: 10%.",
    },
    Metric {
        label: "Quick ratio",
        id: "x-quick",
        formula: "(new + expansion + reactivation) / (contraction + churn).",
        example: "40 won, 10 lost: 4.00.",
    },
    Metric {
        label: "LTV",
        id: "x-ltv",
        formula: "ARPU at the end of the period / mean monthly customer churn of the last six full months.",
        example: "$100 / 5% = $2,000.",
    },
    Metric {
        label: "Trial conversion",
        id: "x-trials",
        formula: "Trials that ended in the period and whose subscription became active / trials that ended in it.",
        example: "30 of 50 trials became subscriptions: 60.0%.",
    },
];

/// The page at `/analytics/retention`.
#[component]
pub fn RetentionPage() -> impl IntoView {
    let year = use_year();
    let group = use_group();
    let period = year.period;
    let churn = use_query::<ChurnReport>(move || Some(period.with(|period| analytics::churn(period, group.get()))))
        .refresh_on(use_realtime().mrr());
    let ltv = use_query::<LtvReport>(move || Some(period.with(analytics::ltv))).refresh_on(use_realtime().mrr());
    let trials =
        use_query::<TrialReport>(move || Some(period.with(analytics::trials))).refresh_on(use_realtime().billing());
    view! {
        <AnalyticsHead tab="Retention" year=year/>
        <Tiles year=year churn=churn ltv=ltv trials=trials/>
        <div class="grid">
            <RetentionChart churn=churn ltv=ltv/>
            <CohortCard year=year class="card c12"/>
            <Parts churn=churn/>
            <Trials trials=trials/>
        </div>
    }
}

#[component]
fn Tiles(year: Year, churn: Query<ChurnReport>, ltv: Query<LtvReport>, trials: Query<TrialReport>) -> impl IntoView {
    let before = year.before;
    let of_before =
        use_query::<ChurnReport>(move || Some(before.with(|period| analytics::churn(period, GroupBy::Stream))));
    let ltv_before = use_query::<LtvReport>(move || Some(before.with(analytics::ltv)));
    let trials_before = use_query::<TrialReport>(move || Some(before.with(analytics::trials)));
    let content = move |report: Signal<ChurnReport>| {
        let shown = Memo::new(move |_| {
            let earlier = of_before.map(|before| before.total.clone());
            let mut tiles = report.with(|report| of_churn(report, earlier.as_ref()));
            tiles.push(match ltv.get() {
                Some(report) => of_ltv(&report, ltv_before.get().as_ref()),
                None => Shown::without(ltv.error().get().is_some()),
            });
            tiles.push(match trials.get() {
                Some(report) => of_trials(&report, trials_before.get().as_ref()),
                None => Shown::without(trials.error().get().is_some()),
            });
            tiles
        });
        metric_tiles(&METRICS, shown)
    };
    view! {
        <section class="stats stats--4" aria-label="Key figures">
            {widget(churn, "Key figures", || tiles_skeleton(&METRICS), content)}
        </section>
    }
}

fn of_churn(report: &ChurnReport, before: Option<&Retention>) -> Vec<Shown> {
    let scope = Scope { from: report.from, to: report.to, currency: Some(report.currency) };
    let rate = |of: fn(&Retention) -> Option<f64>, better: Better, href: String| Shown {
        value: of(&report.total).map_or_else(|| MISSING.into(), percent),
        delta: points_delta(of(&report.total), before.and_then(of), better),
        spark: report.steps.iter().filter(|step| step.complete).map(|step| of(&step.figures)).collect(),
        href,
        note: None,
    };
    let quick = |figures: &Retention| figures.quick_ratio;
    let hundredths = |figures: &Retention| figures.quick_ratio.map(|ratio| (ratio * 100.0).round() as i64);
    vec![
        rate(|r| r.nrr, Better::Higher, scope.movements(None)),
        rate(|r| r.grr, Better::Higher, scope.movements(None)),
        rate(|r| r.customer_churn_rate, Better::Lower, scope.churned()),
        rate(|r| r.gross_mrr_churn_rate, Better::Lower, scope.lost()),
        rate(|r| r.net_mrr_churn_rate, Better::Lower, scope.movements(None)),
        Shown {
            value: quick(&report.total).map_or_else(|| MISSING.into(), ratio),
            delta: count_delta(hundredths(&report.total), before.and_then(hundredths), Better::Higher),
            spark: report.steps.iter().filter(|step| step.complete).map(|step| quick(&step.figures)).collect(),
            href: scope.movements(None),
            note: None,
        },
    ]
}

fn of_ltv(report: &LtvReport, before: Option<&LtvReport>) -> Shown {
    let minor = |report: &LtvReport| report.total.ltv.map(|ltv| ltv.minor);
    let scope = Scope { from: report.from, to: report.to, currency: Some(report.currency) };
    Shown {
        value: report.total.ltv.map_or_else(|| MISSING.into(), money_whole),
        delta: count_delta(minor(report), before.and_then(minor), Better::Higher),
        spark: report.steps.iter().map(|step| step.value.ltv.map(|ltv| ltv.minor as f64)).collect(),
        href: scope.paying(),
        note: None,
    }
}

fn of_trials(report: &TrialReport, before: Option<&TrialReport>) -> Shown {
    Shown {
        value: report.total.rate.map_or_else(|| MISSING.into(), percent),
        delta: points_delta(report.total.rate, before.and_then(|before| before.total.rate), Better::Higher),
        spark: report.steps.iter().filter(|step| step.complete).map(|step| step.figures.rate).collect(),
        ..Shown::default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::format::{Direction, Tone};
    use crm_types::analytics::Step;
    use crm_types::analytics_retention::{RetentionGroup, RetentionStep};
    use crm_types::{Currency, Money};

    pub fn figures() -> Retention {
        let usd = |major: i64| Money::new(major * 100, Currency::USD);
        Retention {
            start_customers: 100,
            churned_customers: 5,
            end_customers: 120,
            customer_churn_rate: Some(0.05),
            start_mrr: usd(100),
            new: usd(25),
            reactivation: usd(5),
            expansion: usd(10),
            contraction: usd(-10),
            churn: usd(-10),
            end_mrr: usd(120),
            gross_mrr_churn_rate: Some(0.2),
            net_mrr_churn_rate: Some(0.05),
            retained_mrr: usd(95),
            kept_mrr: usd(80),
            nrr: Some(0.95),
            grr: Some(0.8),
            quick_ratio: Some(2.0),
        }
    }

    pub fn report() -> ChurnReport {
        let step = |from: &str, to: &str, complete| RetentionStep {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            complete,
            figures: figures(),
        };
        ChurnReport {
            currency: Currency::USD,
            from: "2026-09-01".parse().unwrap(),
            to: "2026-10-17".parse().unwrap(),
            interval: Step::Month,
            as_of: None,
            total: figures(),
            steps: vec![step("2026-09-01", "2026-09-30", true), step("2026-10-01", "2026-10-17", false)],
            groups: vec![RetentionGroup {
                key: "rev1_individual".into(),
                label: "REV 1 Individual".into(),
                total: figures(),
                steps: vec![],
            }],
        }
    }

    #[test]
    fn tiles_say_rate_change_and_rows() {
        let before = Retention { nrr: Some(0.9), quick_ratio: Some(4.0), customer_churn_rate: None, ..figures() };
        let tiles = of_churn(&report(), Some(&before));
        let values: Vec<_> = tiles.iter().map(|tile| tile.value.as_str()).collect();
        assert_eq!(values, ["95.0%", "80.0%", "5.00%", "20.0%", "5.00%", "2.00"]);
        let delta = |index: usize| tiles[index].delta.as_ref().map(|d| (d.direction, d.tone, d.text.as_str()));
        assert_eq!(delta(0), Some((Direction::Up, Tone::Good, "5 pt")));
        assert_eq!((delta(2), delta(5)), (None, Some((Direction::Down, Tone::Bad, "50.0%"))));
        assert_eq!(tiles[0].spark, [Some(0.95)], "a month that is not over is no point");
        assert_eq!(
            tiles[3].href,
            "/mrr-movements?movement=contraction,churn&from=2026-09-01&to=2026-10-17&currency=usd"
        );
    }

    #[test]
    fn a_rate_without_a_base_is_no_zero() {
        let mut empty = report();
        empty.total = Retention { nrr: None, quick_ratio: None, ..figures() };
        let tiles = of_churn(&empty, None);
        assert_eq!((tiles[0].value.as_str(), tiles[5].value.as_str()), ("–", "–"));
        assert_eq!((Shown::without(false).value.as_str(), Shown::without(true).value.as_str()), ("…", "–"));
    }

    #[test]
    fn every_metric_has_a_tile() {
        assert_eq!(of_churn(&report(), None).len() + 2, METRICS.len());
    }
}
