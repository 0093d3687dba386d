//! What webhooks missed: the sweep, the comparison with Stripe, repairs and backfills.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::routes::jobs::accepted;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use crm_domain::healing::differences::{self, DifferenceFilter};
use crm_domain::healing::{backfill, reconcile, state, sweep};
use crm_domain::page::PageRequest;
use crm_domain::stripe_actions::Refusal;
use crm_types::healing::{
    BackfillRequest, Difference, DifferenceSort, Healing, ReconciledKind, RepairReply, RepairRequest,
};
use crm_types::jobs::Job;
use crm_types::page::Count;
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(find).service(sweep_now).service(reconcile_now).service(list).service(repair).service(backfill_now);
}

/// Nothing is asked of a Stripe that is not connected.
fn connected(state: &AppState) -> ApiResult<()> {
    match state.stripe {
        Some(_) => Ok(()),
        None => Err(Refusal::NotConnected.into()),
    }
}

/// How well we know what happened at Stripe
///
/// Every hour a sweep goes through Stripe's list of events, every day its objects are compared with ours. Without a key nothing of
/// this happens, and `connected` is false.
#[utoipa::path(tag = "billing", operation_id = "find_healing", responses(
    (status = 200, description = "Sweep, comparison and backfill", body = Healing, example = json!({
        "connected": true,
        "sweep": {
            "began_at": null, "seen": 0, "found": 0, "finished_at": "2026-10-11T09:30:00Z", "last_seen": 214, "last_found": 2,
            "found_ever": 17, "due_at": "2026-10-11T10:30:00Z", "problem": null
        },
        "reconciliation": {
            "finished_at": "2026-10-11T03:00:00Z",
            "counts": [{"kind": "subscription", "compared": 1204, "differing": 1, "here": 1204}],
            "differing": 1, "drift_bp": 9, "repairing": 0, "job": null
        },
        "backfill": null
    })),
))]
#[get("/healing")]
async fn find(state: Data<AppState>) -> ApiResult<Json<Healing>> {
    Ok(Json(state::find(&state.pool, state.stripe.is_some()).await?))
}

/// Sweeps now
///
/// What Stripe's list of events holds and the inbox does not is put into the inbox. A sweep that runs goes on.
#[utoipa::path(tag = "billing", operation_id = "sweep_stripe_events", responses(
    (status = 202, description = "It begins in a moment; see `sweep`", body = Healing),
    (status = 409, description = "Stripe is not connected", body = Problem, content_type = "application/problem+json"),
))]
#[post("/healing/sweep")]
async fn sweep_now(state: Data<AppState>) -> ApiResult {
    connected(&state)?;
    sweep::ask(&state.pool).await?;
    Ok(HttpResponse::Accepted().json(state::find(&state.pool, true).await?))
}

/// Compares all of Stripe's subscriptions, invoices, refunds and disputes with ours
///
/// As a job; while one runs, it is that one.
#[utoipa::path(tag = "billing", operation_id = "reconcile_stripe", responses(
    (status = 202, description = "The job; `Location` says where to ask for it", body = Job,
        headers(("Location" = String, description = "Where to ask for the job"))),
    (status = 409, description = "Stripe is not connected", body = Problem, content_type = "application/problem+json"),
))]
#[post("/healing/reconciliation")]
async fn reconcile_now(state: Data<AppState>, by: By) -> ApiResult {
    connected(&state)?;
    Ok(accepted(&reconcile::start(&state.pool, &by.0).await?))
}

/// Filters, order and page of the differences.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DifferenceQuery {
    /// Of this kind of object.
    kind: Option<ReconciledKind>,
    /// The order.
    #[param(default = "-found_at")]
    sort: Option<DifferenceSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Where we and Stripe differ, field by field
///
/// What has become the same again is gone from the list.
#[utoipa::path(tag = "billing", operation_id = "list_differences", params(DifferenceQuery), responses(
    (status = 200, description = "A page of differences", body = Page<Difference>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-00000000000d", "kind": "subscription", "object_id": "sub_1MowQVLkdIwHu7ix",
            "field": "status", "ours": "active", "stripes": "canceled", "found_at": "2026-10-11T03:00:00Z",
            "compared_at": "2026-10-11T03:00:00Z", "repair": null, "repair_problem": null
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/healing/differences")]
async fn list(state: Data<AppState>, query: Params<DifferenceQuery>) -> ApiResult<Json<Page<Difference>>> {
    let query = query.0;
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    let sort = query.sort.unwrap_or(DifferenceSort::FoundAtDescending);
    // Not the replica's: who just repaired wants to see it.
    Ok(Json(differences::list(&state.pool, &DifferenceFilter { kind: query.kind }, sort, &page).await?))
}

/// Repairs objects that differ
///
/// Stripe is asked for each object, and its answer is applied as a webhook is. Give up to 1,000 `ids` of differences, or `all`.
#[utoipa::path(tag = "billing", operation_id = "repair_differences",
    request_body(content = RepairRequest, example = json!({"ids": [], "all": true})),
    responses(
        (status = 200, description = "How many objects will be asked for", body = RepairReply, example = json!({"objects": 1})),
        (status = 409, description = "Stripe is not connected", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/healing/differences/repair")]
async fn repair(state: Data<AppState>, body: Body<RepairRequest>) -> ApiResult<Json<RepairReply>> {
    connected(&state)?;
    Ok(Json(differences::repair(&state.pool, &body).await?))
}

/// Reads the whole account from Stripe
///
/// Events of the last 30 days, then all objects. As a job; while one runs, it is that one. What is known already is not stored twice.
#[utoipa::path(tag = "billing", operation_id = "backfill_stripe",
    request_body(content = BackfillRequest, example = json!({"resume": false})),
    responses(
        (status = 202, description = "The job; `Location` says where to ask for it", body = Job,
            headers(("Location" = String, description = "Where to ask for the job"))),
        (status = 409, description = "Stripe is not connected, or there is nothing to resume", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/healing/backfill")]
async fn backfill_now(state: Data<AppState>, by: By, body: Body<BackfillRequest>) -> ApiResult {
    connected(&state)?;
    Ok(accepted(&backfill::start(&state.pool, &by.0, &body).await?))
}
