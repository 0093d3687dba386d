//! Links that let somebody in once: accepting an invitation, setting a new password.

use super::auth::enter;
use crate::auth::address;
use crate::extract::Valid;
use crate::{ApiError, ApiResult, AppState, request};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get, post};
use crm_domain::accounts::{NewPassword, SecretToken};
use crm_domain::audit::Actor;
use crm_domain::users::{self, Purpose};
use crm_types::Problem;
use crm_types::accounts::LoginReply;
use crm_types::second_factor::SecondFactorRequired;
use crm_types::users::{AcceptInvitation, AccountLinkHolder, NewPassword as NewPasswordBody};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(find_invitation).service(accept_invitation).service(find_password_reset).service(reset_password);
}

/// Who is invited by a link
#[utoipa::path(tag = "auth", operation_id = "find_invitation", params(("token" = String, Path, description = "The link's last part")),
    responses(
        (status = 200, description = "Who is invited", body = AccountLinkHolder),
        (status = 404, description = "Used already, expired or replaced", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/auth/invitations/{token}")]
async fn find_invitation(state: Data<AppState>, token: Path<String>) -> ApiResult<Json<AccountLinkHolder>> {
    find(&state, Purpose::Invitation, &token).await
}

/// Accepts an invitation: sets name and password, and logs in
///
/// A link works once; of several requests at once, one wins.
#[utoipa::path(tag = "auth", operation_id = "accept_invitation", params(("token" = String, Path, description = "The link's last part")),
    request_body(content = AcceptInvitation, example = json!({"name": "Grace Hopper", "password": "correct horse battery"})),
    responses(
        (status = 200, description = "Logged in", body = LoginReply),
        (status = 404, description = "Used already, expired or replaced", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/invitations/{token}")]
async fn accept_invitation(
    state: Data<AppState>,
    request: HttpRequest,
    token: Path<String>,
    body: Valid<AcceptInvitation>,
) -> ApiResult {
    redeem(&state, &request, Purpose::Invitation, &token, Some(&body.0.name), &body.0.password).await
}

/// Whose password a link sets
#[utoipa::path(tag = "auth", operation_id = "find_password_reset", params(("token" = String, Path, description = "The link's last part")),
    responses(
        (status = 200, description = "Whose password it sets", body = AccountLinkHolder),
        (status = 404, description = "Used already, expired or replaced", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/auth/password-resets/{token}")]
async fn find_password_reset(state: Data<AppState>, token: Path<String>) -> ApiResult<Json<AccountLinkHolder>> {
    find(&state, Purpose::PasswordReset, &token).await
}

/// Sets a new password by a link, ends all sessions, and logs in
///
/// Who has a second factor is asked for a code, as at log-in.
#[utoipa::path(tag = "auth", operation_id = "reset_password", params(("token" = String, Path, description = "The link's last part")),
    request_body(content = NewPasswordBody, example = json!({"password": "correct horse battery"})),
    responses(
        (status = 200, description = "Logged in", body = LoginReply),
        (status = 202, description = "A code is needed: `POST /api/auth/second-factor`", body = SecondFactorRequired),
        (status = 404, description = "Used already, expired or replaced", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/password-resets/{token}")]
async fn reset_password(
    state: Data<AppState>,
    request: HttpRequest,
    token: Path<String>,
    body: Valid<NewPasswordBody>,
) -> ApiResult {
    redeem(&state, &request, Purpose::PasswordReset, &token, None, &body.0.password).await
}

async fn find(state: &AppState, purpose: Purpose, token: &str) -> ApiResult<Json<AccountLinkHolder>> {
    let token = SecretToken::from_client(token).ok_or_else(useless)?;
    users::find_holder(&state.pool, purpose, &token).await?.map(Json).ok_or_else(useless)
}

async fn redeem(
    state: &AppState,
    request: &HttpRequest,
    purpose: Purpose,
    token: &str,
    name: Option<&str>,
    password: &str,
) -> ApiResult {
    let token = SecretToken::from_client(token).ok_or_else(useless)?;
    let password = NewPassword::parse(password)?;
    // Refused before the slow part, when it is clear already.
    users::find_holder(&state.pool, purpose, &token).await?.ok_or_else(useless)?;
    let hash = state.passwords.hash(password).await?;
    let actor = |user: &_| Actor::user(user, Some(address::of(request).to_string()), request::current_id());
    let mut tx = state.pool.begin().await?;
    let redeemed = users::redeem(&mut tx, (purpose, &token), name, &hash, actor).await?;
    let (user, ended) = redeemed.ok_or_else(useless)?;
    let reply = enter(state, request, &mut tx, user, &hash).await?;
    tx.commit().await?;
    state.sessions.forget(&ended).await;
    Ok(reply)
}

fn useless() -> ApiError {
    ApiError::not_found("This link was used already, has expired, or was replaced by a newer one. Ask for another one.")
}
