//! What a forecast is made of: cohorts, and what each month won and had.

use super::month::Month;
use super::project::{Base, Flow, Segment};
use super::sbg::{Renewal, Sbg};
use crm_types::Currency;
use crm_types::analytics_retention::{Cohort, CohortsOf};

/// Fewer customers who left say little of those who will.
pub(super) const LEAST_LOST: u64 = 20;
/// The pace is the mean of so many months.
const MONTHS_OF_PACE: i32 = 6;

/// What a month won of one stream or tier, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MonthFlow {
    pub month: Month,
    /// As cohorts are divided.
    pub key: String,
    pub flow: Flow,
}

/// All that is known at the end of a month.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub currency: Currency,
    /// The last full month.
    pub until: Month,
    pub everybody: Vec<Cohort>,
    /// By what they began with.
    pub plans: Vec<CohortsOf>,
    pub flows: Vec<MonthFlow>,
    /// MRR at the end of each month, minor units.
    pub levels: Vec<(Month, i64)>,
}

/// Cohorts as the model sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// By age.
    pub renewals: Vec<Renewal>,
    /// Who pays at the end of the last full month, a cohort each.
    pub base: Vec<Base>,
    /// Customers who ever began.
    pub size: i64,
}

impl Seen {
    /// Of cohorts up to a month. A customer's first period ends with the month after their first: until then nobody's
    /// subscription comes to an end, and who left within it anyway is not at risk any more.
    ///
    /// Who comes back counts in their cohort again, so what a period lost is what it lost on balance.
    pub(super) fn of(cohorts: &[Cohort], until: Month) -> Self {
        let mut seen = Self::default();
        // Customers before and after each period, over all cohorts that were seen in it.
        let mut periods: Vec<(u64, u64)> = Vec::new();
        for cohort in cohorts {
            let Ok(age) = u32::try_from(until.since(Month::of(cohort.month))) else { continue };
            let cells = || cohort.cells.iter().take(age as usize + 1);
            let paying: Vec<u64> = cells().map(|cell| u64::try_from(cell.customers).unwrap_or(0)).collect();
            periods.resize(periods.len().max(paying.len().saturating_sub(1)), (0, 0));
            for ((before, after), pair) in periods.iter_mut().zip(paying.iter().zip(paying.iter().skip(1))) {
                *before += pair.0;
                *after += pair.1;
            }
            let mrr = cells().next_back().map_or(0, |cell| cell.mrr);
            seen.base.push(Base { age, customers: paying.last().copied().unwrap_or(0), mrr });
            seen.size += cohort.size;
        }
        let renewal = |(before, after): (u64, u64)| Renewal { at_risk: before, lost: before.saturating_sub(after) };
        seen.renewals = periods.into_iter().map(renewal).collect();
        seen
    }

    /// How many customers were seen leaving.
    pub(super) fn lost(&self) -> u64 {
        self.renewals.iter().map(|renewal| renewal.lost).sum()
    }

    /// The model of these customers, when enough of them left.
    pub(super) fn model(&self) -> Option<Sbg> {
        (self.lost() >= LEAST_LOST).then(|| Sbg::fit(&self.renewals)).flatten()
    }
}

impl Known {
    /// Full months since the first payment.
    pub(super) fn months(&self) -> i32 {
        let first = self.everybody.iter().filter(|cohort| cohort.size > 0).map(|cohort| Month::of(cohort.month)).min();
        first.map_or(0, |first| (self.until.since(first) + 1).max(0))
    }

    /// What was known some months earlier.
    pub(super) fn earlier(&self, months: i32) -> Self {
        Self { until: self.until.plus(-months), ..self.clone() }
    }

    /// MRR at the end of a month.
    pub(super) fn level(&self, month: Month) -> i64 {
        self.levels.iter().find(|(of, _)| *of == month).map_or(0, |(_, mrr)| *mrr)
    }

    /// The months whose mean is the pace: the last six, or as many as there are.
    pub(super) fn pace_months(&self) -> Vec<Month> {
        let count = MONTHS_OF_PACE.min(self.months());
        (0..count).rev().map(|back| self.until.plus(-back)).collect()
    }

    /// Customers by the model that holds for them: their plan's, else that of everybody. Without that there is no forecast.
    pub(super) fn segments(&self) -> Option<Vec<Segment>> {
        let everybody = Seen::of(&self.everybody, self.until);
        let common = everybody.model()?;
        let months = self.pace_months();
        let segment = |plan: &CohortsOf| {
            let seen = Seen::of(&plan.cohorts, self.until);
            let own = seen.model();
            let of_month = |month: &Month| {
                let found = self.flows.iter().find(|flow| flow.month == *month && flow.key == plan.key);
                found.map_or(Flow::default(), |flow| flow.flow)
            };
            Segment {
                model: own.unwrap_or(common),
                renewals: if own.is_some() { seen.renewals } else { everybody.renewals.clone() },
                base: seen.base,
                flows: months.iter().map(of_month).collect(),
            }
        };
        Some(self.plans.iter().map(segment).collect())
    }
}
