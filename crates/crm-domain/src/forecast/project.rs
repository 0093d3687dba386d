//! MRR in the months to come: what today's customers will still pay, and what is added at the pace of the last months.

use super::sbg::{Renewal, Sbg};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Of so many simulated futures the middle part is the interval.
pub const FUTURES: usize = 400;
/// The part of them that lies in the interval: 8,000 is 80 %.
pub const INTERVAL_BP: i64 = 8_000;
/// Every forecast of the same figures gives the same interval.
const SEED: u64 = 0x5b61;
/// Above it a binomial number is drawn as a normal one.
const COUNTED_ONE_BY_ONE: u64 = 40;

/// Today's customers of one cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Full months since they began.
    pub age: u32,
    /// How many still pay.
    pub customers: u64,
    /// What they pay, in minor units.
    pub mrr: i64,
}

/// What one month changed beside those who left, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Of new customers: it leaves as they do.
    pub started: i64,
    /// Expansion less contraction: it leaves as today's customers do.
    pub changed: i64,
}

/// Customers whose retention is one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// How they stay.
    pub model: Sbg,
    /// What the model was fitted to.
    pub renewals: Vec<Renewal>,
    /// Who pays today.
    pub base: Vec<Base>,
    /// The months whose mean is the pace; the same months in every segment.
    pub flows: Vec<Flow>,
}

/// A month to come, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Expected {
    /// Of today's customers.
    pub retained: f64,
    /// Of what is added from now on.
    pub added: f64,
}

impl Expected {
    /// MRR at the end of the month.
    #[must_use]
    pub fn total(self) -> f64 {
        self.retained + self.added
    }
}

/// What is expected at the end of each of the next `months`.
#[must_use]
pub fn project(segments: &[Segment], months: u32) -> Vec<Expected> {
    let mut all = vec![Expected::default(); months as usize];
    for segment in segments {
        let path = segment.path(segment.model, segment.pace(|count| (0..count).collect()), 0.0, months);
        add(&mut all, &path);
    }
    all
}

/// The lower and upper end of the interval in each month: in every simulated future the customers that the models were
/// fitted to leave or stay anew and the models are fitted to that, the months of the pace are drawn anew, and so is who of
/// today's customers stays.
#[must_use]
pub fn interval(segments: &[Segment], months: u32) -> Vec<(f64, f64)> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut futures = vec![Vec::with_capacity(FUTURES); months as usize];
    let count = segments.iter().map(|segment| segment.flows.len()).max().unwrap_or(0);
    for _ in 0..FUTURES {
        let drawn: Vec<usize> = (0..count).map(|_| random.random_range(0..count)).collect();
        let mut all = vec![Expected::default(); months as usize];
        for segment in segments {
            let model = segment.fitted_anew(&mut random);
            let luck = normal(&mut random);
            add(&mut all, &segment.path(model, segment.pace(|_| drawn.clone()), luck, months));
        }
        futures.iter_mut().zip(all).for_each(|(month, expected)| month.push(expected.total()));
    }
    let outside = (1.0 - INTERVAL_BP as f64 / 10_000.0) / 2.0;
    futures
        .into_iter()
        .map(|mut month| {
            month.sort_by(f64::total_cmp);
            (quantile(&month, outside), quantile(&month, 1.0 - outside))
        })
        .collect()
}

fn add(all: &mut [Expected], path: &[Expected]) {
    for (sum, month) in all.iter_mut().zip(path) {
        sum.retained += month.retained;
        sum.added += month.added;
    }
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((last * part).round() as usize).copied().unwrap_or(0.0)
}

impl Segment {
    /// The mean of the months that were chosen: started, changed.
    fn pace(&self, chosen: impl Fn(usize) -> Vec<usize>) -> (f64, f64) {
        let chosen = chosen(self.flows.len());
        let flows = || chosen.iter().filter_map(|month| self.flows.get(*month));
        let count = flows().count().max(1) as f64;
        let mean = |part: fn(&Flow) -> i64| flows().map(|flow| part(flow) as f64).sum::<f64>() / count;
        (mean(|flow| flow.started), mean(|flow| flow.changed))
    }

    /// The months to come under a model and a pace. `luck` moves who stays by so many standard deviations.
    fn path(&self, model: Sbg, (started, changed): (f64, f64), luck: f64, months: u32) -> Vec<Expected> {
        let oldest = self.base.iter().map(|base| base.age).max().unwrap_or(0);
        let survival = model.survival(oldest + months);
        let survives = |age: u32| survival.get(age as usize).copied().unwrap_or(0.0);
        let today: f64 = self.base.iter().map(|base| base.mrr as f64).sum();
        let mut kept = vec![1.0];
        let mut path: Vec<Expected> = Vec::with_capacity(months as usize);
        for month in 1..=months {
            let (mut stays, mut variance) = (0.0, 0.0);
            for base in &self.base {
                let part = survives(base.age + month) / survives(base.age).max(f64::MIN_POSITIVE);
                let (mrr, customers) = (base.mrr as f64, base.customers.max(1) as f64);
                stays += mrr * part;
                variance += mrr * mrr / customers * part * (1.0 - part);
            }
            kept.push(if today > 0.0 { stays / today } else { survives(month) });
            let of_month = |began: u32| {
                let since = |age: usize| kept.get(age).copied().unwrap_or(0.0);
                let whole = since(month as usize) / since(began as usize).max(f64::MIN_POSITIVE);
                started * survives(month - began) + changed * whole
            };
            let added = (1..=month).map(of_month).sum();
            path.push(Expected { retained: (stays + luck * variance.sqrt()).clamp(0.0, today.max(0.0)), added });
        }
        path
    }

