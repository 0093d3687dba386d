//! Amounts. Cents on rows and customers, whole units on company tiles, `$440.5K` on axes and marks only.

use super::MINUS;
use super::number::{decimal, grouped};
use crm_types::{Currency, Money};

/// Amounts of several currencies, which are not added: `$48.00 + €9.00`; empty for none.
pub fn amounts(amounts: &[Money]) -> String {
    amounts.iter().copied().map(money).collect::<Vec<_>>().join(" + ")
}

/// All decimals the currency has: `$19.00`, `−¥500`, `KWD 1.250`.
pub fn money(amount: Money) -> String {
    let plain = amount.to_decimal();
    let digits = plain.trim_start_matches('-');
    let text = match digits.split_once('.') {
        Some((major, minor)) => format!("{}.{minor}", grouped(major)),
        None => grouped(digits),
    };
    with_symbol(sign(amount.minor), amount.currency, &text)
}

/// What was typed in minor units: `19.9`, `19,90` and `.5`; without a currency in hundredths. Nothing when it is no amount, below 0,
/// or finer than the currency.
pub fn minor_units(typed: &str, currency: Option<Currency>) -> Option<i64> {
    let decimals = currency.map_or(2, |currency| currency.decimals() as usize);
    let typed = typed.trim().replace(',', ".");
    let (whole, part) = typed.split_once('.').unwrap_or((&typed, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let amount = !(whole.is_empty() && part.is_empty()) && part.len() <= decimals && digits(whole) && digits(part);
    amount.then(|| format!("{whole}{part:0<decimals$}").parse().ok()).flatten()
}

/// Minor units as people write them: `1990` is `19.90`; without a currency of hundredths.
pub fn major_units(minor: i64, currency: Option<Currency>) -> String {
    let decimals = currency.map_or(2, |currency| currency.decimals() as usize);
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// Rounded to whole units, half away from zero: `$440,480`.
pub fn money_whole(amount: Money) -> String {
    let per_major = amount.currency.minor_per_major().unsigned_abs();
    let major = (amount.minor.unsigned_abs() + per_major / 2) / per_major;
    let sign = if major == 0 { "" } else { sign(amount.minor) };
    with_symbol(sign, amount.currency, &grouped(&major.to_string()))
}

/// For axes and marks: `$440.5K`, `$1.2M`, `$100K`; below a thousand whole, or with cents if there are any.
pub fn money_compact(amount: Money) -> String {
    let major = amount.minor.unsigned_abs() as f64 / amount.currency.minor_per_major() as f64;
    if major < 999.5 {
        let whole = amount.minor % amount.currency.minor_per_major() == 0;
        return if whole || major >= 100.0 { money_whole(amount) } else { money(amount) };
    }
    let (value, unit) = match () {
        () if major < 999_950.0 => (major / 1e3, "K"),
        () if major < 999_950_000.0 => (major / 1e6, "M"),
        () => (major / 1e9, "B"),
    };
    let text = decimal(value, 1);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    with_symbol(sign(amount.minor), amount.currency, &format!("{text}{unit}"))
}

/// A change: `+$29.00`, `−$9.00`, `$0.00`.
pub fn signed_money(amount: Money) -> String {
    plus(amount, money(amount))
}

/// A change in whole units: `+$28,100`.
pub fn signed_whole(amount: Money) -> String {
    plus(amount, money_whole(amount))
}

/// A change on a mark: `+$31.5K`.
pub fn signed_compact(amount: Money) -> String {
    plus(amount, money_compact(amount))
}

fn plus(amount: Money, text: String) -> String {
    if amount.minor > 0 { format!("+{text}") } else { text }
}

fn sign(minor: i64) -> &'static str {
    if minor < 0 { MINUS } else { "" }
}

/// The symbols that are not ambiguous to most readers; all other currencies go by their code and a no-break space.
fn with_symbol(sign: &str, currency: Currency, digits: &str) -> String {
    match currency.code() {
        "usd" => format!("{sign}${digits}"),
        "eur" => format!("{sign}€{digits}"),
        "gbp" => format!("{sign}£{digits}"),
        "jpy" => format!("{sign}¥{digits}"),
        code => format!("{sign}{}\u{a0}{digits}", code.to_ascii_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    #[test]
    fn amounts_are_typed_as_people_write_them() {
        for (typed, code, minor, written) in [
            ("50", "usd", 5_000, "50.00"),
            (" 12.5 ", "usd", 1_250, "12.50"),
            ("19,90", "eur", 1_990, "19.90"),
            (".5", "usd", 50, "0.50"),
            ("0.05", "usd", 5, "0.05"),
            ("500", "jpy", 500, "500"),
            ("1.25", "kwd", 1_250, "1.250"),
            ("0", "usd", 0, "0.00"),
        ] {
            let currency = Some(code.parse().unwrap());
            assert_eq!(minor_units(typed, currency), Some(minor), "{typed} {code}");
            assert_eq!(major_units(minor, currency), written);
            assert_eq!(minor_units(written, currency), Some(minor));
        }
        assert_eq!((minor_units("19.9", None), major_units(1_990, None)), (Some(1_990), "19.90".into()));
        for (bad, code) in [
            ("", "usd"),
            (".", "usd"),
            ("1.234", "usd"),
            ("1.5", "jpy"),
            ("-1", "usd"),
            ("+1", "usd"),
            ("1e3", "usd"),
            ("a lot", "usd"),
            ("1.x", "usd"),
            ("99999999999999999999", "usd"),
        ] {
            assert_eq!(minor_units(bad, Some(code.parse().unwrap())), None, "{bad} {code}");
        }
    }

    #[test]
    fn decimals_and_symbol_follow_the_currency() {
        for (minor, code, text) in [
            (1900, "usd", "$19.00"),
            (-900, "usd", "−$9.00"),
            (0, "usd", "$0.00"),
            (123_456_789, "eur", "€1,234,567.89"),
            (34_000, "jpy", "¥34,000"),
            (-5, "gbp", "−£0.05"),
            (1250, "kwd", "KWD\u{a0}1.250"),
            (i64::MIN, "usd", "−$92,233,720,368,547,758.08"),
        ] {
            assert_eq!(money(amount(minor, code)), text);
        }
    }

    #[test]
    fn whole_units_round_half_away_from_zero() {
        for (minor, code, text) in [
            (44_048_049, "usd", "$440,480"),
            (44_048_050, "usd", "$440,481"),
            (-150, "usd", "−$2"),
            (-49, "usd", "$0"),
            (500, "jpy", "¥500"),
            (i64::MAX, "jpy", "¥9,223,372,036,854,775,807"),
        ] {
            assert_eq!(money_whole(amount(minor, code)), text);
        }
    }

    #[test]
    fn marks_are_short() {
        for (minor, code, text) in [
            (44_048_000, "usd", "$440.5K"),
            (10_000_000, "usd", "$100K"),
            (0, "usd", "$0"),
            (95_000, "usd", "$950"),
            (1250, "usd", "$12.50"),
            (12_345, "usd", "$123"),
            (99_949, "usd", "$999"),
            (99_950, "usd", "$1K"),
            (99_995_000, "usd", "$1M"),
            (-1_490_000, "usd", "−$14.9K"),
            (123_456, "jpy", "¥123.5K"),
            (2_500_000_000_000, "jpy", "¥2,500B"),
        ] {
            assert_eq!(money_compact(amount(minor, code)), text);
        }
    }

    #[test]
    fn a_change_has_a_sign() {
        assert_eq!(signed_money(amount(2900, "usd")), "+$29.00");
        assert_eq!(signed_money(amount(-900, "usd")), "−$9.00");
        assert_eq!(signed_money(amount(0, "usd")), "$0.00");
        assert_eq!(signed_whole(amount(2_810_000, "usd")), "+$28,100");
        assert_eq!(signed_compact(amount(3_150_000, "usd")), "+$31.5K");
    }
}
