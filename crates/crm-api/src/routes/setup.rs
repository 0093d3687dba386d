//! The first run: whether an owner is needed, and making one.

use super::auth::log_in;
use crate::extract::Valid;
use crate::{ApiError, ApiResult, AppState};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use crm_domain::accounts::{self, Email, NewPassword, NewUser};
use crm_types::Problem;
use crm_types::accounts::{LoginReply, Role, SetupRequest, SetupStatus};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(status).service(create_owner);
}

/// Whether the product waits for its first owner.
#[utoipa::path(tag = "setup", operation_id = "setup_status", responses(
    (status = 200, description = "Whether an owner is needed", body = SetupStatus),
))]
#[get("/setup")]
async fn status(state: web::Data<AppState>) -> ApiResult {
    let mut conn = state.pool.acquire().await?;
    let needed = accounts::is_setup_needed(&mut conn).await?;
    Ok(HttpResponse::Ok().json(SetupStatus { needed, demo: state.demo.clone() }))
}

/// Creates the first owner and logs them in. Works only while there is no user; of several at once, one wins.
#[utoipa::path(tag = "setup", operation_id = "setup_create_owner", request_body = SetupRequest, responses(
    (status = 201, description = "The owner exists and is logged in", body = LoginReply),
    (status = 409, description = "There is a user already", body = Problem, content_type = "application/problem+json"),
))]
#[post("/setup")]
async fn create_owner(state: web::Data<AppState>, request: HttpRequest, body: Valid<SetupRequest>) -> ApiResult {
    let Valid(SetupRequest { name, email, password }) = body;
    let (email, password) = (Email::parse(&email)?, NewPassword::parse(&password)?);
    // Refused before the slow part, when it is clear already.
    let mut conn = state.pool.acquire().await?;
    if !accounts::is_setup_needed(&mut conn).await? {
        return Err(ApiError::conflict("The first owner exists already. Log in, or ask them for an account."));
    }
    drop(conn);
    let password_hash = state.passwords.hash(password).await?;
    let new = NewUser { email, name, role: Role::Owner, password_hash };
    let mut tx = state.pool.begin().await?;
    let user = accounts::create_first_owner(&mut tx, new).await?;
    let reply = log_in(&state, &request, &mut tx, user, HttpResponse::Created()).await?;
    tx.commit().await?;
    Ok(reply)
}
