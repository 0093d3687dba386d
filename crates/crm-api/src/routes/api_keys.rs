//! API keys: how other programs log in.

use crate::auth::{By, Principal};
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use crm_domain::api_keys;
use crm_types::api_keys::{ApiKey, CreatedApiKey, NewApiKey};
use crm_types::ids::ApiKeyId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(create).service(revoke);
}

/// API keys.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKeys {
    /// Newest first; those that do not work any more come last.
    items: Vec<ApiKey>,
}

/// API keys, without their secrets
#[utoipa::path(tag = "api_keys", operation_id = "list_api_keys", responses(
    (status = 200, description = "All keys", body = ApiKeys, example = json!({"items": [{
        "id": "019a1b2c-0000-7000-8000-00000000000a", "name": "Website", "scopes": ["customers:read", "customers:write"],
        "created_by": {"id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace Hopper"},
        "created_at": "2026-01-12T08:00:00Z", "expires_at": null, "last_used_at": "2026-11-02T09:30:00Z", "revoked_at": null
    }]})),
))]
#[get("/api-keys")]
async fn list(state: Data<AppState>) -> ApiResult<Json<ApiKeys>> {
    Ok(Json(ApiKeys { items: api_keys::list(&state.read_pool).await? }))
}

/// Makes an API key
///
/// The reply is the only place where the key is ever shown. Send it as `Authorization: Bearer crm_live_...`. A scope is the
/// permission that an operation names as `x-permission`; a key cannot have one that you lack, nor `users:write` or
/// `api_keys:write`. It goes on working when you leave: revoke it then.
#[utoipa::path(tag = "api_keys", operation_id = "create_api_key",
    request_body(content = NewApiKey, example = json!({"name": "Website", "scopes": ["customers:read", "customers:write"]})),
    responses((status = 201, description = "The key, once", body = CreatedApiKey, example = json!({
        "api_key": {
            "id": "019a1b2c-0000-7000-8000-00000000000a", "name": "Website", "scopes": ["customers:read", "customers:write"],
            "created_by": {"id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace Hopper"},
            "created_at": "2026-01-12T08:00:00Z", "expires_at": null, "last_used_at": null, "revoked_at": null
        },
        "key": "crm_live_019a1b2c00007000800000000000000a_6c0f..."
    }))))]
#[post("/api-keys")]
async fn create(state: Data<AppState>, by: By, who: Principal, body: Body<NewApiKey>) -> ApiResult {
    let created: CreatedApiKey = api_keys::create(&state.pool, &by.0, &who.user, &body).await?;
    Ok(HttpResponse::Created().json(created))
}

/// Revokes an API key, within 5 s. Once more is no error.
#[utoipa::path(tag = "api_keys", operation_id = "revoke_api_key", params(("id" = ApiKeyId, Path, description = "The key")),
    responses((status = 204, description = "Revoked")))]
#[delete("/api-keys/{id}")]
async fn revoke(state: Data<AppState>, by: By, id: Path<ApiKeyId>) -> ApiResult {
    api_keys::revoke(&state.pool, &by.0, *id).await?;
    state.api_keys.forget(*id).await;
    Ok(HttpResponse::NoContent().finish())
}
