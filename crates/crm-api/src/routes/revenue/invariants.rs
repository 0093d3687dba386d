//! Identities that always hold.

use crate::auth::By;
use crate::routes::jobs::accepted;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json};
use actix_web::{get, post};
use crm_domain::revenue::invariants;
use crm_types::invariants::InvariantBoard;
use crm_types::jobs::Job;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(board).service(check);
}

/// Identities of the ledgers, as they were found last
///
/// Each compares all of history, so that a job does it: see `checked_at`. Once there was a first check, it is repeated every day.
#[utoipa::path(tag = "revenue", operation_id = "list_invariants", responses(
    (status = 200, description = "The board", body = InvariantBoard, example = json!({
        "identities": [{
            "identity": "shares_add_up", "checked_at": "2026-11-02T09:30:00Z", "took_ms": 120, "compared": 4812, "wrong": 0,
            "differences": [{"minor": 0, "currency": "usd"}]
        }],
        "checked_at": "2026-11-02T09:30:00Z", "job": null
    })),
))]
#[get("/revenue/invariants")]
async fn board(state: Data<AppState>) -> ApiResult<Json<InvariantBoard>> {
    Ok(Json(invariants::board(&state.read_pool).await?))
}

/// Checks all identities now
///
/// As a job; while one runs, it is that one.
#[utoipa::path(tag = "revenue", operation_id = "check_invariants",
    responses((status = 202, description = "The job; `Location` says where to ask for it", body = Job)))]
#[post("/revenue/invariants/check")]
async fn check(state: Data<AppState>, by: By) -> ApiResult {
    Ok(accepted(&invariants::check(&state.pool, &by.0).await?))
}
