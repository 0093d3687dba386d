//! Counts and rates.

use super::MINUS;

/// A whole number with its thousands grouped: `12,460`.
pub fn count(value: i64) -> String {
    let sign = if value < 0 { MINUS } else { "" };
    format!("{sign}{}", grouped(&value.unsigned_abs().to_string()))
}

/// A rate of 0.0461 as `4.61%`. Two digits below 10 %, where they decide; one above; none on whole hundreds.
pub fn percent(rate: f64) -> String {
    let hundredths = rate * 100.0;
    let size = hundredths.abs();
    let decimals = match () {
        () if size < 9.995 => 2,
        () if size < 99.95 => 1,
        () => usize::from((size - size.round()).abs() >= 0.05),
    };
    format!("{}%", decimal(hundredths, decimals))
}

/// A difference of two rates in percentage points, unsigned: `0.6 pt`, `0.17 pt`, `1.4 pt`.
pub fn points(difference: f64) -> String {
    let size = (difference * 100.0).abs();
    let text = if size < 0.995 { format!("{size:.2}") } else { format!("{size:.1}") };
    format!("{} pt", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A decimal with the true minus, grouped; what rounds to zero has no sign.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let zero = digits.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !zero { MINUS } else { "" };
    match digits.split_once('.') {
        Some((whole, fraction)) => format!("{sign}{}.{fraction}", grouped(whole)),
        None => format!("{sign}{}", grouped(&digits)),
    }
}

/// Puts a comma before every third digit from the right.
pub(super) fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12_460, "12,460"),
            (-1_234_567, "−1,234,567"),
            (i64::MIN, "−9,223,372,036,854,775,808"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn a_rate_has_the_digits_that_decide() {
        for (rate, text) in [
            (0.0461, "4.61%"),
            (0.0, "0.00%"),
            (0.982, "98.2%"),
            (0.407, "40.7%"),
            (0.0999, "9.99%"),
            (0.09996, "10.0%"),
            (1.0, "100%"),
            (0.9999, "100%"),
            (1.253, "125.3%"),
            (-0.05, "−5.00%"),
            (-0.000_001, "0.00%"),
            (25.0, "2,500%"),
        ] {
            assert_eq!(percent(rate), text, "{rate}");
        }
    }

    #[test]
    fn points_are_short() {
        for (difference, text) in [
            (0.006, "0.6 pt"),
            (-0.0017, "0.17 pt"),
            (0.014, "1.4 pt"),
            (0.02, "2 pt"),
            (0.0, "0 pt"),
            (0.1004, "10 pt"),
        ] {
            assert_eq!(points(difference), text, "{difference}");
        }
    }
}
