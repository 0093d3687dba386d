//! What everybody changes of their own account.

use crate::auth::{By, Principal, address};
use crate::extract::Valid;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, patch, post};
use crm_domain::accounts::{self, Email, NewPassword, Verdict};
use crm_domain::users;
use crm_types::Problem;
use crm_types::users::{PasswordChange, ProfilePatch, UserAccount};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(rename).service(change_password);
}

/// Changes what I am called
#[utoipa::path(tag = "auth", operation_id = "rename_me",
    request_body(content = ProfilePatch, example = json!({"name": "Grace Hopper"})),
    responses((status = 200, description = "Your account", body = UserAccount)))]
#[patch("/auth/me")]
async fn rename(
    state: Data<AppState>,
    by: By,
    who: Principal,
    body: Valid<ProfilePatch>,
) -> ApiResult<Json<UserAccount>> {
    let user = users::rename(&state.pool, &by.0, who.user.id, &body.0.name).await?;
    // The name is remembered with the session.
    state.sessions.forget(&[who.session]).await;
    Ok(Json(user))
}

/// Changes my password
///
/// All other sessions end. Slowed down like a log-in.
#[utoipa::path(tag = "auth", operation_id = "change_password",
    request_body(content = PasswordChange, example = json!({"current_password": "...", "password": "correct horse battery"})),
    responses(
        (status = 204, description = "Changed"),
        (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/password")]
async fn change_password(
    state: Data<AppState>,
    request: HttpRequest,
    by: By,
    who: Principal,
    body: Valid<PasswordChange>,
) -> ApiResult {
    let Valid(PasswordChange { current_password, password }) = body;
    let password = NewPassword::parse(&password)?;
    require_password(&state, &request, &who, "current_password", current_password).await?;
    let hash = state.passwords.hash(password).await?;
    let ended = users::change_password(&state.pool, &by.0, who.user.id, &hash, who.session).await?;
    state.sessions.forget(&ended).await;
    Ok(HttpResponse::NoContent().finish())
}

/// That it is really them, for what an open browser alone must not do. Counted with the tries of the log-in.
pub(super) async fn require_password(
    state: &AppState,
    request: &HttpRequest,
    who: &Principal,
    field: &'static str,
    password: String,
) -> ApiResult<()> {
    let (account, address) = (who.user.email.as_str(), address::of(request));
    state.throttle.check(account, address).map_err(ApiError::too_many_requests)?;
    let candidate = accounts::candidate_for_login(&mut *state.pool.acquire().await?, &Email::parse(account)?).await?;
    match state.passwords.verify(password, candidate.map(|candidate| candidate.password_hash)).await? {
        Verdict::Right | Verdict::RightButOutdated => {
            state.throttle.succeeded(account, address);
            Ok(())
        }
        Verdict::Wrong => {
            state.throttle.failed(account, address);
            Err(ApiError::invalid_field(field, "wrong", "This is not your present password."))
        }
    }
}
