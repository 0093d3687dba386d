//! Who stays: churn and retention, lifetime value, trials, cohorts.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use crm_domain::analytics::{self, AsOf, PeriodRequest, ReportRequest};
use crm_types::Currency;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_retention::{ChurnReport, CohortGroup, CohortReport, LtvReport, TrialReport};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(churn).service(ltv).service(trials).service(cohorts);
}

/// The period of a report, and what it is divided by.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// First day, in the account's time zone; when not given, the first of the month 11 months before `to`.
    #[param(example = "2025-11-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Days, weeks or months; when not given, months where the period is of whole ones, else by its length. Churn by days or weeks
    /// is for at most 92 days.
    interval: Option<Step>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// Also by stream or tier.
    group_by: Option<GroupBy>,
    /// The currency of all amounts; the reporting currency when not given, and for trials every currency.
    currency: Option<Currency>,
}

impl ReportQuery {
    fn request(&self) -> ApiResult<ReportRequest> {
        let Self { from, to, interval, as_of, currency, .. } = *self;
        Ok(ReportRequest { period: PeriodRequest::new(from, to)?, interval, as_of, currency: currency.map(Into::into) })
    }
}

/// Churn and retention: customers, MRR, NRR, GRR, quick ratio
///
/// Of the period and of each step. By stream or tier, customers, NRR and GRR are of those who stood there when the period or step
/// began; MRR and its movements are of what is paid for.
#[utoipa::path(tag = "analytics", operation_id = "analytics_churn", params(ReportQuery), responses(
    (status = 200, description = "The figures", body = ChurnReport, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "interval": "month", "as_of": null,
        "total": {
            "start_customers": 100, "churned_customers": 4, "end_customers": 108, "customer_churn_rate": 0.04,
            "start_mrr": {"minor": 1_000_000, "currency": "usd"}, "new": {"minor": 80_000, "currency": "usd"}, "reactivation": {"minor": 10_000, "currency": "usd"},
            "expansion": {"minor": 30_000, "currency": "usd"}, "contraction": {"minor": -20_000, "currency": "usd"}, "churn": {"minor": -40_000, "currency": "usd"},
            "end_mrr": {"minor": 1_060_000, "currency": "usd"}, "gross_mrr_churn_rate": 0.06, "net_mrr_churn_rate": 0.02,
            "retained_mrr": {"minor": 980_000, "currency": "usd"}, "kept_mrr": {"minor": 940_000, "currency": "usd"}, "nrr": 0.98, "grr": 0.94, "quick_ratio": 2.0
        },
        "steps": [{"from": "2026-10-01", "to": "2026-10-31", "complete": true, "figures": {
            "start_customers": 100, "churned_customers": 4, "end_customers": 108, "customer_churn_rate": 0.04,
            "start_mrr": {"minor": 1_000_000, "currency": "usd"}, "new": {"minor": 80_000, "currency": "usd"}, "reactivation": {"minor": 10_000, "currency": "usd"},
            "expansion": {"minor": 30_000, "currency": "usd"}, "contraction": {"minor": -20_000, "currency": "usd"}, "churn": {"minor": -40_000, "currency": "usd"},
            "end_mrr": {"minor": 1_060_000, "currency": "usd"}, "gross_mrr_churn_rate": 0.06, "net_mrr_churn_rate": 0.02,
            "retained_mrr": {"minor": 980_000, "currency": "usd"}, "kept_mrr": {"minor": 940_000, "currency": "usd"}, "nrr": 0.98, "grr": 0.94, "quick_ratio": 2.0
        }}],
        "groups": []
    })),
))]
#[get("/analytics/churn")]
async fn churn(state: Data<AppState>, request: HttpRequest, query: Params<ReportQuery>) -> ApiResult {
    state.reports.answer(&request, analytics::churn(&state.read_pool, query.0.request()?, query.0.group_by)).await
}