    /// The model of customers who leave by this one, as many as it was fitted to. Where too few left, the same one.
    fn fitted_anew(&self, random: &mut StdRng) -> Sbg {
        let again = |(seen, age): (&Renewal, u32)| Renewal {
            at_risk: seen.at_risk,
            lost: binomial(random, seen.at_risk, 1.0 - self.model.retention(age)),
        };
        let seen: Vec<Renewal> = self.renewals.iter().zip(0..).map(again).collect();
        Sbg::fit(&seen).unwrap_or(self.model)
    }
}

/// How many of `n` do what each does with this chance.
fn binomial(random: &mut StdRng, n: u64, chance: f64) -> u64 {
    if n <= COUNTED_ONE_BY_ONE {
        return (0..n).filter(|_| random.random::<f64>() < chance).count() as u64;
    }
    let mean = n as f64 * chance;
    let drawn = mean + normal(random) * (mean * (1.0 - chance)).sqrt();
    (drawn.round().max(0.0) as u64).min(n)
}

/// By Box and Muller.
fn normal(random: &mut StdRng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth leaves each month, whatever their age.
    fn constant() -> Sbg {
        Sbg { alpha: 1_000.0, beta: 9_000.0 }
    }

    fn segment(base: Vec<Base>, flows: Vec<Flow>) -> Segment {
        let renewals = vec![Renewal { at_risk: 1_000, lost: 100 }, Renewal { at_risk: 900, lost: 90 }];
        Segment { model: constant(), renewals, base, flows }
    }

    fn close(seen: f64, expected: f64) {
        assert!((seen - expected).abs() < expected.abs() / 1_000.0 + 0.01, "{seen} for {expected}");
    }

    #[test]
    fn todays_customers_leave_at_their_rate() {
        let base = vec![Base { age: 0, customers: 60, mrr: 60_000 }, Base { age: 7, customers: 40, mrr: 40_000 }];
        let path = project(&[segment(base, vec![])], 3);
        for (month, expected) in path.iter().zip([90_000.0, 81_000.0, 72_900.0]) {
            close(month.retained, expected);
            assert_eq!(month.added, 0.0);
        }
    }

    #[test]
    fn what_is_added_leaves_too() {
        let flows = vec![Flow { started: 800, changed: 50 }, Flow { started: 1_200, changed: 150 }];
        let path = project(&[segment(vec![], flows)], 3);
        // 1,000 + 100 each month, a tenth of it gone by the next.
        for (month, expected) in path.iter().zip([1_100.0, 1_100.0 * 1.9, 1_100.0 * 2.71]) {
            close(month.added, expected);
            assert_eq!(month.retained, 0.0);
        }
    }

    #[test]
    fn segments_add_up() {
        let one = segment(vec![Base { age: 3, customers: 10, mrr: 1_000 }], vec![Flow { started: 10, changed: 1 }]);
        let other = segment(vec![Base { age: 1, customers: 5, mrr: 9_000 }], vec![Flow { started: 70, changed: -9 }]);
        let both = project(&[one.clone(), other.clone()], 12);
        for ((both, one), other) in both.iter().zip(project(&[one], 12)).zip(project(&[other], 12)) {
            close(both.total(), one.total() + other.total());
        }
    }

    #[test]
    fn the_interval_holds_what_is_expected_and_is_the_same_each_time() {
        let base = vec![Base { age: 2, customers: 100, mrr: 100_000 }];
        let flows = vec![Flow { started: 9_000, changed: 0 }, Flow { started: 11_000, changed: 0 }];
        let segments = [segment(base, flows)];
        let (expected, first) = (project(&segments, 12), interval(&segments, 12));
        assert_eq!(first, interval(&segments, 12));
        for (month, (low, high)) in expected.iter().zip(&first) {
            assert!(*low < month.total() && month.total() < *high, "{low} {} {high}", month.total());
        }
        let width = |at: usize| first[at].1 - first[at].0;
        assert!(width(11) > width(0), "the future is less certain the further it is away");
    }

    #[test]
    fn more_customers_make_it_narrower() {
        let wide = |times: u64| {
            let renewals = vec![Renewal { at_risk: 100 * times, lost: 10 * times }; 6];
            let base = vec![Base { age: 2, customers: 100 * times, mrr: 100_000 }];
            let (low, high) =
                interval(&[Segment { model: constant(), renewals, base, flows: vec![] }], 6).pop().unwrap();
            high - low
        };
        assert!(wide(100) < wide(1) / 5.0, "{} {}", wide(100), wide(1));
    }

    #[test]
    fn drawn_numbers_have_their_mean() {
        let mut random = StdRng::seed_from_u64(1);
        for (n, chance) in [(20_u64, 0.3), (1_000, 0.05), (1_000_000, 0.5)] {
            let mean = (0..2_000).map(|_| binomial(&mut random, n, chance) as f64).sum::<f64>() / 2_000.0;
            let expected = n as f64 * chance;
            let allowed = 4.0 * (expected * (1.0 - chance) / 2_000.0).sqrt();
            assert!((mean - expected).abs() < allowed, "{mean} for {expected}");
        }
    }
}
