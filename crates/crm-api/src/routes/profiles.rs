//! Profiles: the declared fields, and the versions of a customer's answers.

use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post, put};
use crm_domain::profiles::{fields, versions};
use crm_types::Problem;
use crm_types::ids::CustomerId;
use crm_types::profiles::{NewProfile, Profile, ProfileFields, Profiles};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_fields).service(replace_fields).service(list).service(create).service(activate);
}

/// The fields that profiles may fill, in the order in which they are asked
#[utoipa::path(tag = "profiles", operation_id = "list_profile_fields", responses(
    (status = 200, description = "The fields", body = ProfileFields, example = json!({"items": [
        {"key": "goal", "label": "What do you want to reach?", "kind": "long_text", "options": []},
        {"key": "level", "label": "Level", "kind": "choice", "options": ["Beginner", "Advanced"]}
    ]})),
))]
#[get("/profile-fields")]
async fn list_fields(state: Data<AppState>) -> ApiResult<Json<ProfileFields>> {
    let mut connection = state.read_pool.acquire().await?;
    Ok(Json(fields::list(&mut connection).await?))
}

/// Declares the fields that profiles may fill
///
/// These and no others, in this order. Answers to fields that are left out are kept, and show again when the field comes back.
#[utoipa::path(tag = "profiles", operation_id = "replace_profile_fields",
    request_body(content = ProfileFields, example = json!({"items": [
        {"key": "goal", "label": "What do you want to reach?", "kind": "long_text"},
        {"key": "level", "label": "Level", "kind": "choice", "options": ["Beginner", "Advanced"]}
    ]})),
    responses((status = 200, description = "The fields", body = ProfileFields)))]
#[put("/profile-fields")]
async fn replace_fields(state: Data<AppState>, by: By, body: Body<ProfileFields>) -> ApiResult<Json<ProfileFields>> {
    Ok(Json(fields::replace(&state.pool, &by.0, &body).await?))
}

/// What a customer said about themselves, newest version first
#[utoipa::path(tag = "profiles", operation_id = "list_customer_profiles",
    params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, description = "All versions, of which one may be active", body = Profiles, example = json!({"items": [
        {"number": 2, "active": true, "name": "Ada King", "phone": null, "answers": {"goal": "Run a marathon"}, "author": "Grace",
         "created_at": "2026-03-01T09:30:00Z", "completion_percent": 50}
    ]}))))]
#[get("/customers/{id}/profiles")]
async fn list(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult<Json<Profiles>> {
    Ok(Json(versions::list(&state.read_pool, *id).await?))
}

/// Writes down a version of a customer's profile
///
/// It becomes the active one unless `active` is false. Name and phone of the active version are the customer's.
#[utoipa::path(tag = "profiles", operation_id = "create_customer_profile",
    params(("id" = CustomerId, Path, description = "Our id")),
    request_body(content = NewProfile, example = json!({"name": "Ada King", "answers": {"goal": "Run a marathon", "level": "Beginner"}})),
    responses(
        (status = 201, description = "The version", body = Profile),
        (status = 409, description = "There are too many versions", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/customers/{id}/profiles")]
async fn create(state: Data<AppState>, by: By, id: Path<CustomerId>, body: Body<NewProfile>) -> ApiResult {
    Ok(HttpResponse::Created().json(versions::create(&state.pool, &by.0, *id, &body).await?))
}

/// Makes a version the active one. Once more is no error.
#[utoipa::path(tag = "profiles", operation_id = "activate_customer_profile",
    params(("id" = CustomerId, Path, description = "Our id"), ("number" = i32, Path, description = "The version")),
    responses((status = 200, description = "The version", body = Profile)))]
#[post("/customers/{id}/profiles/{number}/activate")]
async fn activate(state: Data<AppState>, by: By, path: Path<(CustomerId, i32)>) -> ApiResult<Json<Profile>> {
    Ok(Json(versions::activate(&state.pool, &by.0, path.0, path.1).await?))
}