/// ARPA and lifetime value
///
/// Lifetime value is ARPA / mean monthly customer churn of the last six full months.
#[utoipa::path(tag = "analytics", operation_id = "analytics_ltv", params(ReportQuery), responses(
    (status = 200, description = "As at the end of the period and of each step", body = LtvReport, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "interval": "month", "as_of": null,
        "churn_from": "2026-04-01", "churn_to": "2026-09-30",
        "total": {
            "mrr": {"minor": 1_080_000, "currency": "usd"}, "customers": 108, "arpa": {"minor": 10_000, "currency": "usd"}, "mean_churn_rate": 0.05,
            "churn_months": 6, "ltv": {"minor": 200_000, "currency": "usd"}
        },
        "steps": [{"day": "2026-10-31", "value": {
            "mrr": {"minor": 1_080_000, "currency": "usd"}, "customers": 108, "arpa": {"minor": 10_000, "currency": "usd"}, "mean_churn_rate": 0.05,
            "churn_months": 6, "ltv": {"minor": 200_000, "currency": "usd"}
        }}],
        "groups": [{"key": "rev1_individual", "label": "REV 1 Individual", "value": {
            "mrr": {"minor": 1_080_000, "currency": "usd"}, "customers": 108, "arpa": {"minor": 10_000, "currency": "usd"}, "mean_churn_rate": 0.05,
            "churn_months": 6, "ltv": {"minor": 200_000, "currency": "usd"}
        }}]
    })),
))]
#[get("/analytics/ltv")]
async fn ltv(state: Data<AppState>, request: HttpRequest, query: Params<ReportQuery>) -> ApiResult {
    state.reports.answer(&request, analytics::ltv(&state.read_pool, query.0.request()?, query.0.group_by)).await
}

/// Trial conversion, by when trials ended and by when they began
#[utoipa::path(tag = "analytics", operation_id = "analytics_trials", params(ReportQuery), responses(
    (status = 200, description = "How many became paid subscriptions", body = TrialReport, example = json!({
        "currency": null, "from": "2026-10-01", "to": "2026-10-31", "interval": "month", "as_of": null,
        "total": {"ended": 40, "converted": 26, "rate": 0.65},
        "steps": [{"from": "2026-10-01", "to": "2026-10-31", "complete": true, "figures": {"ended": 40, "converted": 26, "rate": 0.65}}],
        "cohorts": [{"from": "2026-10-01", "to": "2026-10-31", "started": 44, "running": 14, "complete": false,
            "figures": {"ended": 30, "converted": 21, "rate": 0.7}}],
        "groups": [{"key": "tier1", "label": "Basic", "total": {"ended": 20, "converted": 13, "rate": 0.65}}]
    })),
))]
#[get("/analytics/trials")]
async fn trials(state: Data<AppState>, request: HttpRequest, query: Params<ReportQuery>) -> ApiResult {
    state.reports.answer(&request, analytics::trials(&state.read_pool, query.0.request()?, query.0.group_by)).await
}

/// The months of the cohorts, and what they are divided by.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CohortQuery {
    /// A day of the first cohort's month; when not given, 11 months before `to`.
    #[param(example = "2025-11-01")]
    from: Option<NaiveDate>,
    /// A day of the last cohort's month; when not given, this month, or the newest with any data. At most 60 months.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Only `month`.
    interval: Option<Step>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// Also by stream, tier or source.
    group_by: Option<CohortGroup>,
    /// The currency of all amounts; the reporting currency when not given.
    currency: Option<Currency>,
}

/// Cohort retention: customers and MRR by month
///
/// A cohort is whose first MRR began in a month; cells whose month is not over are marked.
#[utoipa::path(tag = "analytics", operation_id = "analytics_cohorts", params(CohortQuery), responses(
    (status = 200, description = "The cohorts, oldest first", body = CohortReport, example = json!({
        "currency": "usd", "from": "2026-09-01", "to": "2026-10-01", "as_of": null,
        "cohorts": [
            {"month": "2026-09-01", "size": 20, "cells": [
                {"k": 0, "customers": 20, "mrr": 38_000, "customer_retention": 1.0, "mrr_retention": 1.0, "complete": true},
                {"k": 1, "customers": 19, "mrr": 37_100, "customer_retention": 0.95, "mrr_retention": 0.976, "complete": false}
            ]},
            {"month": "2026-10-01", "size": 0, "cells": [
                {"k": 0, "customers": 0, "mrr": 0, "customer_retention": null, "mrr_retention": null, "complete": false}
            ]}
        ],
        "groups": [{"key": "referral", "label": "referral", "cohorts": []}]
    })),
))]
#[get("/analytics/cohorts")]
async fn cohorts(state: Data<AppState>, request: HttpRequest, query: Params<CohortQuery>) -> ApiResult {
    let CohortQuery { from, to, interval, as_of, group_by, currency } = query.0;
    let asked =
        ReportRequest { period: PeriodRequest::new(from, to)?, interval, as_of, currency: currency.map(Into::into) };
    state.reports.answer(&request, analytics::cohorts(&state.read_pool, asked, group_by)).await
}
