//! The date range and comparison of a whole page, as its address has them: `from`, `to`, `compare`, `currency`.

use crate::format;
use crate::params::Params;
use chrono::{Datelike, Days, Months, NaiveDate};
use crm_types::Currency;
use crm_types::analytics::Comparison;

/// All currencies, as the address and the API name them.
pub const CONVERTED: &str = "reporting";

/// A way to look at other days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// The period just before.
    Back,
    /// The period just after.
    Forward,
}

/// Against what a period is compared. The same as [`Comparison`], with words.
pub type Compare = Comparison;

/// Days with both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Whether the address names the days. If not, the server does, and they move with its newest day.
    pub chosen: bool,
    /// Against what.
    pub compare: Compare,
    /// Amounts in this currency; `None` is the account's.
    pub currency: Option<Currency>,
    /// Whether amounts in all currencies are converted into the account's.
    pub converted: bool,
}

/// Days that are asked for often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// From the first of this month until today.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// Seven days, today included.
    Days7,
    /// 30 days, today included: what a page opens with.
    Days30,
    /// 90 days, today included.
    Days90,
    /// Twelve months, today included.
    Months12,
    /// From the first of this quarter until today.
    ThisQuarter,
    /// From January 1.
    ThisYear,
}

impl Preset {
    /// In the order of the menu.
    pub const ALL: [Self; 8] = [
        Self::Days7,
        Self::Days30,
        Self::Days90,
        Self::Months12,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisQuarter,
        Self::ThisYear,
    ];

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ThisMonth => "This month",
            Self::LastMonth => "Last month",
            Self::Days7 => "Last 7 days",
            Self::Days30 => "Last 30 days",
            Self::Days90 => "Last 90 days",
            Self::Months12 => "Last 12 months",
            Self::ThisQuarter => "This quarter",
            Self::ThisYear => "This year",
        }
    }

    /// Its days, both included.
    pub fn days(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let month = first_of_month(today);
        match self {
            Self::ThisMonth => (month, today),
            Self::LastMonth => (month - Months::new(1), month - Days::new(1)),
            Self::Days7 => (today - Days::new(6), today),
            Self::Days30 => (today - Days::new(29), today),
            Self::Days90 => (today - Days::new(89), today),
            Self::Months12 => (today - Months::new(12) + Days::new(1), today),
            Self::ThisQuarter => (month - Months::new(today.month0() % 3), today),
            Self::ThisYear => (today.with_ordinal(1).unwrap_or(month), today),
        }
    }
}

impl Period {
    /// Reads an address; what is missing or makes no sense falls back on the `usual` days, those that the server shows
    /// when it is not told any.
    pub fn parse(params: &Params, usual: (NaiveDate, NaiveDate)) -> Self {
        // Years that no business has known would overflow the calendar when shifted.
        let known = |date: &NaiveDate| (1970..=2200).contains(&date.year());
        let date = |name| params.get(name).and_then(|v| v.parse::<NaiveDate>().ok()).filter(known);
        let (from, to, chosen) = match (date("from"), date("to")) {
            (Some(from), Some(to)) if from <= to => (from, to, true),
            (Some(from), None) if from <= usual.1 => (from, usual.1, true),
            _ => (usual.0, usual.1, false),
        };
        Self {
            from,
            to,
            chosen,
            compare: params.get("compare").and_then(|v| v.parse().ok()).unwrap_or(Compare::Previous),
            currency: params.get("currency").and_then(Currency::parse),
            converted: params.get("currency") == Some(CONVERTED),
        }
    }

    /// The query of the API. Days that nobody chose are left to the server, which knows its newest.
    pub fn params(&self) -> Params {
        let currency = if self.converted { CONVERTED } else { self.currency.as_ref().map_or("", Currency::code) };
        let day = |day: NaiveDate| if self.chosen { day.to_string() } else { String::new() };
        Params::from_pairs(&[
            ("from", &day(self.from)),
            ("to", &day(self.to)),
            ("compare", self.compare.as_str()),
            ("currency", currency),
        ])
    }

    /// The same where amounts are not converted: in one currency alone.
    pub fn alone(&self) -> Params {
        Self { converted: false, ..self.clone() }.params()
    }

    /// How many days.
    pub fn length(&self) -> u64 {
        u64::try_from((self.to - self.from).num_days()).unwrap_or(0) + 1
    }

    /// The period beside this one: whole months move by months, everything else by its length.
    pub fn shifted(&self, shift: Shift) -> (NaiveDate, NaiveDate) {
        let months = self.whole_months();
        match (months, shift) {
            (Some(n), Shift::Back) => (self.from - Months::new(n), self.from - Days::new(1)),
            (Some(n), Shift::Forward) => {
                let from = self.to + Days::new(1);
                (from, from + Months::new(n) - Days::new(1))
            }
            (None, Shift::Back) => (self.from - Days::new(self.length()), self.from - Days::new(1)),
            (None, Shift::Forward) => (self.to + Days::new(1), self.to + Days::new(self.length())),
        }
    }

