//! What currencies are worth in the reporting currency.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::worker::rates::ask;
use crate::{ApiError, ApiResult, AppState, rate_feed};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Json, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use chrono::NaiveDate;
use crm_domain::exchange_rates::list::{self as rates, ExchangeRateFilter};
use crm_domain::exchange_rates::{self, feed};
use crm_domain::filter::DayRange;
use crm_domain::page::PageRequest;
use crm_types::exchange_rates::{
    ExchangeRate, ExchangeRateSettings, ExchangeRateSettingsPatch, ExchangeRateSort, NewExchangeRate, RateCoverage,
    RateImport, RateSource,
};
use crm_types::ids::ExchangeRateId;
use crm_types::page::Count;
use crm_types::{Currency, Page, Problem};
use futures_util::StreamExt;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Some hundred thousand rates.
const LONGEST: usize = 5_000_000;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    // What has a name of its own comes first.
    cfg.service(settings).service(update_settings).service(coverage).service(import).service(fetch);
    cfg.service(list).service(enter).service(remove);
}

/// Filters, order and page of the rates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RatesQuery {
    /// That one.
    id: Option<ExchangeRateId>,
    /// Of this currency.
    currency: Option<Currency>,
    /// That came in like this.
    source: Option<RateSource>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day, included.
    to: Option<NaiveDate>,
    /// The order.
    #[param(default = "-day")]
    sort: Option<ExchangeRateSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Rates into the reporting currency, newest first
#[utoipa::path(tag = "settings", operation_id = "list_exchange_rates", params(RatesQuery), responses(
    (status = 200, description = "A page of rates", body = Page<ExchangeRate>, example = json!({
        "items": [{"id": "019a1b2c-0000-7000-8000-000000000001", "currency": "eur", "rate": "1.0842", "reporting_currency": "usd",
            "day": "2026-03-02", "source": "entered", "recorded_at": "2026-03-02T09:30:00Z"}],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/exchange-rates")]
async fn list(state: Data<AppState>, query: Params<RatesQuery>) -> ApiResult<Json<Page<ExchangeRate>>> {
    let query = query.0;
    let filter = ExchangeRateFilter {
        id: query.id,
        currency: query.currency,
        source: query.source,
        days: DayRange::new(query.from, query.to)?,
    };
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(
        rates::list(&state.read_pool, &filter, query.sort.unwrap_or(ExchangeRateSort::DayDescending), &page).await?,
    ))
}

/// Enters the rate of a day
///
/// One unit of the currency is so many units of the reporting currency, from that day until the next rate, for at most as many days
/// as the settings say. What was there is replaced.
#[utoipa::path(tag = "settings", operation_id = "enter_exchange_rate",
    params(("currency" = Currency, Path, description = "ISO 4217, in lower case", example = "eur"),
           ("day" = NaiveDate, Path, description = "Of the account's calendar, not after today", example = "2026-03-02")),
    request_body(content = NewExchangeRate, example = json!({"rate": "1.0842"})),
    responses((status = 200, description = "As it is now", body = ExchangeRate)))]
#[put("/exchange-rates/{currency}/{day}")]
async fn enter(
    state: Data<AppState>,
    by: By,
    path: Path<(Currency, NaiveDate)>,
    body: Body<NewExchangeRate>,
) -> ApiResult<Json<ExchangeRate>> {
    let (currency, day) = path.into_inner();
    Ok(Json(exchange_rates::enter(&state.pool, &by.0, currency, day, &body.rate).await?))
}

/// Takes the rate of a day away
///
/// The one before it is carried on. None is no error.
#[utoipa::path(tag = "settings", operation_id = "delete_exchange_rate",
    params(("currency" = Currency, Path, description = "ISO 4217, in lower case", example = "eur"),
           ("day" = NaiveDate, Path, description = "Of the account's calendar", example = "2026-03-02")),
    responses((status = 204, description = "There is none now"),
        (status = 422, description = "There is no such day", body = Problem, content_type = "application/problem+json")))]
#[delete("/exchange-rates/{currency}/{day}")]
async fn remove(state: Data<AppState>, by: By, path: Path<(Currency, NaiveDate)>) -> ApiResult {
    let (currency, day) = path.into_inner();
    exchange_rates::delete(&state.pool, &by.0, currency, day).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whether anything is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Says what would become of the file, and changes nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
}

