//! Saved views of lists.

use crate::auth::{By, Caller, Principal};
use crate::extract::Body;
use crate::params::Params;
use crate::version::{IfMatch, etag};
use crate::{ApiError, ApiResult, AppState};
use actix_web::dev::Payload;
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, patch, post};
use crm_domain::views::{self, Viewer};
use crm_types::Problem;
use crm_types::accounts::Permission;
use crm_types::ids::ViewId;
use crm_types::views::{NewView, SavedView, ViewPatch};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(create).service(update).service(delete).service(restore);
}

/// Who asks, as far as it matters for views.
struct Asks(Viewer);

impl FromRequest for Asks {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let who = Principal::from_request(request, payload).into_inner();
        let by = By::from_request(request, payload).into_inner();
        ready(who.and_then(|who| {
            // Who decides on the account's settings decides on what all of its staff see.
            let manages_all = who.user.role.may(Permission::SettingsWrite);
            Ok(Self(Viewer { user: who.user.id, actor: by?.0, manages_all }))
        }))
    }
}

/// Which views.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ViewQuery {
    /// Of the list with this page; without it, of all lists.
    #[param(example = "/customers")]
    list: Option<String>,
}

/// Views.
#[derive(Debug, Serialize, ToSchema)]
struct Views {
    /// By name, at most 500.
    items: Vec<SavedView>,
}

/// Your saved views, and those that others share
///
/// An API key is nobody: it gets those that are shared, and cannot save any.
#[utoipa::path(tag = "views", operation_id = "list_views", params(ViewQuery), responses(
    (status = 200, description = "Views by name", body = Views, example = json!({"items": [{
        "id": "019a1b2c-0000-7000-8000-000000000005", "list": "/customers", "name": "Paying VIPs",
        "params": {"paying": "true", "priority": "vip"}, "columns": ["lifecycle", "mrr"], "sort": "-mrr", "shared": true,
        "owner": {"id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace"}, "version": 3,
        "created_at": "2026-10-01T08:00:00Z", "updated_at": "2026-10-02T08:00:00Z"
    }]})),
))]
#[get("/views")]
async fn list(state: Data<AppState>, asks: Caller, query: Params<ViewQuery>) -> ApiResult<Json<Views>> {
    let owner = match asks {
        Caller::Person(who) => Some(who.user.id),
        Caller::Key(_) => None,
    };
    // Not from the replica: what one has just saved must be there.
    Ok(Json(Views { items: views::list(&state.pool, owner, query.0.list.as_deref()).await? }))
}

/// Saves a view of a list
///
/// It is yours; with `shared` everybody sees it.
#[utoipa::path(tag = "views", operation_id = "create_view",
    request_body(content = NewView, example = json!({
        "list": "/customers", "name": "Paying VIPs", "params": {"paying": "true", "priority": "vip"}, "sort": "-mrr", "shared": true
    })),
    responses(
        (status = 201, description = "The view", body = SavedView),
        (status = 409, description = "You have a view with this name for the list, or too many", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/views")]
async fn create(state: Data<AppState>, asks: Asks, body: Body<NewView>) -> ApiResult {
    let view = views::create(&state.pool, &asks.0, &body).await?;
    Ok(HttpResponse::Created().insert_header((ETAG, etag(view.version))).json(view))
}

/// Changes a view
///
/// A JSON merge patch with the version that you saw, in the body or as `If-Match`; `params` is replaced as a whole. What others
/// share is changed by an owner or admin only.
#[utoipa::path(tag = "views", operation_id = "update_view", params(("id" = ViewId, Path, description = "The view"), IfMatch),
    request_body(content = ViewPatch, example = json!({"version": 3, "name": "VIPs", "shared": false})),
    responses(
        (status = 200, description = "The view as it is now", body = SavedView),
        (status = 403, description = "It is somebody else's", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody changed it since, or its owner has another one of this name", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/views/{id}")]
async fn update(
    state: Data<AppState>,
    asks: Asks,
    id: Path<ViewId>,
    if_match: IfMatch,
    body: Body<ViewPatch>,
) -> ApiResult {
    let version = if_match.or(body.version)?;
    reply(views::update(&state.pool, &asks.0, *id, version, &body).await?)
}

/// Deletes a view. Once more is no error.
#[utoipa::path(tag = "views", operation_id = "delete_view", params(("id" = ViewId, Path, description = "The view")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "It is somebody else's", body = Problem, content_type = "application/problem+json"),
    ))]
#[delete("/views/{id}")]
async fn delete(state: Data<AppState>, asks: Asks, id: Path<ViewId>) -> ApiResult {
    views::delete(&state.pool, &asks.0, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Brings a deleted view back
#[utoipa::path(tag = "views", operation_id = "restore_view", params(("id" = ViewId, Path, description = "The view")),
    responses(
        (status = 200, description = "The view", body = SavedView),
        (status = 403, description = "It is somebody else's", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its owner has another one of this name by now", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/views/{id}/restore")]
async fn restore(state: Data<AppState>, asks: Asks, id: Path<ViewId>) -> ApiResult {
    reply(views::restore(&state.pool, &asks.0, *id).await?)
}

fn reply(view: SavedView) -> ApiResult {
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(view.version))).json(view))
}
