//! Phrases, counts and initials.

use crm_types::plans::Interval;

/// `a month`, `every 3 months`.
pub fn every(interval: Interval, count: i32) -> String {
    let unit = interval.as_str();
    if count == 1 { format!("a {unit}") } else { format!("every {count} {unit}s") }
}

/// `Every month`, `Every 3 months`.
pub fn billed(interval: Interval, count: i32) -> String {
    let unit = interval.as_str();
    if count == 1 { format!("Every {unit}") } else { format!("Every {count} {unit}s") }
}

/// A word of the wire as a phrase: `trial_converted` is "Trial converted".
pub fn phrase(word: &str) -> String {
    let spaced = word.replace('_', " ").replace("api key", "API key");
    let mut letters = spaced.chars();
    letters
        .next()
        .map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect())
}

/// The letters of an avatar: first and last word, else the first two letters. An apostrophe belongs to its word. Only ASCII changes its case: the tables for
/// all of Unicode would be a fiftieth of the bundle.
pub fn initials(name: &str) -> String {
    let apostrophe = |c: char| matches!(c, '\'' | '’');
    let letters = |word: &str, most| word.chars().filter(|c| !apostrophe(*c)).take(most).collect::<String>();
    let words = name.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !apostrophe(c));
    let mut words = words.filter(|word| !word.chars().all(apostrophe));
    let Some(first) = words.next() else { return "?".into() };
    let letters = match words.next_back() {
        Some(last) => letters(first, 1) + &letters(last, 1),
        None => letters(first, 2),
    };
    letters.to_ascii_uppercase()
}

/// `1 customer`, `12,460 customers`.
pub fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", crate::format::count(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_people_and_addresses() {
        for (name, letters) in [
            ("Dana Whitfield", "DW"),
            ("Cher", "CH"),
            ("ana maria de souza", "AS"),
            ("nora@northwind.fit", "NF"),
            ("Øyvind", "ØY"),
            ("", "?"),
            ("@.", "?"),
            ("Élodie Ñandú", "ÉÑ"),
            ("Conan O'Brien", "CO"),
            ("O’Brien", "OB"),
            ("'t Hooft", "TH"),
            ("' '", "?"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn words_become_phrases() {
        assert_eq!(phrase("trial_converted"), "Trial converted");
        assert_eq!(phrase(""), "");
        assert_eq!(every(Interval::Month, 1), "a month");
        assert_eq!(every(Interval::Week, 2), "every 2 weeks");
        assert_eq!(billed(Interval::Year, 1), "Every year");
        assert_eq!(counted(1, "price", "prices"), "1 price");
        assert_eq!(counted(0, "price", "prices"), "0 prices");
    }
}
