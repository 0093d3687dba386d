//! The account's settings.

use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json};
use actix_web::{get, patch, post};
use crm_domain::settings;
use crm_types::Problem;
use crm_types::settings::{AccountSettings, AccountSettingsPatch, PolicyChange, PolicyPreview};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(find).service(update).service(preview);
}

/// The account's settings
#[utoipa::path(tag = "settings", operation_id = "find_settings", responses(
    (status = 200, description = "The settings", body = AccountSettings, example = json!({
        "account_name": "Prometheus", "reporting_currency": "usd", "time_zone": "Europe/Berlin", "discounts_forever": true,
        "discounts_limited": false, "cancellation": "period_end", "version": 3
    })),
))]
#[get("/settings")]
async fn find(state: Data<AppState>) -> ApiResult<Json<AccountSettings>> {
    Ok(Json(settings::find(&state.pool).await?))
}

/// Changes settings
///
/// A JSON merge patch with the version that you saw. A changed policy recomputes every customer; a changed time zone moves
/// the days of all figures.
#[utoipa::path(tag = "settings", operation_id = "update_settings",
    request_body(content = AccountSettingsPatch, example = json!({"version": 3, "time_zone": "America/New_York"})),
    responses(
        (status = 200, description = "The settings as they are now", body = AccountSettings),
        (status = 409, description = "Somebody changed them since; the detail has the current version", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/settings")]
async fn update(state: Data<AppState>, by: By, body: Body<AccountSettingsPatch>) -> ApiResult<Json<AccountSettings>> {
    Ok(Json(settings::update(&state.background_pool, &by.0, &body).await?))
}

/// What other policies would do to MRR
///
/// Derives the histories of those who have a discount or are set to end, with the policies and without. Changes nothing.
#[utoipa::path(tag = "settings", operation_id = "preview_policies",
    request_body(content = PolicyChange, example = json!({"discounts_limited": true})),
    responses((status = 200, description = "What would change", body = PolicyPreview, example = json!({
        "customers": 12, "computed": 12, "rewritten": 9, "changes": [
            {"stream": "rev1_individual", "tier": "tier1", "before": {"minor": 77900, "currency": "usd"}, "after": {"minor": 70100, "currency": "usd"}}
        ]
    }))))]
#[post("/settings/policies/preview")]
async fn preview(state: Data<AppState>, body: Body<PolicyChange>) -> ApiResult<Json<PolicyPreview>> {
    Ok(Json(settings::preview(&state.read_pool, &body).await?))
}
