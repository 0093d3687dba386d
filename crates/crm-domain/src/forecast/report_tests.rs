use super::super::known::MonthFlow;
use super::*;
use crm_types::analytics_retention::{CohortCell, CohortsOf};

const PRICE: i64 = 1_000;

fn month(text: &str) -> Month {
    Month::of(text.parse().unwrap())
}

/// A business that wins 1,000 customers a month, who stay as the model says and pay 10.00 each.
fn business(months: i32, model: Sbg) -> Known {
    let first = month("2025-01-01");
    let until = first.plus(months - 1);
    let survival = model.survival(months.cast_unsigned());
    let cell = |k: u32| {
        let customers = (1_000.0 * survival[k as usize]).round() as i64;
        CohortCell {
            k,
            customers,
            mrr: customers * PRICE,
            customer_retention: None,
            mrr_retention: None,
            complete: true,
        }
    };
    let cohort = |began: i32| Cohort {
        month: first.plus(began).first_day(),
        size: 1_000,
        cells: (0..(months - began).cast_unsigned()).map(cell).collect(),
    };
    let cohorts: Vec<Cohort> = (0..months).map(cohort).collect();
    let level = |at: i32| {
        let cells =
            cohorts.iter().filter_map(|c| c.cells.get(usize::try_from(at - (Month::of(c.month).since(first))).ok()?));
        (first.plus(at), cells.map(|cell| cell.mrr).sum())
    };
    let flow = Flow { started: 1_000 * PRICE, changed: 0 };
    Known {
        currency: Currency::USD,
        until,
        levels: (0..months).map(level).collect(),
        flows: (0..months).map(|m| MonthFlow { month: first.plus(m), key: "tier1".into(), flow }).collect(),
        plans: vec![CohortsOf { key: "tier1".into(), label: "Basic".into(), cohorts: cohorts.clone() }],
        everybody: cohorts,
    }
}

fn steady() -> Sbg {
    Sbg { alpha: 1.5, beta: 20.0 }
}

#[test]
fn a_business_that_follows_the_model_is_foretold() {
    let known = business(24, steady());
    let report = report(&known, 1_000);
    assert_eq!((report.why_not, report.months.len(), report.known_months), (None, 12, 24));
    let model = report.total.model.unwrap();
    assert!((model.alpha - 1.5).abs() < 0.05 && (model.beta - 20.0).abs() < 0.8, "{model:?}");
    // Half a year held back: what came is what was expected, to the third digit.
    let back_test = report.back_test.unwrap();
    assert_eq!((back_test.months.len(), back_test.inside), (6, 6));
    assert!(back_test.mean_error.unwrap() < 0.001, "{:?}", back_test.mean_error);
    // And a year later it would have been so again.
    let later = business(36, steady());
    for (ahead, expected) in (1..).zip(&report.months) {
        let came = later.level(known.until.plus(ahead)) as f64;
        assert!((expected.expected.minor as f64 / came - 1.0).abs() < 0.002, "month {ahead}");
        assert!(expected.low.minor < expected.expected.minor && expected.expected.minor < expected.high.minor);
        assert_eq!(expected.expected.minor, expected.retained.minor + expected.added.minor);
    }
}

#[test]
fn parts_add_up() {
    let report = report(&business(18, steady()), 1_000);
    assert_eq!(report.total.mrr, report.mrr);
    assert_eq!(report.plans.iter().map(|plan| plan.mrr.minor).sum::<i64>(), report.mrr.minor);
    for plan in report.plans.iter().chain([&report.total]) {
        let cohorts = &plan.cohorts;
        assert_eq!(cohorts.iter().map(|c| c.mrr.minor).sum::<i64>(), plan.mrr.minor);
        assert_eq!(cohorts.iter().map(|c| c.customers).sum::<i64>(), plan.customers);
        assert_eq!(cohorts.iter().map(|c| c.size).sum::<i64>(), plan.size);
        let residual: i64 = cohorts.iter().map(|c| c.residual_value.unwrap().minor).sum();
        assert_eq!(plan.residual_value.unwrap().minor, residual);
    }
    let pace = report.pace.unwrap();
    assert_eq!((pace.months, pace.started.minor, pace.changed.minor), (6, 1_000 * PRICE, 0));
    assert_eq!(report.history.len(), 18);
    assert_eq!(report.history.last().unwrap().mrr, report.mrr);
}

