//! What is expected: MRR in the months to come, and what customers are worth.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use crm_domain::analytics::AsOf;
use crm_domain::forecast::{self, USUAL_DISCOUNT_BP};
use crm_types::Currency;
use crm_types::analytics_forecast::ForecastReport;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(expected);
}

/// What is forecast.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ForecastQuery {
    /// As it was known at the end of a day, or at an instant: what was written down later is taken off.
    #[param(value_type = Option<String>, example = "2026-10-31")]
    as_of: Option<AsOf>,
    /// The currency of all amounts; the reporting currency when not given.
    currency: Option<Currency>,
    /// By how much a payment is worth less for each year that it is later, in basis points: 1000 is 10 %.
    #[param(minimum = 100, maximum = 10_000, default = 1000)]
    discount_bp: Option<i32>,
}

/// MRR in the months to come, and lifetime value
///
/// How customers stay is the shifted-beta-geometric model (Fader and Hardie, 2007), fitted to the cohorts of each plan. MRR to
/// come is what those who pay now keep paying by it, and what is won at the pace of the last six full months. The interval holds
/// 80 % of 400 simulated futures; the back-test tells the method nothing of the last six months and compares. Where too little is
/// known, figures are null and a sentence says why.
#[utoipa::path(tag = "analytics", operation_id = "analytics_forecast", params(ForecastQuery), responses(
    (status = 200, description = "What is expected", body = ForecastReport, example = json!({
        "currency": "usd", "as_of": null, "until": "2026-10-31", "known_months": 24, "discount_bp": 1000, "interval_bp": 8000,
        "mrr": {"minor": 1_250_000, "currency": "usd"},
        "history": [{"day": "2026-10-31", "mrr": {"minor": 1_250_000, "currency": "usd"}}],
        "months": [{"day": "2026-11-30", "expected": {"minor": 1_290_000, "currency": "usd"},
            "low": {"minor": 1_270_000, "currency": "usd"}, "high": {"minor": 1_310_000, "currency": "usd"},
            "retained": {"minor": 1_210_000, "currency": "usd"}, "added": {"minor": 80_000, "currency": "usd"}}],
        "pace": {"from": "2026-05-01", "to": "2026-10-31", "months": 6, "started": {"minor": 70_000, "currency": "usd"},
            "changed": {"minor": 10_000, "currency": "usd"}},
        "why_not": null,
        "back_test": {"until": "2026-04-30", "months": [{"day": "2026-05-31", "actual": {"minor": 1_050_000, "currency": "usd"},
            "expected": {"minor": 1_060_500, "currency": "usd"}, "low": {"minor": 1_040_000, "currency": "usd"},
            "high": {"minor": 1_080_000, "currency": "usd"}, "error": 0.01}], "mean_error": 0.01, "inside": 1},
        "why_no_back_test": null,
        "total": {"key": "", "label": "Everybody", "size": 420, "customers": 310, "mrr": {"minor": 1_250_000, "currency": "usd"},
            "arpa": {"minor": 4_032, "currency": "usd"}, "model": {"alpha": 0.668, "beta": 3.806}, "why_not": null,
            "survival": [{"k": 0, "observed": 1.0, "expected": 1.0}, {"k": 1, "observed": 0.869, "expected": 0.851}],
            "lifetime_months": null, "discounted_months": 41.2, "ltv": {"minor": 166_118, "currency": "usd"},
            "residual_value": {"minor": 66_250_000, "currency": "usd"},
            "cohorts": [{"month": "2026-10-01", "size": 21, "customers": 21, "mrr": {"minor": 60_000, "currency": "usd"},
                "model": null, "residual_months": 40.2, "residual_value": {"minor": 2_412_000, "currency": "usd"}}]},
        "plans": []
    })),
))]
#[get("/analytics/forecast")]
async fn expected(state: Data<AppState>, request: HttpRequest, query: Params<ForecastQuery>) -> ApiResult {
    let ForecastQuery { as_of, currency, discount_bp } = query.0;
    let discount_bp = discount_bp.unwrap_or(USUAL_DISCOUNT_BP);
    state.reports.answer(&request, forecast::forecast(&state.read_pool, as_of, currency, discount_bp)).await
}
