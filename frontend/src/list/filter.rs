//! A filter of a list, and its words on a chip.

use crate::components::Target;
use crate::format;
use crate::labels::Choice;
use chrono::NaiveDate;
use crm_types::Currency;

/// How a filter is set.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// One of some values.
    Choice(fn() -> Vec<Choice>),
    /// Any of some values, separated by commas.
    Many(fn() -> Vec<Choice>),
    /// A day.
    Day,
    /// A currency.
    Currency,
    /// An amount: typed as people write it, asked for in minor units of the currency that is filtered by, else in hundredths.
    Amount,
    /// `true`, or nothing; the words are the chip.
    Flag,
    /// Anything typed.
    Text,
    /// One of the staff, by id.
    User,
    /// One of many, by id.
    Reference(Target),
    /// Only links set it; the label is the chip.
    Link,
}

/// A filter by the API's name.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The API's name.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// How it is set.
    pub kind: FilterKind,
}

impl Filter {
    /// A filter.
    pub const fn new(key: &'static str, label: &'static str, kind: FilterKind) -> Self {
        Self { key, label, kind }
    }

    /// What the chip says before the value, and the value: `("Stream is ", "REV 1 Individual")`. Amounts are read in the
    /// currency that is filtered by.
    pub fn words(&self, value: &str, currency: Option<Currency>) -> (String, String) {
        match self.kind {
            FilterKind::Choice(choices) => (format!("{} is ", self.label), named(&choices(), value)),
            FilterKind::Many(choices) => {
                let choices = choices();
                let names: Vec<_> = value.split(',').map(|v| named(&choices, v)).collect();
                (format!("{} is ", self.label), names.join(" or "))
            }
            FilterKind::Day => {
                (format!("{} ", self.label), value.parse::<NaiveDate>().map_or_else(|_| value.into(), format::day))
            }
            FilterKind::Amount => (format!("{} ", self.label), major(value, currency)),
            FilterKind::Currency => (format!("{} is ", self.label), value.to_ascii_uppercase()),
            FilterKind::Flag if value == "false" => ("Not ".into(), self.label.to_ascii_lowercase()),
            FilterKind::Flag | FilterKind::Link => (String::new(), self.label.into()),
            // Of an id the name is put in by who knows it.
            FilterKind::Text | FilterKind::User | FilterKind::Reference(_) => {
                (format!("{} is ", self.label), value.into())
            }
        }
    }
}

/// Minor units as people write them. What is no number stays as it is.
pub fn major(minor: &str, currency: Option<Currency>) -> String {
    match minor.parse::<i64>() {
        Ok(amount) if amount >= 0 => format::major_units(amount, currency),
        _ => minor.to_owned(),
    }
}

/// What was typed in minor units, as the address has it; empty when it is no amount.
pub fn minor(typed: &str, currency: Option<Currency>) -> String {
    format::minor_units(typed, currency).map(|minor| minor.to_string()).unwrap_or_default()
}

fn named(choices: &[Choice], value: &str) -> String {
    choices.iter().find(|(v, _)| *v == value).map_or_else(|| value.to_owned(), |(_, name)| (*name).to_owned())
}

/// Puts a value into a comma-separated list, or takes it out; the order is that of the choices.
pub fn toggled(list: &str, value: &str, choices: &[Choice]) -> String {
    let had: Vec<&str> = list.split(',').filter(|v| !v.is_empty()).collect();
    let wants = |v: &str| if v == value { !had.contains(&v) } else { had.contains(&v) };
    choices.iter().map(|(v, _)| *v).filter(|v| wants(v)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels;

    #[test]
    fn chips_speak() {
        for (kind, value, before, said) in [
            (FilterKind::Choice(labels::streams), "rev1_individual", "X is ", "REV 1 Individual"),
            (FilterKind::Choice(labels::streams), "unknown", "X is ", "unknown"),
            (FilterKind::Many(labels::movements), "new,churn", "X is ", "New or Churn"),
            (FilterKind::Day, "2026-10-31", "X ", "Oct 31, 2026"),
            (FilterKind::Day, "soon", "X ", "soon"),
            (FilterKind::Currency, "eur", "X is ", "EUR"),
            (FilterKind::Amount, "1990", "X ", "19.90"),
            (FilterKind::Amount, "much", "X ", "much"),
            (FilterKind::Flag, "true", "", "X"),
            (FilterKind::Flag, "false", "Not ", "x"),
        ] {
            assert_eq!(Filter::new("x", "X", kind).words(value, None), (before.into(), said.into()));
        }
    }

    #[test]
    fn a_list_of_values_keeps_the_order_of_the_choices() {
        let choices = labels::movements();
        assert_eq!(toggled("", "churn", &choices), "churn");
        assert_eq!(toggled("churn", "new", &choices), "new,churn");
        assert_eq!(toggled("new,churn", "churn", &choices), "new");
        assert_eq!(toggled("new,bogus", "new", &choices), "");
    }
}
