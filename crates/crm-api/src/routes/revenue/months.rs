//! Shared revenue by month, and closing a month.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use crm_domain::filter::Day;
use crm_domain::revenue::closing::{self, Reach};
use crm_domain::revenue::{settling, shares};
use crm_types::Problem;
use crm_types::revenue::{MonthClosing, MonthSettling, RevenueMonth, StatementPayment};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Months that a caller gets who does not say how many.
const MONTHS: i32 = 12;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(close).service(approve).service(pay);
}

/// How far back the sums by month go.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsQuery {
    /// How many of the newest months: 1 to 120.
    #[param(minimum = 1, maximum = 120, default = 12)]
    months: Option<i32>,
}

/// What was shared by month, newest first, currencies apart
#[utoipa::path(tag = "revenue", operation_id = "list_revenue_months", params(MonthsQuery), responses(
    (status = 200, description = "Months in which anything was shared", body = Vec<RevenueMonth>, example = json!([{
        "month": "2026-10-01", "paid": {"minor": 190000, "currency": "usd"}, "shared": {"minor": 190000, "currency": "usd"},
        "coaches": {"minor": 57000, "currency": "usd"}, "organizations": {"minor": 19000, "currency": "usd"},
        "platform": {"minor": 114000, "currency": "usd"}, "closed": true
    }])),
))]
#[get("/revenue/months")]
async fn list(state: Data<AppState>, query: Params<MonthsQuery>) -> ApiResult<Json<Vec<RevenueMonth>>> {
    let months = query.0.months.unwrap_or(MONTHS);
    if !(1..=120).contains(&months) {
        return Err(ApiError::invalid_field("months", "out_of_range", "Ask for 1 to 120 months."));
    }
    Ok(Json(shares::months(&state.read_pool, months).await?))
}

/// Whether the months before are closed as well.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CloseQuery {
    /// Also close the months before it that are open, one after the other: all of them or none.
    #[param(default = false)]
    earlier: Option<bool>,
}

/// Closes a month
///
/// Nothing more counts to it: what is refunded later counts to the first month that is open. Each coach and organization with
/// shares or a balance gets a statement. Months are closed in order, once they are over.
#[utoipa::path(tag = "revenue", operation_id = "close_revenue_month",
    params(("month" = NaiveDate, Path, description = "Any day of the month", example = "2026-10-01"), CloseQuery),
    responses(
        (status = 201, description = "It is closed", body = MonthClosing, example = json!({
            "month": "2026-10-01", "months": 1, "statements": 18, "payable": 15
        })),
        (status = 409, description = "It is closed, not over, an earlier one is open, or customers are being computed again", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/revenue/months/{month}/close")]
async fn close(state: Data<AppState>, by: By, month: Path<NaiveDate>, query: Params<CloseQuery>) -> ApiResult {
    let month = Day::parse("month", *month)?;
    let reach = if query.0.earlier == Some(true) { Reach::AllBefore } else { Reach::One };
    Ok(HttpResponse::Created().json(closing::close(&state.pool, &by.0, month.date(), reach).await?))
}

/// Approves the statements of a month
///
/// All that have something to pay and are not approved yet. Once more is no error.
#[utoipa::path(tag = "revenue", operation_id = "approve_revenue_month",
    params(("month" = NaiveDate, Path, description = "Any day of the month", example = "2026-10-01")),
    responses(
        (status = 200, description = "What was approved", body = MonthSettling, example = json!({
            "month": "2026-10-01", "statements": 15, "amounts": [{"minor": 76000, "currency": "usd"}]
        })),
        (status = 409, description = "It is open", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/revenue/months/{month}/approve")]
async fn approve(state: Data<AppState>, by: By, month: Path<NaiveDate>) -> ApiResult<Json<MonthSettling>> {
    let month = Day::parse("month", *month)?;
    Ok(Json(settling::approve(&state.pool, &by.0, month.date()).await?))
}

/// Marks the approved statements of a month as paid
///
/// Once more is no error. No money is moved: that is for your bank.
#[utoipa::path(tag = "revenue", operation_id = "pay_revenue_month",
    params(("month" = NaiveDate, Path, description = "Any day of the month", example = "2026-10-01")),
    request_body(content = StatementPayment, example = json!({"payment_reference": "SEPA 2026-11-03"})),
    responses(
        (status = 200, description = "What is paid now", body = MonthSettling, example = json!({
            "month": "2026-10-01", "statements": 15, "amounts": [{"minor": 76000, "currency": "usd"}]
        })),
        (status = 409, description = "It is open", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/revenue/months/{month}/pay")]
async fn pay(
    state: Data<AppState>,
    by: By,
    month: Path<NaiveDate>,
    body: Body<StatementPayment>,
) -> ApiResult<Json<MonthSettling>> {
    let month = Day::parse("month", *month)?;
    Ok(Json(settling::pay(&state.pool, &by.0, month.date(), body.payment_reference.as_deref()).await?))
}