    /// The days that it is compared with, as the server has them.
    pub fn compared(&self) -> (NaiveDate, NaiveDate) {
        match self.compare {
            Compare::Previous => (self.from - Days::new(self.length()), self.from - Days::new(1)),
            Compare::Year => (self.from - Months::new(12), self.to - Months::new(12)),
        }
    }

    /// `Oct 1 – 31, 2026`.
    pub fn label(&self) -> String {
        format::date_range(self.from, self.to)
    }

    fn whole_months(&self) -> Option<u32> {
        let after = self.to + Days::new(1);
        let whole = self.from.day() == 1 && after.day() == 1;
        let months =
            (after.year() - self.from.year()) * 12 + after.month().cast_signed() - self.from.month().cast_signed();
        u32::try_from(months).ok().filter(|_| whole)
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn usual() -> (NaiveDate, NaiveDate) {
        (d("2026-10-02"), d("2026-10-31"))
    }

    fn parse(search: &str) -> Period {
        Period::parse(&Params::parse(search), usual())
    }

    #[test]
    fn an_address_without_days_is_the_usual_days() {
        for search in [
            "",
            "from=2026-10-09",
            "to=2026-01-01",
            "from=x&to=y",
            "from=-262143-01-01&to=+262142-12-31",
            "from=2026-02-30&to=2026-03-01",
        ] {
            let period = parse(search);
            let only_from = search == "from=2026-10-09";
            let expected = if only_from { (d("2026-10-09"), d("2026-10-31")) } else { usual() };
            assert_eq!((period.from, period.to, period.chosen), (expected.0, expected.1, only_from), "{search}");
        }
        assert_eq!(parse("from=2026-03-02&to=2026-03-01").from, usual().0, "the end before the start");
    }

    #[test]
    fn the_query_says_what_was_chosen() {
        assert_eq!(parse("currency=eur").params().with_path(""), "?compare=previous&currency=eur");
        assert_eq!(
            parse("from=2026-10-01&to=2026-10-31").params().with_path(""),
            "?from=2026-10-01&to=2026-10-31&compare=previous"
        );
        assert_eq!(
            parse("from=2026-10-01&to=2026-10-31&compare=year&currency=EUR").params().with_path(""),
            "?from=2026-10-01&to=2026-10-31&compare=year&currency=eur"
        );
        let all = parse("currency=reporting");
        assert_eq!((all.currency, all.converted), (None, true));
        assert_eq!(all.params().with_path(""), "?compare=previous&currency=reporting");
        assert_eq!(all.alone().with_path(""), "?compare=previous");
    }

    #[test]
    fn months_move_by_months_and_days_by_their_number() {
        for (from, to, back, forward) in [
            ("2026-10-01", "2026-10-31", ("2026-09-01", "2026-09-30"), ("2026-11-01", "2026-11-30")),
            ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31"), ("2026-04-01", "2026-06-30")),
            ("2026-10-02", "2026-10-08", ("2026-09-25", "2026-10-01"), ("2026-10-09", "2026-10-15")),
            ("2024-02-29", "2024-02-29", ("2024-02-28", "2024-02-28"), ("2024-03-01", "2024-03-01")),
        ] {
            let period = parse(&format!("from={from}&to={to}"));
            assert_eq!(period.shifted(Shift::Back), (d(back.0), d(back.1)), "{from}");
            assert_eq!(period.shifted(Shift::Forward), (d(forward.0), d(forward.1)), "{from}");
        }
    }

    #[test]
    fn what_is_compared() {
        let october = "from=2026-10-01&to=2026-10-31";
        assert_eq!(parse(october).compared(), (d("2026-08-31"), d("2026-09-30")));
        assert_eq!(parse(&format!("{october}&compare=year")).compared(), (d("2025-10-01"), d("2025-10-31")));
    }

    #[test]
    fn presets_end_today() {
        let today = d("2026-03-31");
        for (preset, from, to) in [
            (Preset::ThisMonth, "2026-03-01", "2026-03-31"),
            (Preset::LastMonth, "2026-02-01", "2026-02-28"),
            (Preset::Days7, "2026-03-25", "2026-03-31"),
            (Preset::Days30, "2026-03-02", "2026-03-31"),
            (Preset::Days90, "2026-01-01", "2026-03-31"),
            (Preset::Months12, "2025-04-01", "2026-03-31"),
            (Preset::ThisQuarter, "2026-01-01", "2026-03-31"),
            (Preset::ThisYear, "2026-01-01", "2026-03-31"),
        ] {
            assert_eq!(preset.days(today), (d(from), d(to)), "{preset:?}");
        }
    }
}
