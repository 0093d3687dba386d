//! Typed values out of a row of a query that is put together at run time.

use crm_types::{Currency, Money};
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::error::Error;
use std::str::FromStr;

/// Reads enums and money.
pub(crate) trait RowExt {
    /// A text column that holds a value of an enum.
    fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &str) -> sqlx::Result<T>;
    /// The same for a column that may be null.
    fn optional_word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &str) -> sqlx::Result<Option<T>>;
    /// An amount in minor units with its currency.
    fn money(&self, amount: &str, currency: &str) -> sqlx::Result<Money>;
    /// The same where no currency means no amount.
    fn optional_money(&self, amount: &str, currency: &str) -> sqlx::Result<Option<Money>>;
}

impl RowExt for PgRow {
    fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &str) -> sqlx::Result<T> {
        parse(column, &self.try_get::<String, _>(column)?)
    }

    fn optional_word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &str) -> sqlx::Result<Option<T>> {
        self.try_get::<Option<String>, _>(column)?.map(|text| parse(column, &text)).transpose()
    }

    fn money(&self, amount: &str, currency: &str) -> sqlx::Result<Money> {
        Ok(Money::new(self.try_get(amount)?, self.word::<Currency>(currency)?))
    }

    fn optional_money(&self, amount: &str, currency: &str) -> sqlx::Result<Option<Money>> {
        let Some(currency) = self.optional_word::<Currency>(currency)? else { return Ok(None) };
        Ok(Some(Money::new(self.try_get(amount)?, currency)))
    }
}

/// Parses the text of a column.
pub(crate) fn parse<T: FromStr<Err: Error + Send + Sync + 'static>>(column: &str, text: &str) -> sqlx::Result<T> {
    text.parse().map_err(|error: T::Err| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}
