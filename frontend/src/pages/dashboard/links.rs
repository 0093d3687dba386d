//! Where the dashboard's figures and marks lead: to the rows whose sum is the figure.

use crate::routes::{CUSTOMERS, MRR_MOVEMENTS, SETTINGS_CURRENCIES, SUBSCRIPTIONS, list};
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::RateUse;
use crm_types::mrr::MovementType;
use crm_types::plans::{Stream, Tier};

/// What a link needs of the page: the period, as inclusive days, and the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Of the amounts; `None` is all, where they were converted.
    pub currency: Option<Currency>,
}

/// The currency that the rows behind an amount are in: all of them, where rates say that they were converted.
pub fn rows_in(currency: Currency, rates: Option<&Vec<RateUse>>) -> Option<Currency> {
    rates.is_none().then_some(currency)
}

impl Scope {
    fn code(&self) -> &str {
        self.currency.as_ref().map_or("", Currency::code)
    }

    /// Subscriptions with MRR at the end of the period: their sum is MRR.
    pub fn subscriptions(self) -> String {
        subscriptions_on(self.to, self.currency, None, "")
    }

    /// Customers with MRR at the end of the period.
    pub fn paying(self) -> String {
        list(CUSTOMERS, &[("paying_at", &self.to.to_string()), ("currency", self.code())])
    }

    /// Trials that run at the end of the period, in every currency.
    pub fn trials(self) -> String {
        list(SUBSCRIPTIONS, &[("trialing_at", &self.to.to_string())])
    }

    /// Those who paid at the start and left: the churn rate's numerator.
    pub fn churned(self) -> String {
        self.movements_of(MovementType::Churn.as_str(), ("paying_at_start", "true"))
    }

    /// The period's movements of one type, or all.
    pub fn movements(self, movement: Option<MovementType>) -> String {
        // What the rates did has no rows but the rates.
        if movement == Some(MovementType::Fx) {
            let (from, to) = (self.from.to_string(), self.to.to_string());
            return list(SETTINGS_CURRENCIES, &[("from", &from), ("to", &to)]);
        }
        self.movements_of(movement.map_or("", MovementType::as_str), ("", ""))
    }

    /// The period's movements of some types with a part in something; the list shows that part.
    pub fn movements_of(self, types: &str, part: Part<'_>) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        list(MRR_MOVEMENTS, &[("movement", types), part, ("from", &from), ("to", &to), ("currency", self.code())])
    }

    /// What was lost in the period: less from those who stayed, and those who left.
    pub fn lost(self) -> String {
        let types = format!("{},{}", MovementType::Contraction.as_str(), MovementType::Churn.as_str());
        self.movements_of(&types, ("", ""))
    }

    /// Subscriptions that are set to end.
    pub fn scheduled(self) -> String {
        list(SUBSCRIPTIONS, &[("scheduled", "true"), ("currency", self.code())])
    }
}

/// A filter of a list: its name and value.
pub type Part<'a> = (&'static str, &'a str);

/// How lists filter by a part that a report names. By tier, individuals without one have no filter: a list of all individuals
/// would be more than theirs.
pub fn filter_of(key: &str, by_tier: bool) -> Option<Part<'_>> {
    match (key.parse::<Tier>(), key.parse()) {
        (Ok(_), _) => Some(("tier", key)),
        (_, Ok(Stream::Rev1Individual)) if by_tier => None,
        (_, Ok(_)) => Some(("stream", key)),
        _ => None,
    }
}

/// Subscriptions with MRR on a day, of a part of the business or of all; of one customer, unless `customer` is empty.
pub fn subscriptions_on(
    day: NaiveDate,
    currency: impl Into<Option<Currency>>,
    part: Option<Part<'_>>,
    customer: &str,
) -> String {
    let currency = currency.into();
    let currency = currency.as_ref().map_or("", Currency::code);
    let (day, part) = (day.to_string(), part.unwrap_or_default());
    list(SUBSCRIPTIONS, &[("as_of", &*day), part, ("currency", currency), ("customer_id", customer)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_names_its_rows() {
        let scope = Scope {
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            currency: Some(Currency::USD),
        };
        let all = Scope { currency: None, ..scope };
        for (link, address) in [
            (scope.subscriptions(), "/subscriptions?as_of=2026-10-31&currency=usd"),
            (scope.paying(), "/customers?paying_at=2026-10-31&currency=usd"),
            (scope.trials(), "/subscriptions?trialing_at=2026-10-31"),
            (
                scope.churned(),
                "/mrr-movements?movement=churn&paying_at_start=true&from=2026-10-01&to=2026-10-31&currency=usd",
            ),
            (scope.movements(None), "/mrr-movements?from=2026-10-01&to=2026-10-31&currency=usd"),
            (
                scope.movements(Some(MovementType::New)),
                "/mrr-movements?movement=new&from=2026-10-01&to=2026-10-31&currency=usd",
            ),
            (scope.movements(Some(MovementType::Fx)), "/settings/currencies?from=2026-10-01&to=2026-10-31"),
            (all.subscriptions(), "/subscriptions?as_of=2026-10-31"),
            (all.movements(None), "/mrr-movements?from=2026-10-01&to=2026-10-31"),
            (scope.scheduled(), "/subscriptions?scheduled=true&currency=usd"),
            (
                subscriptions_on(scope.to, Currency::EUR, filter_of("tier2", true), ""),
                "/subscriptions?as_of=2026-10-31&tier=tier2&currency=eur",
            ),
            (
                subscriptions_on(scope.to, Currency::EUR, filter_of("rev3_b2b", false), ""),
                "/subscriptions?as_of=2026-10-31&stream=rev3_b2b&currency=eur",
            ),
        ] {
            assert_eq!(link, address);
        }
    }

    #[test]
    fn a_part_without_a_filter_has_no_rows_of_its_own() {
        for (key, by_tier, filter) in [
            ("tier1", true, Some(("tier", "tier1"))),
            ("rev2_coaching", true, Some(("stream", "rev2_coaching"))),
            ("rev1_individual", false, Some(("stream", "rev1_individual"))),
            ("rev1_individual", true, None),
            ("influencer", false, None),
            ("", false, None),
        ] {
            assert_eq!(filter_of(key, by_tier), filter, "{key}");
        }
    }
}
