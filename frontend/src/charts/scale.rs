//! Linear scales and the ticks of a value axis.

/// Maps a value to a pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linear {
    /// First and last value.
    pub domain: (f64, f64),
    /// Their pixels; the second may be the smaller one.
    pub range: (f64, f64),
}

impl Linear {
    /// The pixel of a value. A domain without width maps to the middle of the range.
    pub fn at(&self, value: f64) -> f64 {
        let ((d0, d1), (r0, r1)) = (self.domain, self.range);
        if d1 == d0 { (r0 + r1) / 2.0 } else { r0 + (value - d0) / (d1 - d0) * (r1 - r0) }
    }
}

/// The ticks of an axis: four to six round numbers, evenly spaced; the first is at or below `low`, the last at or above
/// `high`.
pub fn nice_ticks(low: i64, high: i64) -> Vec<i64> {
    let (low, high) = (i128::from(low.min(high)), i128::from(low.max(high)));
    let mut step = 1;
    for candidate in steps() {
        step = candidate;
        if intervals(low, high, step) <= 5 {
            break;
        }
    }
    let first = low.div_euclid(step) * step;
    (0..=intervals(low, high, step).max(3)).filter_map(|i| i64::try_from(first + i * step).ok()).collect()
}

/// How many steps it takes to cover `low..=high` from a multiple of the step to another.
fn intervals(low: i128, high: i128, step: i128) -> i128 {
    let last = -(-high).div_euclid(step);
    last - low.div_euclid(step)
}

/// 1, 2, 5, 10, 20, 25, 50, 100 ...: no 2.5, because there are no halves of a minor unit.
fn steps() -> impl Iterator<Item = i128> {
    (0..20).flat_map(|power| {
        let ten = 10_i128.pow(power);
        let quarter = (power > 0).then_some(ten / 10 * 25);
        [Some(ten), Some(2 * ten), quarter, Some(5 * ten)].into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_may_run_backwards() {
        let y = Linear { domain: (0.0, 500.0), range: (228.0, 10.0) };
        assert_eq!(y.at(0.0), 228.0);
        assert_eq!(y.at(500.0), 10.0);
        assert_eq!(y.at(250.0), 119.0);
        assert_eq!(Linear { domain: (3.0, 3.0), range: (0.0, 10.0) }.at(3.0), 5.0);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(nice_ticks(0, 44_048_000), [0, 10_000_000, 20_000_000, 30_000_000, 40_000_000, 50_000_000]);
        assert_eq!(nice_ticks(40_500_000, 46_080_000), [40_000_000, 42_000_000, 44_000_000, 46_000_000, 48_000_000]);
        assert_eq!(nice_ticks(0, 1), [0, 1, 2, 3]);
        assert_eq!(nice_ticks(0, 0), [0, 1, 2, 3]);
        assert_eq!(nice_ticks(0, 12), [0, 5, 10, 15]);
        assert_eq!(nice_ticks(-30, 70), [-50, -25, 0, 25, 50, 75]);
    }

    #[test]
    fn four_to_six_ticks_cover_every_range() {
        let sizes = || (0..14).flat_map(|power| [1, 3, 7, 12, 49].map(|digit| digit * 10_i64.pow(power)));
        let starts = || sizes().chain(sizes().map(|start| -start)).chain([0]);
        for (low, width) in starts().flat_map(|start| sizes().chain([0]).map(move |width| (start, width))) {
            let ticks = nice_ticks(low, low + width);
            assert!((4..=6).contains(&ticks.len()), "{ticks:?} for {low} + {width}");
            assert!(ticks[0] <= low && low + width <= *ticks.last().unwrap(), "{ticks:?} for {low} + {width}");
            let step = ticks[1] - ticks[0];
            assert!(ticks.windows(2).all(|w| w[1] - w[0] == step), "{ticks:?}");
        }
    }
}