#[test]
fn lifetime_value_is_what_a_customer_pays_times_how_long() {
    let report = report(&business(24, Sbg { alpha: 3.0, beta: 40.0 }), 1_000);
    let plan = &report.plans[0];
    assert_eq!(plan.arpa.unwrap().minor, PRICE);
    let months = plan.lifetime_months.unwrap();
    assert!((months - 21.0).abs() < 0.5, "{months}");
    let discounted = plan.discounted_months.unwrap();
    assert!(discounted < months && discounted > months * 0.8, "{discounted} of {months}");
    assert_eq!(plan.ltv.unwrap().minor, (PRICE as f64 * discounted).round() as i64);
    // Who stayed longest stays longest, and the present month is paid.
    let old = plan.cohorts.first().unwrap().residual_months.unwrap();
    let young = plan.cohorts.last().unwrap().residual_months.unwrap();
    assert!(old > young && (young - (discounted - 1.0)).abs() < 0.001, "{old} {young} {discounted}");
    let point = plan.survival[1];
    assert!(
        (point.observed.unwrap() - 40.0 / 43.0).abs() < 0.001 && (point.expected.unwrap() - 40.0 / 43.0).abs() < 0.001
    );
    assert!(plan.survival[24].observed.is_none() && plan.survival[24].expected.is_some(), "nobody is that old");
}

#[test]
fn a_cohort_that_shows_no_difference_among_its_customers_takes_the_model_of_its_plan() {
    let mut known = business(12, steady());
    // Ever more of the oldest leave: of its own, a cohort would go on losing as many for ever.
    for (cell, customers) in known.plans[0].cohorts[0].cells.iter_mut().zip((0..).map(|k| 1_000 - 3 * k * k)) {
        cell.customers = customers;
    }
    let report = report(&known, 1_000);
    let plan = &report.plans[0];
    assert!(plan.cohorts[0].model.is_none() && plan.cohorts[1].model.is_some());
    let SurvivalModel { alpha, beta } = plan.model.unwrap();
    let by_plan = Sbg { alpha, beta }.discounted_lifetimes(monthly(1_000), 11)[11] - 1.0;
    assert_eq!(plan.cohorts[0].residual_months, Some(by_plan));
}

#[test]
fn some_who_never_leave_have_no_mean_lifetime() {
    let report = report(&business(24, Sbg { alpha: 0.7, beta: 1.2 }), 1_000);
    assert_eq!(report.total.lifetime_months, None);
    assert!(report.total.discounted_months.is_some() && report.total.ltv.is_some());
}

#[test]
fn too_little_history_is_said_and_not_made_up() {
    let young = report(&business(5, steady()), 1_000);
    assert_eq!(young.why_not.as_deref(), Some("There are 5 full months of payments; a forecast takes at least 6."));
    assert_eq!((young.months.len(), young.pace, young.back_test, young.history.len()), (0, None, None, 5));

    let year = report(&business(9, steady()), 1_000);
    assert_eq!((year.why_not, year.months.len()), (None, 12));
    let why = year.why_no_back_test.unwrap();
    assert_eq!(why, "The last 6 months can be held back once there are 12 full months; there are 9.");

    // Nobody ever left.
    let mut loyal = business(12, steady());
    for cohort in loyal.everybody.iter_mut().chain(loyal.plans[0].cohorts.iter_mut()) {
        cohort.cells.iter_mut().for_each(|cell| cell.customers = 1_000);
    }
    let loyal = report(&loyal, 1_000);
    assert!(loyal.why_not.unwrap().starts_with("Fewer than 20 customers have left"));
    assert_eq!((loyal.total.ltv, loyal.total.model, loyal.total.residual_value), (None, None, None));

    let nothing = Known { everybody: vec![], plans: vec![], flows: vec![], levels: vec![], ..business(1, steady()) };
    let nothing = report(&nothing, 1_000);
    assert!(nothing.why_not.unwrap().starts_with("There is no full month of payments yet"));
    assert_eq!((nothing.total.arpa, nothing.total.survival[0].observed), (None, None));
}

#[test]
fn a_plan_of_which_too_little_is_known_takes_the_model_of_everybody() {
    let mut known = business(12, steady());
    let few = |cohort: &Cohort| Cohort {
        size: 1,
        cells: cohort.cells.iter().map(|cell| CohortCell { customers: 1, mrr: 9_900, ..cell.clone() }).collect(),
        ..cohort.clone()
    };
    let few: Vec<Cohort> = known.everybody.iter().map(few).collect();
    known.plans.push(CohortsOf { key: "rev3_b2b".into(), label: "REV 3 B2B".into(), cohorts: few });
    let segments = known.segments().unwrap();
    assert!(segments[0].model.alpha > 0.0 && segments[1].model == segments[0].model);
    let report = report(&known, 1_000);
    let b2b = &report.plans[1];
    assert_eq!((b2b.model, b2b.ltv, b2b.lifetime_months), (None, None, None), "not as its own");
    assert!(b2b.why_not.is_some() && b2b.residual_value.is_some(), "but what is to come is estimated by all");
}

#[test]
fn a_payment_a_year_later_is_worth_the_discount_less() {
    assert!((monthly(1_000).powi(12) - 1.0 / 1.1).abs() < 1e-12);
    assert!((monthly(0) - 1.0).abs() < 1e-12);
}
