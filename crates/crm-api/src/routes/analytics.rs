//! The figures and charts of the dashboard, and the reports.

mod payments;
mod retention;
mod streams;

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use crm_domain::analytics::{self, AsOf, PeriodRequest, ReportRequest};
use crm_domain::db::DomainError;
use crm_domain::exchange_rates::CurrencyChoice;
use crm_types::Problem;
use crm_types::analytics::{Comparison, GroupBy, MovementSummary, MrrSeries, Overview, Step};
use crm_types::ids::CustomerId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(overview).service(mrr).service(movements);
    retention::configure(cfg);
    streams::configure(cfg);
    payments::configure(cfg);
}

/// The period of the overview.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OverviewQuery {
    /// First day, in the account's time zone; 30 days up to `to` when not given.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// What to compare with.
    #[param(default = "previous")]
    compare: Option<Comparison>,
    /// The currency of all amounts, without what is in others; the reporting currency when not given. `reporting`: everything, by
    /// the rates of each day in the reporting currency.
    #[param(value_type = Option<String>, pattern = "^([a-z]{3}|reporting)$", example = "usd")]
    currency: Option<CurrencyChoice>,
}

/// The figures of the executive dashboard
///
/// Each with its value in the compared period and a sparkline. `customer_churn_rate` and `net_new_mrr` are of the period,
/// and in a sparkline of each step; the others are as at the end.
#[utoipa::path(tag = "analytics", operation_id = "analytics_overview", params(OverviewQuery), responses(
    (status = 200, description = "The figures", body = Overview, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "previous_from": "2026-08-31",
        "previous_to": "2026-09-30", "time_zone": "Europe/Berlin",
        "mrr": {"value": {"minor": 1_250_000, "currency": "usd"}, "previous": {"minor": 1_200_000, "currency": "usd"},
            "series": [{"day": "2026-10-31", "value": {"minor": 1_250_000, "currency": "usd"}}]},
        "arr": {"value": {"minor": 15_000_000, "currency": "usd"}, "previous": {"minor": 14_400_000, "currency": "usd"}, "series": []},
        "paying_customers": {"value": 150, "previous": 144, "series": [{"day": "2026-10-31", "value": 150}]},
        "trials_running": {"value": 12, "previous": 9, "series": []},
        "customer_churn_rate": {"value": 0.02, "previous": null, "series": []},
        "net_new_mrr": {"value": {"minor": 50_000, "currency": "usd"}, "previous": {"minor": 42_000, "currency": "usd"}, "series": []},
        "arpu": {"value": {"minor": 8_333, "currency": "usd"}, "previous": {"minor": 8_333, "currency": "usd"}, "series": []},
        "scheduled_churn": {"minor": 5_700, "currency": "usd"},
        "unmapped_prices": 0,
        "currencies": [{"minor": 84_000, "currency": "eur"}, {"minor": 1_250_000, "currency": "usd"}],
        "newest_day": "2026-10-31", "updated_at": "2026-10-31T21:14:03Z", "rates": null
    })),
))]
#[get("/analytics/overview")]
async fn overview(state: Data<AppState>, request: HttpRequest, query: Params<OverviewQuery>) -> ApiResult {
    let OverviewQuery { from, to, compare, currency } = query.0;
    let comparison = compare.unwrap_or(Comparison::Previous);
    let asked = PeriodRequest::new(from, to)?;
    state.reports.answer(&request, analytics::overview(&state.read_pool, asked, comparison, currency)).await
}

/// The period and grouping of the MRR chart.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MrrQuery {
    /// First day, in the account's time zone; 30 days up to `to` when not given.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Days, weeks or months; by the length of the period when not given.
    interval: Option<Step>,
    /// The older name of `interval`.
    step: Option<Step>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// What the series are.
    #[param(default = "stream")]
    group_by: Option<GroupBy>,
    /// The currency, without what is in others; when not given, the reporting currency, or the customer's. `reporting`: everything,
    /// by the rates of each day in the reporting currency.
    #[param(value_type = Option<String>, pattern = "^([a-z]{3}|reporting)$", example = "usd")]
    currency: Option<CurrencyChoice>,
    /// Of this customer alone; without `from`, since their first movement.
    customer_id: Option<CustomerId>,
}

