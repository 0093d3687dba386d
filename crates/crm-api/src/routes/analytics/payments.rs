//! Payments that failed, were paid later, or went back; and revenue when it is earned.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use crm_domain::analytics::{self, AsOf, PeriodRequest, ReportRequest};
use crm_types::Currency;
use crm_types::analytics::Step;
use crm_types::analytics_payments::{PaymentReport, RecognisedReport};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(payments).service(recognised);
}

/// The months of a report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsQuery {
    /// A day of the first month; when not given, 11 months before `to`.
    #[param(example = "2025-11-01")]
    from: Option<NaiveDate>,
    /// A day of the last month; when not given, this month, or the newest with any data.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Only `month`.
    interval: Option<Step>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// The currency of all amounts; the reporting currency when not given.
    currency: Option<Currency>,
}

/// Payments, refunds, failures and recovery by month
#[utoipa::path(tag = "analytics", operation_id = "analytics_payments", params(MonthsQuery), responses(
    (status = 200, description = "The figures", body = PaymentReport, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "as_of": null,
        "total": {
            "payments": 120, "paid": {"minor": 240_000, "currency": "usd"}, "average": {"minor": 2_000, "currency": "usd"}, "refunds": 2,
            "refunded": {"minor": -2_400, "currency": "usd"}, "refund_rate": 0.01,
            "disputes": 0, "disputed": {"minor": 0, "currency": "usd"}, "dispute_rate": 0.0, "failed_attempts": 10, "failure_rate": 0.0769,
            "failed_invoices": 6, "failed_amount": {"minor": 10_000, "currency": "usd"}, "recovered_invoices": 3,
            "recovered_amount": {"minor": 6_000, "currency": "usd"}, "recovery_rate": 0.5, "amount_recovery_rate": 0.6
        },
        "steps": [{"from": "2026-10-01", "to": "2026-10-31", "complete": true, "figures": {
            "payments": 120, "paid": {"minor": 240_000, "currency": "usd"}, "average": {"minor": 2_000, "currency": "usd"}, "refunds": 2,
            "refunded": {"minor": -2_400, "currency": "usd"}, "refund_rate": 0.01,
            "disputes": 0, "disputed": {"minor": 0, "currency": "usd"}, "dispute_rate": 0.0, "failed_attempts": 10, "failure_rate": 0.0769,
            "failed_invoices": 6, "failed_amount": {"minor": 10_000, "currency": "usd"}, "recovered_invoices": 3,
            "recovered_amount": {"minor": 6_000, "currency": "usd"}, "recovery_rate": 0.5, "amount_recovery_rate": 0.6
        }}]
    })),
))]
#[get("/analytics/payments")]
async fn payments(state: Data<AppState>, request: HttpRequest, query: Params<MonthsQuery>) -> ApiResult {
    let MonthsQuery { from, to, interval, as_of, currency } = query.0;
    let asked =
        ReportRequest { period: PeriodRequest::new(from, to)?, interval, as_of, currency: currency.map(Into::into) };
    state.reports.answer(&request, analytics::payments(&state.read_pool, asked)).await
}

/// Revenue by the month in which it is earned
///
/// What was paid without tax, less what went back, spread over the days that it was paid for.
#[utoipa::path(tag = "analytics", operation_id = "analytics_recognised", params(MonthsQuery), responses(
    (status = 200, description = "The months", body = RecognisedReport, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "as_of": null,
        "recognised": {"minor": 103_800, "currency": "usd"}, "deferred": {"minor": 42_000, "currency": "usd"},
        "steps": [{
            "from": "2026-10-01", "to": "2026-10-31", "complete": true, "recognised": {"minor": 103_800, "currency": "usd"},
            "streams": [
                {"stream": "rev1_individual", "label": "REV 1 Individual", "amount": {"minor": 14_000, "currency": "usd"}},
                {"stream": "rev2_coaching", "label": "REV 2 Coaching", "amount": {"minor": 39_800, "currency": "usd"}},
                {"stream": "rev3_b2b", "label": "REV 3 B2B", "amount": {"minor": 50_000, "currency": "usd"}}
            ],
            "other": {"minor": 0, "currency": "usd"}
        }]
    })),
))]
#[get("/analytics/recognised")]
async fn recognised(state: Data<AppState>, request: HttpRequest, query: Params<MonthsQuery>) -> ApiResult {
    let MonthsQuery { from, to, interval, as_of, currency } = query.0;
    let asked =
        ReportRequest { period: PeriodRequest::new(from, to)?, interval, as_of, currency: currency.map(Into::into) };
    state.reports.answer(&request, analytics::recognised(&state.read_pool, asked)).await
}
