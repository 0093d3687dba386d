//! The second factor: a code from an app, besides the password.

use super::auth::log_in;
use super::own_account::require_password;
use crate::auth::token::Audience;
use crate::auth::{By, Principal, fingerprint};
use crate::extract::Valid;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use crm_domain::accounts::{self, Email, LoginCandidate};
use crm_domain::db::DomainError;
use crm_domain::{second_factor, settings, users};
use crm_types::Problem;
use crm_types::accounts::LoginReply;
use crm_types::ids::{SessionId, UserId};
use crm_types::second_factor::{
    RecoveryCodes, SecondFactorConfirmation, SecondFactorEnrolment, SecondFactorLogin, SecondFactorRemoval,
    SecondFactorState,
};
use qrcode::QrCode;
use qrcode::render::svg;
use std::net::{IpAddr, Ipv4Addr};
use utoipa_actix_web::service_config::ServiceConfig;

/// Codes are counted for the account as a whole: whoever tries them has the password, from wherever they come.
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(log_in_with_code).service(state_of_mine).service(begin).service(confirm).service(remove).service(reset);
}

/// The second step of a log-in: a code from the app, or a recovery code
///
/// A code works once. Five tries a minute for the account, then longer and longer waits.
#[utoipa::path(tag = "auth", operation_id = "log_in_with_code",
    request_body(content = SecondFactorLogin, example = json!({"ticket": "eyJ0eXAi...", "code": "287082"})),
    responses(
        (status = 200, description = "Logged in", body = LoginReply),
        (status = 401, description = "The ticket has expired: begin anew", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries for this account", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/second-factor")]
async fn log_in_with_code(state: Data<AppState>, request: HttpRequest, body: Valid<SecondFactorLogin>) -> ApiResult {
    let Valid(SecondFactorLogin { ticket, code }) = body;
    let over = || ApiError::unauthorized("This log-in took too long. Begin anew.").with_kind("ticket-over");
    let claims = state.tokens.verify(&ticket, Audience::SecondFactor).ok_or_else(over)?;
    let account = format!("code of {}", claims.user);
    state.throttle.check(&account, ANYWHERE).map_err(ApiError::too_many_requests)?;
    let mut tx = state.pool.begin().await?;
    let candidate = match users::find(&mut tx, claims.user).await {
        Err(DomainError::NotFound { .. }) => None,
        found => accounts::candidate_for_login(&mut tx, &Email::parse(&found?.email)?).await?,
    };
    let LoginCandidate { user, password_hash } = candidate.ok_or_else(over)?;
    // Between the steps the password was changed.
    if SessionId(fingerprint(&password_hash)) != claims.session {
        return Err(over());
    }
    if !second_factor::redeem(&mut tx, user.id, &code).await? {
        state.throttle.failed(&account, ANYWHERE);
        let message = "This code is wrong or was used already. Wait for the next one, or use a recovery code.";
        return Err(ApiError::invalid_field("code", "wrong", message));
    }
    state.throttle.succeeded(&account, ANYWHERE);
    let reply = log_in(&state, &request, &mut tx, user, HttpResponse::Ok()).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Whether I have a second factor
#[utoipa::path(tag = "auth", operation_id = "find_second_factor", responses(
    (status = 200, description = "Whether log-ins ask for a code", body = SecondFactorState,
        example = json!({"enabled_at": "2026-11-02T09:30:00Z", "recovery_codes_left": 10})),
))]
#[get("/auth/second-factor")]
async fn state_of_mine(state: Data<AppState>, who: Principal) -> ApiResult<Json<SecondFactorState>> {
    Ok(Json(second_factor::state(&state.pool, who.user.id).await?))
}

/// Begins to set up a second factor
///
/// It counts once a code of it was confirmed; until then this can be called again.
#[utoipa::path(tag = "auth", operation_id = "begin_second_factor", responses(
    (status = 200, description = "What the app needs", body = SecondFactorEnrolment),
    (status = 409, description = "There is one already", body = Problem, content_type = "application/problem+json"),
))]
#[post("/auth/second-factor/enrolment")]
async fn begin(state: Data<AppState>, who: Principal) -> ApiResult<Json<SecondFactorEnrolment>> {
    let issuer = settings::find(&state.pool).await?.account_name;
    let enrolment = second_factor::begin(&state.pool, &who.user, &issuer).await?;
    let qr_svg = QrCode::new(&enrolment.otpauth_url).map_err(ApiError::internal)?;
    let qr_svg = qr_svg.render::<svg::Color>().min_dimensions(192, 192).build();
    Ok(Json(SecondFactorEnrolment { secret: enrolment.secret, otpauth_url: enrolment.otpauth_url, qr_svg }))
}

/// Turns my second factor on: from now on log-ins ask for a code
///
/// The reply has ten recovery codes, which are shown only now.
#[utoipa::path(tag = "auth", operation_id = "confirm_second_factor",
    request_body(content = SecondFactorConfirmation, example = json!({"code": "287082"})),
    responses(
        (status = 200, description = "Recovery codes", body = RecoveryCodes),
        (status = 409, description = "Nothing waits for a code", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/second-factor/confirmation")]
async fn confirm(
    state: Data<AppState>,
    by: By,
    who: Principal,
    body: Valid<SecondFactorConfirmation>,
) -> ApiResult<Json<RecoveryCodes>> {
    let recovery_codes = second_factor::confirm(&state.pool, &by.0, who.user.id, &body.0.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Turns my second factor off
#[utoipa::path(tag = "auth", operation_id = "remove_second_factor",
    request_body(content = SecondFactorRemoval, example = json!({"current_password": "..."})),
    responses(
        (status = 204, description = "Off"),
        (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/auth/second-factor/removal")]
async fn remove(
    state: Data<AppState>,
    request: HttpRequest,
    by: By,
    who: Principal,
    body: Valid<SecondFactorRemoval>,
) -> ApiResult {
    require_password(&state, &request, &who, "current_password", body.0.current_password).await?;
    let mut tx = state.pool.begin().await?;
    second_factor::remove(&mut tx, &by.0, who.user.id).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Turns a colleague's second factor off, who has lost phone and recovery codes. Once more is no error.
#[utoipa::path(tag = "users", operation_id = "reset_second_factor", params(("id" = UserId, Path, description = "The account")),
    responses((status = 204, description = "Off")))]
#[delete("/users/{id}/second-factor")]
async fn reset(state: Data<AppState>, by: By, who: Principal, id: Path<UserId>) -> ApiResult {
    users::reset_second_factor(&state.pool, &by.0, &who.user, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
