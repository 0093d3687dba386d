//! The forecast as it is told: figures where enough is known, a sentence where not.

use super::known::{Known, LEAST_LOST, Seen};
use super::month::Month;
use super::project::{Flow, INTERVAL_BP, Segment, interval, project};
use super::sbg::Sbg;
use crm_types::analytics_forecast::{
    BackTest, BackTestMonth, CohortValue, ForecastMonth, ForecastPace, ForecastReport, MrrPoint, PlanValue,
    SurvivalModel, SurvivalPoint,
};
use crm_types::analytics_retention::Cohort;
use crm_types::{Currency, Money};

/// How far a forecast reaches.
const HORIZON: u32 = 12;
/// How many full months it takes.
const LEAST_MONTHS: i32 = 6;
/// How many months are held back to see how well they would have been foretold.
const HELD_BACK: u32 = 6;
/// How many months of history stand before it.
const HISTORY: i32 = 24;
/// How far survival is told, in months.
const SURVIVAL: u32 = 24;
/// A cohort has a model of its own when it was seen for so many months, and they say how its customers differ.
const LEAST_AGE: u32 = 6;

/// Everything that is expected.
pub(super) fn report(known: &Known, discount_bp: i32) -> ForecastReport {
    let money = |minor| Money::new(minor, known.currency);
    let too_short = (known.months() < LEAST_MONTHS).then(|| too_short(known.months()));
    let segments = if too_short.is_some() { None } else { known.segments() };
    let why_not = segments.is_none().then(|| too_short.unwrap_or_else(|| too_few_left("customers")));
    let (back_test, why_no_back_test) = match (segments.is_some(), back_test(known)) {
        (true, Ok(found)) => (Some(found), None),
        (true, Err(why)) => (None, Some(why)),
        (false, _) => (None, why_not.clone()),
    };
    // A day of the calendar where nothing is known: before the first payment there is no history.
    let first = (known.months() - 1).clamp(0, HISTORY - 1);
    let history = (0..=first).rev().map(|back| known.until.plus(-back));
    let discount = Discount { monthly: monthly(discount_bp), currency: known.currency };
    let common = Seen::of(&known.everybody, known.until).model();
    ForecastReport {
        currency: known.currency,
        as_of: None,
        until: known.until.last_day(),
        known_months: i64::from(known.months()),
        discount_bp,
        interval_bp: INTERVAL_BP,
        mrr: money(known.level(known.until)),
        history: history.map(|month| MrrPoint { day: month.last_day(), mrr: money(known.level(month)) }).collect(),
        months: segments.as_deref().map(|segments| months(known, segments, HORIZON)).unwrap_or_default(),
        pace: segments.as_deref().and_then(|segments| pace(known, segments)),
        why_not,
        back_test,
        why_no_back_test,
        total: discount.value("", "Everybody", &known.everybody, known.until, common),
        plans: known
            .plans
            .iter()
            .map(|plan| discount.value(&plan.key, &plan.label, &plan.cohorts, known.until, common))
            .collect(),
    }
}

fn too_short(months: i32) -> String {
    let history = match months {
        0 => "There is no full month of payments yet".to_owned(),
        1 => "There is one full month of payments".to_owned(),
        n => format!("There are {n} full months of payments"),
    };
    format!("{history}; a forecast takes at least {LEAST_MONTHS}.")
}

fn too_few_left(who: &str) -> String {
    format!(
        "Fewer than {LEAST_LOST} {who} have left so far, or they left all at one age: that says too little of how the others stay."
    )
}

/// A discount for a year as one for a month: what a payment is worth against the same a month earlier.
fn monthly(discount_bp: i32) -> f64 {
    (1.0 + f64::from(discount_bp) / 10_000.0).powf(-1.0 / 12.0)
}

fn months(known: &Known, segments: &[Segment], count: u32) -> Vec<ForecastMonth> {
    let money = |minor: f64| Money::new(minor.round() as i64, known.currency);
    let expected = project(segments, count).into_iter().zip(interval(segments, count));
    let month = |(later, (expected, (low, high))): (i32, (super::project::Expected, (f64, f64)))| {
        let (retained, added) = (money(expected.retained), money(expected.added));
        let total = Money::new(retained.minor.saturating_add(added.minor), known.currency);
        ForecastMonth {
            day: known.until.plus(later).last_day(),
            expected: total,
            // The middle of the futures is not their mean: the mean may lie a unit outside.
            low: Money::new(money(low).minor.min(total.minor).max(0), known.currency),
            high: Money::new(money(high).minor.max(total.minor), known.currency),
            retained,
            added,
        }
    };
    (1..).zip(expected).map(month).collect()
}

fn pace(known: &Known, segments: &[Segment]) -> Option<ForecastPace> {
    let of = known.pace_months();
    let count = i64::try_from(of.len()).ok().filter(|count| *count > 0)?;
    let sum = |part: fn(&Flow) -> i64| -> i64 { segments.iter().flat_map(|s| s.flows.iter()).map(part).sum() };
    let mean = |sum: i64| Money::new((sum as f64 / count as f64).round() as i64, known.currency);
    Some(ForecastPace {
        from: of.first()?.first_day(),
        to: of.last()?.last_day(),
        months: count,
        started: mean(sum(|flow| flow.started)),
        changed: mean(sum(|flow| flow.changed)),
    })
}