/// MRR over time, by stream or tier
#[utoipa::path(tag = "analytics", operation_id = "analytics_mrr", params(MrrQuery), responses(
    (status = 200, description = "MRR at the end of each step; the series add up to `total`", body = MrrSeries, example = json!({
        "currency": "usd", "step": "day", "days": ["2026-10-30", "2026-10-31"],
        "series": [
            {"key": "rev1_individual", "label": "REV 1 Individual", "values": [900_000, 901_900]},
            {"key": "rev2_coaching", "label": "REV 2 Coaching", "values": [199_000, 199_000]},
            {"key": "rev3_b2b", "label": "REV 3 B2B", "values": [150_000, 149_100]}
        ],
        "total": [1_249_000, 1_250_000], "as_of": null, "rates": null
    })),
    (status = 404, description = "There is no such customer", body = Problem, content_type = "application/problem+json"),
))]
#[get("/analytics/mrr")]
async fn mrr(state: Data<AppState>, request: HttpRequest, query: Params<MrrQuery>) -> ApiResult {
    let MrrQuery { from, to, interval, step, as_of, group_by, currency, customer_id } = query.0;
    if interval.is_some() && step.is_some() {
        return Err(
            DomainError::invalid("step", "unknown_value", "Give only `interval`: `step` is its older name.").into()
        );
    }
    let (step, group_by) = (interval.or(step), group_by.unwrap_or(GroupBy::Stream));
    let asked = PeriodRequest::new(from, to)?;
    let pool = &state.read_pool;
    state
        .reports
        .answer(&request, analytics::mrr_series(pool, asked, step, group_by, currency, customer_id, as_of))
        .await
}

/// The period of the waterfall.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MovementsQuery {
    /// First day, in the account's time zone; 30 days up to `to` when not given.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Also each day, week or month of the period.
    interval: Option<Step>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// The currency of all amounts, without what is in others; the reporting currency when not given. `reporting`: everything, by
    /// the rates of each day in the reporting currency.
    #[param(value_type = Option<String>, pattern = "^([a-z]{3}|reporting)$", example = "usd")]
    currency: Option<CurrencyChoice>,
}

/// From the MRR at the start to the MRR at the end, by type of movement
#[utoipa::path(tag = "analytics", operation_id = "analytics_movements", params(MovementsQuery), responses(
    (status = 200, description = "The waterfall", body = MovementSummary, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "start": {"minor": 1_200_000, "currency": "usd"},
        "movements": [
            {"movement": "new", "amount": {"minor": 60_000, "currency": "usd"}, "count": 21},
            {"movement": "reactivation", "amount": {"minor": 1_900, "currency": "usd"}, "count": 1},
            {"movement": "expansion", "amount": {"minor": 12_000, "currency": "usd"}, "count": 9},
            {"movement": "contraction", "amount": {"minor": -3_900, "currency": "usd"}, "count": 3},
            {"movement": "churn", "amount": {"minor": -20_000, "currency": "usd"}, "count": 7},
            {"movement": "fx", "amount": {"minor": 0, "currency": "usd"}, "count": 0}
        ],
        "end": {"minor": 1_250_000, "currency": "usd"}, "difference": {"minor": 0, "currency": "usd"},
        "as_of": null, "rates": [{
            "currency": "eur", "first_day": "2026-09-30", "last_day": "2026-10-30", "rate": "1.0842", "rates": 23, "carried_days": 3
        }], "steps": []
    })),
))]
#[get("/analytics/movements")]
async fn movements(state: Data<AppState>, request: HttpRequest, query: Params<MovementsQuery>) -> ApiResult {
    let MovementsQuery { from, to, interval, as_of, currency } = query.0;
    let asked = ReportRequest { period: PeriodRequest::new(from, to)?, interval, as_of, currency };
    state.reports.answer(&request, analytics::movements(&state.read_pool, asked)).await
}
