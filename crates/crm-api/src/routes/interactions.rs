//! Interactions with a customer, and the timeline of all that happened with them.

use crate::auth::{By, Caller};
use crate::extract::Body;
use crate::params::{AnyOf, Params};
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use crm_domain::interactions::create::create;
use crm_domain::interactions::list::{self as interactions, InteractionFilter};
use crm_domain::interactions::timeline;
use crm_domain::page::PageRequest;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::ids::CustomerId;
use crm_types::interactions::{Interaction, InteractionKind, NewInteraction, TimelineEntry, TimelineKind};
use crm_types::page::Count;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(log).service(happened);
}

/// Which interactions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InteractionQuery {
    /// What kind of contact.
    kind: Option<InteractionKind>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// A customer's interactions, newest first
#[utoipa::path(tag = "interactions", operation_id = "customer_interactions",
    params(("id" = CustomerId, Path, description = "Our id"), InteractionQuery),
    responses((status = 200, description = "A page of interactions", body = Page<Interaction>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000041", "kind": "call", "channel": "phone", "direction": "inbound",
            "summary": "Asked where to put a new card in.", "outcome": "resolved", "sentiment": "neutral", "follow_up_at": null,
            "author": "Grace", "occurred_at": "2026-02-11T09:30:00Z", "created_at": "2026-02-11T09:41:00Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    }))))]
#[get("/customers/{id}/interactions")]
async fn list(
    state: Data<AppState>,
    id: Path<CustomerId>,
    query: Params<InteractionQuery>,
) -> ApiResult<Json<Page<Interaction>>> {
    let query = query.0;
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    let filter = InteractionFilter { customer: *id, kind: query.kind };
    Ok(Json(interactions::list(&state.read_pool, &filter, &page).await?))
}

/// Logs an interaction with a customer
///
/// What passed between them and the business, now or in the past. It stays: what was wrong is set right by another one.
#[utoipa::path(tag = "interactions", operation_id = "log_interaction",
    params(("id" = CustomerId, Path, description = "Our id")),
    request_body(content = NewInteraction, example = json!({
        "kind": "call", "direction": "inbound", "summary": "Asked where to put a new card in.", "outcome": "resolved"
    })),
    responses((status = 201, description = "The interaction", body = Interaction)))]
#[post("/customers/{id}/interactions")]
async fn log(state: Data<AppState>, by: By, id: Path<CustomerId>, body: Body<NewInteraction>) -> ApiResult {
    Ok(HttpResponse::Created().json(create(&state.pool, &by.0, *id, &body).await?))
}

/// What of a timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// One kind or several, separated by commas: interaction, lifecycle, tier, payment, note, coaching. All when not given;
    /// payments need `transactions:read`.
    #[param(value_type = Option<String>, example = "payment,lifecycle")]
    kind: Option<AnyOf<TimelineKind>>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// All that happened with a customer, newest first
///
/// Interactions, changes of the lifecycle and of tier, notes, coaching, and payments for those with `transactions:read`; or only some
/// kinds of it.
#[utoipa::path(tag = "interactions", operation_id = "customer_timeline",
    params(("id" = CustomerId, Path, description = "Our id"), TimelineQuery),
    responses((status = 200, description = "A page of the timeline", body = Page<TimelineEntry>, example = json!({
        "items": [
            {"at": "2026-02-11T09:30:00Z", "key": "interaction 019a1b2c-0000-7000-8000-000000000041", "event": {
                "type": "interaction", "kind": "call", "channel": "phone", "direction": "inbound",
                "summary": "Asked where to put a new card in.", "outcome": "resolved", "sentiment": null, "follow_up_at": null,
                "author": "Grace"
            }},
            {"at": "2026-02-10T09:02:00Z", "key": "payment 019a1b2c-0000-7000-8000-000000000051", "event": {
                "type": "payment", "kind": "payment", "status": "failed", "amount": {"minor": 1900, "currency": "usd"},
                "invoice_number": "INV-20418", "reason": "expired_card"
            }}
        ],
        "next_cursor": null, "total": 2, "total_capped": false
    }))))]
#[get("/customers/{id}/timeline")]
async fn happened(
    state: Data<AppState>,
    who: Caller,
    id: Path<CustomerId>,
    query: Params<TimelineQuery>,
) -> ApiResult<Json<Page<TimelineEntry>>> {
    let query = query.0;
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    let payments = who.may(Permission::TransactionsRead);
    let kinds = match query.kind {
        Some(AnyOf(kinds)) if !payments && kinds.contains(&TimelineKind::Payment) => {
            return Err(who.lacks(Permission::TransactionsRead));
        }
        Some(AnyOf(kinds)) => kinds,
        None => TimelineKind::ALL.iter().copied().filter(|kind| payments || *kind != TimelineKind::Payment).collect(),
    };
    // Not from the replica: what one has just logged must be there.
    Ok(Json(timeline::timeline(&state.pool, *id, &kinds, &page).await?))
}
