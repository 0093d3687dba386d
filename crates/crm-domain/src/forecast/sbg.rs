//! The shifted-beta-geometric model of Fader and Hardie, "How to project customer retention", Journal of Interactive Marketing
//! 21 (2007): each customer leaves with a probability of their own at the end of every period, and these probabilities are
//! beta-distributed among customers. Those likely to leave go first, so that retention rises with age.
//!
//! Everything that is needed of the beta function is a ratio of two of its values a period apart, and that is a fraction:
//! S(t) / S(t - 1) = (beta + t - 1) / (alpha + beta + t - 1).

/// What was seen of customers in one of their periods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Who had stayed until then.
    pub at_risk: u64,
    /// Of them, who did not stay.
    pub lost: u64,
}

impl Renewal {
    fn stayed(self) -> f64 {
        self.at_risk.saturating_sub(self.lost) as f64
    }

    fn left(self) -> f64 {
        self.lost.min(self.at_risk) as f64
    }
}

/// What was seen of one cohort: from who were there after 0, 1, 2, ... periods.
#[cfg(test)]
fn renewals(survivors: &[u64]) -> Vec<Renewal> {
    let pairs = survivors.iter().zip(survivors.iter().skip(1));
    pairs.map(|(before, after)| Renewal { at_risk: *before, lost: before.saturating_sub(*after) }).collect()
}

/// A customer's chance to leave at the end of a period is Beta(alpha, beta); both are above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    /// Weight of leaving.
    pub alpha: f64,
    /// Weight of staying.
    pub beta: f64,
}

/// alpha + beta of customers who differ so little that more would not show in any figure.
const MOST_ALIKE: f64 = 10_000.0;
/// alpha + beta of customers of whom nearly each either leaves at once or never.
const LEAST_ALIKE: f64 = 0.01;
/// Where the search begins; it ends at the same place wherever that is.
const START: f64 = 5.0;
/// Newton's method takes five to ten.
const MOST_STEPS: usize = 100;
/// The furthest that one step may lead, in logarithms.
const LONGEST_STEP: f64 = 2.0;

