//! What a unit of a currency is worth in the reporting currency, by day; and MRR of all currencies by these rates.

mod convert;
mod coverage;
pub mod feed;
mod import;
pub mod list;
mod rates;
mod settings;
mod store;

pub(crate) use convert::{DayMove, convert};
pub use coverage::coverage;
pub use import::import;
pub(crate) use rates::{Rates, Used};
pub use settings::{find_settings, update_settings};
pub(crate) use store::last_day;
pub use store::{delete, enter};

use crm_types::Currency;
use crm_types::money::UnknownCurrency;
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

/// The kind of thing that the audit log knows a rate as.
const RESOURCE: &str = "exchange_rate";

/// Amounts of one currency alone, or of all of them by the rates of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrencyChoice {
    /// What is in this currency.
    Only(Currency),
    /// Everything, in the reporting currency.
    Reporting,
}

impl CurrencyChoice {
    /// How it is written.
    pub const REPORTING: &'static str = "reporting";

    /// The one currency, if it is one alone.
    pub fn only(self) -> Option<Currency> {
        if let Self::Only(currency) = self { Some(currency) } else { None }
    }
}

impl From<Currency> for CurrencyChoice {
    fn from(currency: Currency) -> Self {
        Self::Only(currency)
    }
}

impl FromStr for CurrencyChoice {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        if text == Self::REPORTING { Ok(Self::Reporting) } else { text.parse().map(Self::Only) }
    }
}

impl<'de> Deserialize<'de> for CurrencyChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod convert_tests;
#[cfg(test)]
mod tests;
