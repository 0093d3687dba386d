//! Notes about a customer.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::version::IfMatch;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use crm_domain::customers::notes;
use crm_types::Problem;
use crm_types::customers::{CustomerNote, NoteText};
use crm_types::ids::{CustomerId, NoteId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// Notes in a reply.
const PAGE: i64 = 50;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(create).service(update).service(delete);
}

/// Which notes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NoteQuery {
    /// Only notes older than this one.
    before: Option<NoteId>,
}

/// Notes.
#[derive(Debug, Serialize, ToSchema)]
struct Notes {
    /// Newest first, at most 50.
    items: Vec<CustomerNote>,
}

/// Notes about a customer, newest first
#[utoipa::path(tag = "customers", operation_id = "list_customer_notes",
    params(("id" = CustomerId, Path, description = "Our id"), NoteQuery),
    responses((status = 200, description = "Notes", body = Notes)))]
#[get("/customers/{id}/notes")]
async fn list(state: Data<AppState>, id: Path<CustomerId>, query: Params<NoteQuery>) -> ApiResult<Json<Notes>> {
    Ok(Json(Notes { items: notes::list(&state.read_pool, *id, query.0.before, PAGE).await? }))
}

/// Writes a note about a customer
#[utoipa::path(tag = "customers", operation_id = "create_customer_note",
    params(("id" = CustomerId, Path, description = "Our id")),
    request_body(content = NoteText, example = json!({"body": "Asked for an invoice to the club."})),
    responses((status = 201, description = "The note", body = CustomerNote)))]
#[post("/customers/{id}/notes")]
async fn create(state: Data<AppState>, by: By, id: Path<CustomerId>, body: Body<NoteText>) -> ApiResult {
    Ok(HttpResponse::Created().json(notes::create(&state.pool, &by.0, *id, &body.body).await?))
}

/// Changes a note
#[utoipa::path(tag = "customers", operation_id = "update_customer_note",
    params(("id" = CustomerId, Path, description = "Our id"), ("note" = NoteId, Path, description = "The note"), IfMatch),
    request_body(content = NoteText, example = json!({"body": "Asked twice.", "version": 1})),
    responses(
        (status = 200, description = "The note", body = CustomerNote),
        (status = 409, description = "Somebody changed it since", body = Problem, content_type = "application/problem+json"),
    ))]
#[patch("/customers/{id}/notes/{note}")]
async fn update(
    state: Data<AppState>,
    by: By,
    path: Path<(CustomerId, NoteId)>,
    if_match: IfMatch,
    body: Body<NoteText>,
) -> ApiResult<Json<CustomerNote>> {
    let version = if_match.or(body.version)?;
    Ok(Json(notes::update(&state.pool, &by.0, *path, version, &body.body).await?))
}

/// Deletes a note. Once more is no error.
#[utoipa::path(tag = "customers", operation_id = "delete_customer_note",
    params(("id" = CustomerId, Path, description = "Our id"), ("note" = NoteId, Path, description = "The note")),
    responses((status = 204, description = "Deleted")))]
#[delete("/customers/{id}/notes/{note}")]
async fn delete(state: Data<AppState>, by: By, path: Path<(CustomerId, NoteId)>) -> ApiResult {
    notes::delete(&state.pool, &by.0, path.0, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
