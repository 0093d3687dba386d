//! What currencies are worth in the reporting currency.

use super::{ApiError, Method, request, send, send_file, send_json};
use crate::session::Session;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::{
    ExchangeRate, ExchangeRateSettings, ExchangeRateSettingsPatch, NewExchangeRate, RateImport,
};

/// All rates.
pub const RATES: &str = "/api/exchange-rates";
/// How they come in.
pub const RATE_SETTINGS: &str = "/api/exchange-rates/settings";
/// Which days have none.
pub const COVERAGE: &str = "/api/exchange-rates/coverage";

/// One rate: a page of it.
pub fn rate(id: &str) -> String {
    format!("{RATES}?id={id}")
}

fn of(currency: Currency, day: NaiveDate) -> String {
    format!("{RATES}/{currency}/{day}")
}

/// Enters the rate of a day.
pub async fn enter(session: Session, currency: Currency, day: NaiveDate, rate: &str) -> Result<ExchangeRate, ApiError> {
    let rate = NewExchangeRate { rate: rate.to_owned() };
    send_json(session, Method::Put, &of(currency, day), &rate).await
}

/// Takes the rate of a day away.
pub async fn delete(session: Session, currency: Currency, day: NaiveDate) -> Result<(), ApiError> {
    send(session, Method::Delete, &of(currency, day)).await
}

/// Takes rates out of a file, or says what would come of it.
pub async fn import(session: Session, file: &web_sys::File, dry_run: bool) -> Result<RateImport, ApiError> {
    send_file(session, &format!("{RATES}/import?dry_run={dry_run}"), "text/csv", file).await
}

/// Changes how rates come in; 409 when somebody was faster.
pub async fn change(session: Session, patch: &ExchangeRateSettingsPatch) -> Result<ExchangeRateSettings, ApiError> {
    send_json(session, Method::Patch, RATE_SETTINGS, patch).await
}

/// Asks the address for rates now.
pub async fn fetch(session: Session) -> Result<ExchangeRateSettings, ApiError> {
    request(session, Method::Post, &format!("{RATES}/fetch")).await
}