impl Sbg {
    /// The parameters under which what was seen is most likely: Newton's method on their logarithms, damped where the likelihood
    /// is not concave. `renewals` begin with the first period. `None` when nobody left, nobody stayed, or there is one period
    /// only, which any alpha explains with a beta to match.
    ///
    /// Where customers look all alike (their chance to leave does not fall with age) the likelihood has no maximum; alpha + beta
    /// is then 10,000, which is a geometric distribution for every practical purpose.
    #[must_use]
    pub fn fit(renewals: &[Renewal]) -> Option<Self> {
        let lost: f64 = renewals.iter().map(|r| r.left()).sum();
        let stayed: f64 = renewals.iter().map(|r| r.stayed()).sum();
        let periods = renewals.iter().filter(|r| r.at_risk > 0).count();
        if lost == 0.0 || stayed == 0.0 || periods < 2 {
            return None;
        }
        let mean = lost / (lost + stayed);
        let mut now = Self { alpha: START * mean, beta: START * (1.0 - mean) };
        let mut likelihood = now.log_likelihood(renewals);
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            let slope = Slope::at(now, renewals);
            let Some((dx, dy)) = slope.step(damping) else {
                damping = damping.max(1e-6) * 4.0;
                continue;
            };
            let next = Self { alpha: now.alpha * dx.exp(), beta: now.beta * dy.exp() };
            let better = next.log_likelihood(renewals);
            if better < likelihood {
                damping = damping.max(1e-6) * 4.0;
                if damping > 1e12 {
                    break;
                }
                continue;
            }
            let alike = next.alpha + next.beta;
            if !(LEAST_ALIKE..=MOST_ALIKE).contains(&alike) {
                return Some(Self::fit_near(renewals, alike.clamp(LEAST_ALIKE, MOST_ALIKE)));
            }
            (now, likelihood) = (next, better);
            damping /= 10.0;
            if dx.abs().max(dy.abs()) < 1e-10 {
                break;
            }
        }
        Some(now)
    }

    /// The most likely parameters where a step led beyond a bound of alpha + beta: those at the bound, if the likelihood rises
    /// towards it; else a golden section finds them.
    fn fit_near(renewals: &[Renewal], bound: f64) -> Self {
        let at = |logarithm: f64| Self::fit_alike(renewals, logarithm.exp());
        let worth = |logarithm: f64| at(logarithm).log_likelihood(renewals);
        let (mut low, mut high) = (LEAST_ALIKE.ln(), MOST_ALIKE.ln());
        let inside = if bound > 1.0 { high - 0.1 } else { low + 0.1 };
        if worth(bound.ln()) >= worth(inside) {
            return at(bound.ln());
        }
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        for _ in 0..40 {
            let part = (high - low) * golden;
            if worth(high - part) > worth(low + part) { high = low + part } else { low = high - part }
        }
        at(f64::midpoint(low, high))
    }

    /// The most likely mean for a given alpha + beta. The likelihood is concave in it: its slope has one zero.
    fn fit_alike(renewals: &[Renewal], alike: f64) -> Self {
        let slope = |mean: f64| -> f64 {
            let parts = renewals.iter().zip(0_u32..);
            parts
                .map(|(r, before)| r.left() / mean - r.stayed() * alike / (alike * (1.0 - mean) + f64::from(before)))
                .sum()
        };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        let mean = f64::midpoint(low, high);
        Self { alpha: alike * mean, beta: alike * (1.0 - mean) }
    }

    /// Whether what was seen says how customers differ: at a bound of alpha + beta the likelihood would go on rising beyond it.
    #[must_use]
    pub fn is_certain(self) -> bool {
        (LEAST_ALIKE * 1.001..MOST_ALIKE * 0.999).contains(&(self.alpha + self.beta))
    }

    /// The logarithm of how likely it is to see this.
    #[must_use]
    pub fn log_likelihood(self, renewals: &[Renewal]) -> f64 {
        let term = |(seen, before): (&Renewal, u32)| {
            let all = self.alpha + self.beta + f64::from(before);
            let leaves = if seen.lost > 0 { seen.left() * (self.alpha / all).ln() } else { 0.0 };
            let stays = seen.stayed();
            leaves + if stays > 0.0 { stays * ((self.beta + f64::from(before)) / all).ln() } else { 0.0 }
        };
        renewals.iter().zip(0..).map(term).sum()
    }

    /// The part of those who stayed for `age` periods that stays for one more.
    #[must_use]
    pub fn retention(self, age: u32) -> f64 {
        let age = f64::from(age);
        (self.beta + age) / (self.alpha + self.beta + age)
    }

    /// The part of all customers that is still there after 0, 1, ..., `periods` periods.
    #[must_use]
    pub fn survival(self, periods: u32) -> Vec<f64> {
        let mut left = 1.0;
        let later = (0..periods).map(move |age| {
            left *= self.retention(age);
            left
        });
        std::iter::once(1.0).chain(later).collect()
    }

    /// How many periods a customer of this age is expected to pay for, the present one included. `None` where the mean is infinite
    /// (alpha up to 1): some never leave, and only a discounted figure says anything.
    #[must_use]
    pub fn expected_lifetime(self, age: u32) -> Option<f64> {
        (self.alpha > 1.0).then(|| (self.alpha + self.beta + f64::from(age) - 1.0) / (self.alpha - 1.0))
    }

    /// The same, each period's payment worth `discount` (below 1) of the one before: one figure for each age from 0 to `oldest`.
    /// Fader and Hardie call it the discounted expected (residual) lifetime.
    #[must_use]
    pub fn discounted_lifetimes(self, discount: f64, oldest: u32) -> Vec<f64> {
        // From where what is left is worth less than a billionth of a payment, backwards.
        let horizon = (1e-10_f64.ln() / discount.clamp(1e-9, 0.999_9).ln()).ceil();
        let horizon = oldest.saturating_add(horizon as u32);
        let mut worth = 1.0;
        let mut figures: Vec<f64> = (0..=horizon)
            .rev()
            .map(|age| {
                worth = 1.0 + discount * self.retention(age) * worth;
                worth
            })
            .collect();
        figures.reverse();
        figures.truncate(oldest as usize + 1);
        figures
    }
}

/// First and second derivatives of the log-likelihood by ln alpha and ln beta.
struct Slope {
    gradient: (f64, f64),
    /// By alpha twice, by both, by beta twice.
    curvature: (f64, f64, f64),
}

impl Slope {
    fn at(now: Sbg, renewals: &[Renewal]) -> Self {
        let Sbg { alpha, beta } = now;
        let (mut by_a, mut by_b, mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (seen, before) in renewals.iter().zip(0_u32..) {
            let (left, stayed) = (seen.left(), seen.stayed());
            let stays = beta + f64::from(before);
            let all = alpha + stays;
            let both = (left + stayed) / all;
            by_a += left / alpha - both;
            by_b += stayed / stays - both;
            aa += both / all - left / (alpha * alpha);
            ab += both / all;
            bb += both / all - stayed / (stays * stays);
        }
        let gradient = (alpha * by_a, beta * by_b);
        Self {
            gradient,
            curvature: (alpha * alpha * aa + gradient.0, alpha * beta * ab, beta * beta * bb + gradient.1),
        }
    }

    /// Newton's step with the diagonal damped. `None` where that is no way up, or too far: damp more.
    fn step(&self, damping: f64) -> Option<(f64, f64)> {
        let (gx, gy) = self.gradient;
        let (a, b, c) = (damping - self.curvature.0, -self.curvature.1, damping - self.curvature.2);
        let determinant = a * c - b * b;
        if a <= 0.0 || determinant <= 1e-12 {
            return None;
        }
        let (dx, dy) = ((c * gx - b * gy) / determinant, (a * gy - b * gx) / determinant);
        (dx.abs().max(dy.abs()) <= LONGEST_STEP).then_some((dx, dy))
    }
}

#[cfg(test)]
#[path = "sbg_tests.rs"]
mod tests;
