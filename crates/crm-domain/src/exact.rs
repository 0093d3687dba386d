//! Exact amounts: fractions of minor units, rounded once, at the end.

use num_rational::Ratio;

/// Minor units as an exact fraction.
pub type Exact = Ratio<i128>;

/// Parses a plain decimal such as `1999`, `0.5` or `25.5` exactly. At most 12 decimals, as Stripe allows.
pub fn parse_decimal(text: &str) -> Option<Exact> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || fraction.len() > 12 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let units: i128 = whole.parse().ok()?;
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let value = Ratio::new(units.checked_mul(scale)?.checked_add(part)?, scale);
    Some(if negative { -value } else { value })
}

/// Rounds half away from zero. `None` when the result does not fit into an amount.
pub fn round_half_away(value: Exact) -> Option<i64> {
    let two = 2_i128;
    let doubled = value.numer().checked_mul(two)?;
    let half = if *value.numer() < 0 { -*value.denom() } else { *value.denom() };
    i64::try_from(doubled.checked_add(half)? / value.denom().checked_mul(two)?).ok()
}

/// Divides `total` among parts in proportion to exact shares, so that the parts add up to it: each share is floored
/// and what is left goes to the largest remainders, ties to the first.
pub fn largest_remainder(total: i64, shares: &[Exact]) -> Vec<i64> {
    let mut parts: Vec<(i64, Exact)> = shares
        .iter()
        .map(|share| {
            let floor = share.floor();
            (i64::try_from(*floor.numer()).unwrap_or(0), *share - floor)
        })
        .collect();
    let mut left = i128::from(total) - parts.iter().map(|(minor, _)| i128::from(*minor)).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| {
        let remainder = |i: &usize| parts.get(*i).map(|p| p.1);
        remainder(b).cmp(&remainder(a)).then(a.cmp(b))
    });
    let mut turn = order.iter().cycle();
    while left != 0 {
        let Some(part) = turn.next().and_then(|i| parts.get_mut(*i)) else { break };
        let one = left.signum();
        part.0 = part.0.saturating_add(if one < 0 { -1 } else { 1 });
        left -= one;
    }
    parts.into_iter().map(|(minor, _)| minor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_parse_exactly() {
        assert_eq!(parse_decimal("1999"), Some(Ratio::from_integer(1999)));
        assert_eq!(parse_decimal("0.5"), Some(Ratio::new(1, 2)));
        assert_eq!(parse_decimal("25.5"), Some(Ratio::new(51, 2)));
        assert_eq!(parse_decimal("-3.25"), Some(Ratio::new(-13, 4)));
        assert_eq!(parse_decimal("0.000000000001"), Some(Ratio::new(1, 1_000_000_000_000)));
        for bad in ["", ".5", "1e3", "1.0000000000001", "NaN", "--1", "1.2.3", "123456789012345678901"] {
            assert_eq!(parse_decimal(bad), None, "{bad}");
        }
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (numer, denom, rounded) in
            [(1, 2, 1), (-1, 2, -1), (5, 2, 3), (-5, 2, -3), (49, 100, 0), (200_000, 12, 16_667), (0, 1, 0)]
        {
            assert_eq!(round_half_away(Ratio::new(numer, denom)), Some(rounded), "{numer}/{denom}");
        }
        assert_eq!(round_half_away(Ratio::from_integer(i128::MAX / 4)), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_within_one(numers in prop::collection::vec(0_i128..1_000_000, 1..10), denom in 1_i128..1000) {
            let shares: Vec<Exact> = numers.iter().map(|n| Ratio::new(*n, denom)).collect();
            let total = round_half_away(shares.iter().sum()).unwrap();
            let parts = largest_remainder(total, &shares);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, share) in parts.iter().zip(&shares) {
                prop_assert!((Ratio::from_integer(i128::from(*part)) - share).numer().abs() <= *(Ratio::from_integer(1) * share).denom());
            }
        }
    }
}