/// Takes rates out of a file
///
/// CSV as the body of the request, with the columns `day`, `currency` and `rate` in any order; others are not looked at. Rows that
/// are wrong are named and left out: an unknown currency, a rate that is not above 0, a day twice or yet to come. A rate that is
/// there already is replaced. At most 5 MB.
#[utoipa::path(tag = "settings", operation_id = "import_exchange_rates", params(ImportQuery),
    request_body(content = String, content_type = "text/csv", example = "day,currency,rate\n2026-03-02,EUR,1.0842\n"),
    responses(
        (status = 200, description = "What became of it", body = RateImport, example = json!({
            "dry_run": true, "rows": 3, "created": 1, "changed": 0, "unchanged": 1, "failed": 1,
            "errors": [{"line": 4, "column": "rate", "message": "A rate is above 0."}]
        })),
        (status = 413, description = "The file is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not text/csv", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/exchange-rates/import")]
async fn import(
    state: Data<AppState>,
    by: By,
    request: HttpRequest,
    query: Params<ImportQuery>,
    mut body: Payload,
) -> ApiResult<Json<RateImport>> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !["text/csv", "text/plain", "application/vnd.ms-excel"].contains(&content_type.to_ascii_lowercase().as_str()) {
        return Err(ApiError::unsupported_media_type("text/csv"));
    }
    let mut file = Vec::new();
    while let Some(piece) = body.next().await {
        let piece: Bytes = piece?;
        if file.len() + piece.len() > LONGEST {
            let detail = "A file of rates may have 5 MB: some hundred thousand rates. Split it.";
            return Err(ApiError::too_large(LONGEST).with_detail(detail));
        }
        file.extend_from_slice(&piece);
    }
    let dry_run = query.0.dry_run.unwrap_or(false);
    Ok(Json(exchange_rates::import(&state.background_pool, &by.0, &file, dry_run).await?))
}

/// How rates come in, and what the address said last
#[utoipa::path(tag = "settings", operation_id = "find_exchange_rate_settings", responses(
    (status = 200, description = "The settings", body = ExchangeRateSettings, example = json!({
        "carried_days": 7, "url": "https://api.frankfurter.dev/v1/latest", "asked_at": "2026-03-02T17:00:00Z",
        "newest_day": "2026-03-02", "error": null, "version": 2
    })),
))]
#[get("/exchange-rates/settings")]
async fn settings(state: Data<AppState>) -> ApiResult<Json<ExchangeRateSettings>> {
    Ok(Json(exchange_rates::find_settings(&state.pool).await?))
}

/// Changes how rates come in
///
/// A JSON merge patch with the version that you saw. `url` is asked every six hours, and an hour after it failed. It is an https
/// address of the public network that answers with JSON such as `{"base": "EUR", "date": "2026-03-02", "rates": {"USD": 1.0842}}`, or
/// with `rates` by day: `{"base": "EUR", "rates": {"2026-03-02": {"USD": 1.0842}}}`. What it says never replaces rates that people
/// entered or imported.
#[utoipa::path(tag = "settings", operation_id = "update_exchange_rate_settings",
    request_body(content = ExchangeRateSettingsPatch, example = json!({"version": 1, "url": "https://api.frankfurter.dev/v1/latest"})),
    responses(
        (status = 200, description = "The settings as they are now", body = ExchangeRateSettings),
        (status = 409, description = "Somebody changed them since; the detail has the current version", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/exchange-rates/settings")]
async fn update_settings(
    state: Data<AppState>,
    by: By,
    body: Body<ExchangeRateSettingsPatch>,
) -> ApiResult<Json<ExchangeRateSettings>> {
    let mut patch = body.0;
    if let Some(Some(url)) = &mut patch.url {
        let parsed = rate_feed::parse(url, state.config.rates.local);
        *url = parsed.map_err(|why| ApiError::invalid_field("url", "invalid", why))?.to_string();
    }
    Ok(Json(exchange_rates::update_settings(&state.pool, &by.0, &patch).await?))
}

/// Asks the address for rates now
///
/// The reply says what came of it: `error` is null when rates came in.
#[utoipa::path(tag = "settings", operation_id = "fetch_exchange_rates", responses(
    (status = 200, description = "The settings, with what the address said", body = ExchangeRateSettings),
    (status = 409, description = "There is no address to ask", body = Problem, content_type = "application/problem+json"),
))]
#[post("/exchange-rates/fetch")]
async fn fetch(state: Data<AppState>) -> ApiResult<Json<ExchangeRateSettings>> {
    let url = feed::address(&state.pool).await?;
    ask(&state.background_pool, state.config.rates, &url).await?;
    Ok(Json(exchange_rates::find_settings(&state.pool).await?))
}

/// Which days of the currencies that have MRR no rate holds on
#[utoipa::path(tag = "settings", operation_id = "exchange_rate_coverage", responses(
    (status = 200, description = "Of each currency but the reporting one", body = Vec<RateCoverage>, example = json!([{
        "currency": "eur", "since": "2026-01-05", "newest": null, "missing_days": 57,
        "missing": [{"from": "2026-01-05", "to": "2026-03-02"}]
    }])),
))]
#[get("/exchange-rates/coverage")]
async fn coverage(state: Data<AppState>) -> ApiResult<Json<Vec<RateCoverage>>> {
    Ok(Json(exchange_rates::coverage(&state.read_pool).await?))
}
