use super::*;
use proptest::prelude::*;

/// The paper's table 1: percent surviving after 0 to 12 years.
const REGULAR: [f64; 13] = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3];
const HIGH_END: [f64; 13] = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4];

/// As the paper does: 1,000 customers, and their first seven years.
fn first_seven(percent: &[f64; 13]) -> Vec<Renewal> {
    let survivors: Vec<u64> = percent.iter().take(8).map(|p| (p * 10.0).round() as u64).collect();
    renewals(&survivors)
}

fn three_decimals(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[test]
fn the_papers_parameters_come_out() {
    for (table, alpha, beta) in [(REGULAR, 0.704, 1.182), (HIGH_END, 0.668, 3.806)] {
        let fit = Sbg::fit(&first_seven(&table)).unwrap();
        assert_eq!((three_decimals(fit.alpha), three_decimals(fit.beta)), (alpha, beta));
    }
}

#[test]
fn the_projection_stays_with_the_table_through_year_twelve() {
    for (table, most) in [(REGULAR, 0.7), (HIGH_END, 1.9)] {
        let survival = Sbg::fit(&first_seven(&table)).unwrap().survival(12);
        assert_eq!(survival.len(), table.len());
        for (year, (projected, seen)) in survival.iter().zip(table).enumerate() {
            assert!((100.0 * projected - seen).abs() <= most, "year {year}: {:.1} for {seen}", 100.0 * projected);
        }
    }
}

/// What the test above allows is small enough to find a wrong model: a constant chance to leave misses by far.
#[test]
fn a_constant_chance_to_leave_would_miss_the_table() {
    let geometric = Sbg::fit_alike(&first_seven(&HIGH_END), MOST_ALIKE).survival(12);
    assert!(geometric.iter().zip(HIGH_END).any(|(projected, seen)| (100.0 * projected - seen).abs() > 5.0));
}

#[test]
fn what_says_nothing_has_no_parameters() {
    let seen = |at_risk, lost| Renewal { at_risk, lost };
    for renewals in [
        vec![],
        vec![seen(0, 0), seen(0, 0)],
        vec![seen(100, 0), seen(100, 0)],
        vec![seen(100, 100), seen(0, 0)],
        vec![seen(100, 10)],
    ] {
        assert_eq!(Sbg::fit(&renewals), None, "{renewals:?}");
    }
}

#[test]
fn customers_who_are_alike_leave_at_a_constant_rate() {
    // A tenth of them each time; and ever more of them, which no such model can explain better.
    for survivors in [vec![100_000, 90_000, 81_000, 72_900, 65_610], vec![10_000, 9_500, 8_700, 7_500, 5_900]] {
        let fit = Sbg::fit(&renewals(&survivors)).unwrap();
        assert!(fit.alpha + fit.beta >= 1_000.0 && !fit.is_certain(), "{fit:?}");
        assert!((fit.retention(0) - fit.retention(4)).abs() < 0.001);
    }
    let fit = Sbg::fit(&renewals(&[100_000, 90_000, 81_000, 72_900, 65_610])).unwrap();
    assert!((fit.retention(0) - 0.9).abs() < 0.000_5, "{fit:?}");
}

#[test]
fn who_leaves_at_once_or_never_is_found_too() {
    let fit = Sbg::fit(&renewals(&[1_000, 400, 400, 400, 400])).unwrap();
    assert!((fit.survival(4)[4] - 0.4).abs() < 0.01 && !fit.is_certain(), "{fit:?}");
    assert!(Sbg { alpha: 0.704, beta: 1.182 }.is_certain());
}

#[test]
fn lifetimes_are_the_sum_of_survival() {
    let model = Sbg { alpha: 3.0, beta: 40.0 };
    let survival = model.survival(200_000);
    let sum: f64 = survival.iter().sum();
    assert_eq!(model.expected_lifetime(0), Some(21.0));
    assert!((sum - 21.0).abs() < 0.01, "{sum}");
    assert_eq!(Sbg { alpha: 0.704, beta: 1.182 }.expected_lifetime(0), None, "it grows without end");

    let discount = 0.99_f64;
    let figures = model.discounted_lifetimes(discount, 24);
    for age in [0_u32, 1, 24] {
        let worth = |(value, later): (&f64, i32)| value * discount.powi(later);
        let later = survival.iter().skip(age as usize).zip(0..).map(worth);
        let expected: f64 = later.sum::<f64>() / survival[age as usize];
        assert!((figures[age as usize] - expected).abs() < 1e-6, "{age}: {} for {expected}", figures[age as usize]);
    }
    assert!(figures[24] > figures[0], "who stayed for two years will stay longer");
}

/// The paper's example of what a constant chance to leave gives: LTV = margin / churn.
#[test]
fn without_differences_lifetime_is_one_over_churn() {
    let model = Sbg { alpha: 500_000.0, beta: 9_500_000.0 };
    assert!((model.expected_lifetime(0).unwrap() - 20.0).abs() < 0.001);
    let discounted = model.discounted_lifetimes(0.99, 0);
    assert!((discounted[0] - 1.0 / (1.0 - 0.95 * 0.99)).abs() < 0.001, "{discounted:?}");
}

proptest! {
    /// No point of a grid is more likely than what was found.
    #[test]
    fn nothing_near_or_far_is_more_likely(
        size in 50_u64..5_000,
        rates in proptest::collection::vec(0.0_f64..0.6, 2..24),
    ) {
        let mut survivors = vec![size];
        for rate in rates {
            let before = *survivors.last().unwrap();
            survivors.push(before - (before as f64 * rate) as u64);
        }
        let seen = renewals(&survivors);
        if let Some(fit) = Sbg::fit(&seen) {
            prop_assert!(fit.alpha > 0.0 && fit.beta > 0.0 && fit.alpha.is_finite() && fit.beta.is_finite());
            let found = fit.log_likelihood(&seen);
            for alike in (-4..=18).map(|power| (f64::from(power) / 2.0).exp()) {
                for mean in (1..100).map(|percent| f64::from(percent) / 100.0) {
                    let other = Sbg { alpha: alike * mean, beta: alike * (1.0 - mean) };
                    let likelihood = other.log_likelihood(&seen);
                    prop_assert!(likelihood <= found + 1e-3 * found.abs().max(1.0) / 100.0, "{other:?} over {fit:?}");
                }
            }
        }
    }

    /// What a known population does gives the population back.
    #[test]
    fn a_known_population_is_found(alpha in 0.3_f64..5.0, beta in 0.5_f64..60.0) {
        let model = Sbg { alpha, beta };
        let survivors: Vec<u64> = model.survival(24).iter().map(|part| (part * 1e9).round() as u64).collect();
        let fit = Sbg::fit(&renewals(&survivors)).unwrap();
        prop_assert!((fit.alpha / alpha - 1.0).abs() < 1e-3 && (fit.beta / beta - 1.0).abs() < 1e-3, "{fit:?} for {model:?}");
    }
}
