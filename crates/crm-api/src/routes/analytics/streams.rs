//! The revenue streams beside each other, and what explains a change of MRR.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use crm_domain::analytics::{self, AsOf, PeriodRequest, ReportRequest};
use crm_domain::exchange_rates::CurrencyChoice;
use crm_types::Currency;
use crm_types::analytics::GroupBy;
use crm_types::analytics_streams::{BridgeReport, StreamsReport};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(streams).service(bridge);
}

/// The period of the streams' figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamsQuery {
    /// First day, in the account's time zone; when not given, the first of the month 11 months before `to`.
    #[param(example = "2025-11-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// The currency of all amounts; the reporting currency when not given.
    currency: Option<Currency>,
}

/// REV 1, REV 2 and REV 3 row by row, all of them together, and the way from one to the next
///
/// Of whole months, or of at most 92 days. Who coaches whom and who belongs to which organisation is as it is now.
#[utoipa::path(tag = "analytics", operation_id = "analytics_streams", params(StreamsQuery), responses(
    (status = 200, description = "The figures", body = StreamsReport, example = json!({
        "currency": "usd", "from": "2025-11-01", "to": "2026-10-31", "as_of": null,
        "rev1": {
            "total": {"key": "rev1_individual", "label": "REV 1 Individual", "customers": 10, "mrr": {"minor": 14_000, "currency": "usd"}, "arpu": {"minor": 1_400, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95},
            "tiers": [{"key": "tier1", "label": "Basic", "customers": 10, "mrr": {"minor": 9_000, "currency": "usd"}, "arpu": {"minor": 900, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95}],
            "trials": {"ended": 40, "converted": 26, "rate": 0.65},
            "coached": {"key": "coached", "label": "With a coach", "customers": 4, "mrr": {"minor": 7_600, "currency": "usd"}, "arpu": {"minor": 1_900, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95},
            "uncoached": {"key": "uncoached", "label": "Without a coach", "customers": 6, "mrr": {"minor": 6_400, "currency": "usd"}, "arpu": {"minor": 1_066, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95}
        },
        "rev2": {
            "total": {"key": "rev2_coaching", "label": "REV 2 Coaching", "customers": 2, "mrr": {"minor": 39_800, "currency": "usd"}, "arpu": {"minor": 19_900, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95},
            "coaches_with_clients": 2, "clients": 4, "portfolio_size": 2.0, "earning_coaches": 2,
            "share_earnings": {"minor": 2_280, "currency": "usd"}, "share_per_coach": {"minor": 1_140, "currency": "usd"},
            "coach_retention_rate": 0.9, "portfolio_nrr": 0.95
        },
        "rev3": {
            "total": {"key": "rev3_b2b", "label": "REV 3 B2B", "customers": 1, "mrr": {"minor": 50_000, "currency": "usd"}, "arpu": {"minor": 50_000, "currency": "usd"},
                "start_customers": 10, "churned_customers": 1, "customer_churn_rate": 0.1, "nrr": 0.95},
            "organizations": 1, "coaches": 2, "coaches_per_organization": 2.0, "clients": 4, "clients_per_organization": 4.0,
            "mrr_by_stream": [
                {"stream": "rev1_individual", "label": "REV 1 Individual", "amount": {"minor": 7_600, "currency": "usd"}},
                {"stream": "rev2_coaching", "label": "REV 2 Coaching", "amount": {"minor": 39_800, "currency": "usd"}},
                {"stream": "rev3_b2b", "label": "REV 3 B2B", "amount": {"minor": 50_000, "currency": "usd"}}
            ],
            "combined_mrr_per_organization": {"minor": 97_400, "currency": "usd"}
        },
        "ecosystem": {
            "mrr_by_stream": [
                {"stream": "rev1_individual", "label": "REV 1 Individual", "amount": {"minor": 14_000, "currency": "usd"}},
                {"stream": "rev2_coaching", "label": "REV 2 Coaching", "amount": {"minor": 39_800, "currency": "usd"}},
                {"stream": "rev3_b2b", "label": "REV 3 B2B", "amount": {"minor": 50_000, "currency": "usd"}}
            ],
            "mrr": {"minor": 103_800, "currency": "usd"}, "arr": {"minor": 1_245_600, "currency": "usd"}
        },
        "journey": [
            {"key": "coached", "label": "Coaching began", "customers": 4, "mrr_impact": null, "lifetime_per_customer": null},
            {"key": "rev2_coach", "label": "Became a coach", "customers": 1, "mrr_impact": {"minor": 18_000, "currency": "usd"},
                "lifetime_per_customer": {"minor": 59_700, "currency": "usd"}}
        ]
    })),
))]
#[get("/analytics/streams")]
async fn streams(state: Data<AppState>, request: HttpRequest, query: Params<StreamsQuery>) -> ApiResult {
    let StreamsQuery { from, to, as_of, currency } = query.0;
    let asked = ReportRequest {
        period: PeriodRequest::new(from, to)?,
        interval: None,
        as_of,
        currency: currency.map(Into::into),
    };
    state.reports.answer(&request, analytics::streams(&state.read_pool, asked)).await
}

/// The two dates of the bridge, and its segments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BridgeQuery {
    /// First day, in the account's time zone; 30 days up to `to` when not given.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive); when not given, today, or the newest day with any data if that is over 2 days ago.
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// What the segments are.
    #[param(default = "stream")]
    group_by: Option<GroupBy>,
    /// The currency of all amounts, without what is in others; the reporting currency when not given. `reporting`: everything, by
    /// the rates of each day in the reporting currency.
    #[param(value_type = Option<String>, pattern = "^([a-z]{3}|reporting)$", example = "usd")]
    currency: Option<CurrencyChoice>,
}

/// What explains the change of MRR between two dates
///
/// By segment and type of movement, with the customers who moved most. Segments, and all of them together, add up exactly.
#[utoipa::path(tag = "analytics", operation_id = "analytics_bridge", params(BridgeQuery), responses(
    (status = 200, description = "The bridge", body = BridgeReport, example = json!({
        "currency": "usd", "from": "2026-10-01", "to": "2026-10-31", "as_of": null,
        "start": {"minor": 100_000, "currency": "usd"}, "end": {"minor": 119_000, "currency": "usd"}, "difference": {"minor": 0, "currency": "usd"},
        "segments": [{
            "key": "rev1_individual", "label": "REV 1 Individual", "stream": "rev1_individual", "tier": null,
            "start": {"minor": 100_000, "currency": "usd"},
            "cells": [{"movement": "new", "amount": {"minor": 19_000, "currency": "usd"}, "count": 10,
                "customers": [{"id": "019a1b2c-0000-7000-8000-00000000000a", "name": "Ada", "amount": {"minor": 2_900, "currency": "usd"}}]}],
            "end": {"minor": 119_000, "currency": "usd"}, "difference": {"minor": 0, "currency": "usd"}
        }],
        "rates": null
    })),
))]
#[get("/analytics/bridge")]
async fn bridge(state: Data<AppState>, request: HttpRequest, query: Params<BridgeQuery>) -> ApiResult {
    let BridgeQuery { from, to, as_of, group_by, currency } = query.0;
    let asked = ReportRequest { period: PeriodRequest::new(from, to)?, interval: None, as_of, currency };
    state
        .reports
        .answer(&request, analytics::bridge(&state.read_pool, asked, group_by.unwrap_or(GroupBy::Stream)))
        .await
}