/// Tells the method nothing of the last months and compares what it expects of them with what came.
fn back_test(known: &Known) -> Result<BackTest, String> {
    let held_back = HELD_BACK.cast_signed();
    let earlier = known.earlier(held_back);
    if earlier.months() < LEAST_MONTHS {
        return Err(format!(
            "The last {HELD_BACK} months can be held back once there are {} full months; there are {}.",
            LEAST_MONTHS + held_back,
            known.months()
        ));
    }
    let segments = earlier.segments().ok_or_else(|| {
        format!(
            "When the last {HELD_BACK} months are held back, too few customers have left to know how the others stay."
        )
    })?;
    let month = |month: ForecastMonth| {
        let actual = known.level(Month::of(month.day));
        BackTestMonth {
            day: month.day,
            actual: Money::new(actual, known.currency),
            expected: month.expected,
            low: month.low,
            high: month.high,
            error: (actual != 0).then(|| month.expected.minor as f64 / actual as f64 - 1.0),
        }
    };
    let months: Vec<BackTestMonth> = months(&earlier, &segments, HELD_BACK).into_iter().map(month).collect();
    let errors: Vec<f64> = months.iter().filter_map(|month| month.error).map(f64::abs).collect();
    let inside = months.iter().filter(|m| m.low.minor <= m.actual.minor && m.actual.minor <= m.high.minor).count();
    Ok(BackTest {
        until: earlier.until.last_day(),
        mean_error: (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64),
        inside: i64::try_from(inside).unwrap_or(0),
        months,
    })
}

/// What payments are worth.
struct Discount {
    /// Each month later.
    monthly: f64,
    currency: Currency,
}

impl Discount {
    fn money(&self, minor: f64) -> Money {
        Money::new(minor.round() as i64, self.currency)
    }

    /// What customers of a plan are worth. Cohorts take the plan's model, and that of everybody where it has none.
    fn value(&self, key: &str, label: &str, cohorts: &[Cohort], until: Month, common: Option<Sbg>) -> PlanValue {
        let seen = Seen::of(cohorts, until);
        let model = seen.model();
        let customers: u64 = seen.base.iter().map(|base| base.customers).sum();
        let mrr: i64 = seen.base.iter().map(|base| base.mrr).sum();
        let discounted = model.and_then(|model| model.discounted_lifetimes(self.monthly, 0).first().copied());
        let cohorts = self.cohorts(cohorts, until, model.or(common));
        let arpa = (customers > 0).then(|| mrr as f64 / customers as f64);
        let residual: Option<i64> = cohorts.iter().map(|cohort| cohort.residual_value.map(|v| v.minor)).sum();
        PlanValue {
            key: key.to_owned(),
            label: label.to_owned(),
            size: seen.size,
            customers: i64::try_from(customers).unwrap_or(i64::MAX),
            mrr: Money::new(mrr, self.currency),
            arpa: arpa.map(|arpa| self.money(arpa)),
            model: model.map(told),
            why_not: model.is_none().then(|| too_few_left("of these customers")),
            survival: survival(&seen, model),
            lifetime_months: model.and_then(|model| model.expected_lifetime(0)),
            discounted_months: discounted,
            ltv: arpa.zip(discounted).map(|(arpa, months)| self.money(arpa * months)),
            residual_value: residual.filter(|_| !cohorts.is_empty()).map(|minor| Money::new(minor, self.currency)),
            cohorts,
        }
    }

    fn cohorts(&self, cohorts: &[Cohort], until: Month, model: Option<Sbg>) -> Vec<CohortValue> {
        let oldest = cohorts.iter().map(|cohort| until.since(Month::of(cohort.month))).max().unwrap_or(0).max(0);
        let oldest = oldest.cast_unsigned();
        let common = model.map(|model| model.discounted_lifetimes(self.monthly, oldest));
        let value = |cohort: &Cohort| {
            let seen = Seen::of(std::slice::from_ref(cohort), until);
            let base = *seen.base.first()?;
            let own = seen.model().filter(|model| base.age >= LEAST_AGE && model.is_certain());
            let months = match own {
                Some(own) => own.discounted_lifetimes(self.monthly, base.age).get(base.age as usize).copied(),
                None => common.as_ref().and_then(|months| months.get(base.age as usize).copied()),
            };
            // The present month is paid already.
            let residual = months.map(|months| months - 1.0);
            Some(CohortValue {
                month: cohort.month,
                size: cohort.size,
                customers: i64::try_from(base.customers).unwrap_or(i64::MAX),
                mrr: Money::new(base.mrr, self.currency),
                model: own.map(told),
                residual_months: residual,
                residual_value: residual.map(|months| self.money(base.mrr as f64 * months)),
            })
        };
        cohorts.iter().filter_map(value).collect()
    }
}

fn told(model: Sbg) -> SurvivalModel {
    SurvivalModel { alpha: model.alpha, beta: model.beta }
}

/// Seen and expected, as far as two years.
fn survival(seen: &Seen, model: Option<Sbg>) -> Vec<SurvivalPoint> {
    let expected = model.map(|model| model.survival(SURVIVAL));
    let mut left = Some(1.0);
    let mut renewals = seen.renewals.iter();
    (0..=SURVIVAL)
        .map(|k| {
            if k > 0 {
                // The part that stayed of those who were at risk, age after age.
                let renewal = renewals.next().filter(|renewal| renewal.at_risk > 0);
                left = left.zip(renewal).map(|(left, r)| left * (1.0 - r.lost as f64 / r.at_risk as f64));
            }
            let observed = if seen.base.is_empty() { None } else { left };
            SurvivalPoint { k, observed, expected: expected.as_ref().and_then(|all| all.get(k as usize).copied()) }
        })
        .collect()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
