//! Log-in, refresh, log-out, and where one is logged in.

use crate::auth::token::{ACCESS_SECONDS, Audience, Claims, TICKET_SECONDS};
use crate::auth::{Principal, address, cookies, fingerprint, guard};
use crate::extract::Valid;
use crate::{ApiError, ApiResult, AppState};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, post, web};
use crm_domain::accounts::{self, Device, Email, LoginCandidate, RevokedReason, Rotation, SecretToken, Verdict};
use crm_domain::second_factor;
use crm_types::Problem;
use crm_types::accounts::{LoginReply, LoginRequest, Session, User};
use crm_types::ids::SessionId;
use crm_types::second_factor::SecondFactorRequired;
use sqlx::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(login).service(refresh).service(logout).service(logout_everywhere);
    cfg.service(me).service(sessions).service(revoke_session);
}

/// Logs in with e-mail and password: an access token for `Authorization: Bearer`, and two cookies, for refreshing it and
/// for the event stream.
#[utoipa::path(tag = "auth", operation_id = "login", request_body = LoginRequest, responses(
    (status = 200, description = "Logged in", body = LoginReply),
    (status = 202, description = "The password is right, and a code is needed: `POST /api/auth/second-factor`", body = SecondFactorRequired),
    (status = 401, description = "Unknown address or wrong password", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many tries for this account from this address", body = Problem, content_type = "application/problem+json"),
))]
#[post("/auth/login")]
async fn login(state: web::Data<AppState>, request: HttpRequest, body: Valid<LoginRequest>) -> ApiResult {
    let Valid(LoginRequest { email, password }) = body;
    let address = address::of(&request);
    let account = email.trim().to_lowercase();
    state.throttle.check(&account, address).map_err(ApiError::too_many_requests)?;
    // What cannot be an address names nobody; it takes the same way, and the same time.
    let candidate = match Email::parse(&email) {
        Ok(email) => accounts::candidate_for_login(&mut *state.pool.acquire().await?, &email).await?,
        Err(_) => None,
    };
    let stored = candidate.as_ref().map(|candidate| candidate.password_hash.clone());
    let verdict = state.passwords.verify(password.clone(), stored).await?;
    let (Verdict::Right | Verdict::RightButOutdated, Some(candidate)) = (verdict, candidate) else {
        state.throttle.failed(&account, address);
        return Err(ApiError::unauthorized("The e-mail address or the password is wrong."));
    };
    state.throttle.succeeded(&account, address);
    let fresh_hash = match verdict {
        Verdict::RightButOutdated => Some(state.passwords.rehash(password).await?),
        _ => None,
    };
    let LoginCandidate { user, mut password_hash } = candidate;
    let mut tx = state.pool.begin().await?;
    if let Some(fresh) = fresh_hash {
        accounts::store_rehash(&mut tx, user.id, &password_hash, &fresh).await?;
        password_hash = fresh;
    }
    let reply = enter(&state, &request, &mut tx, user, &password_hash).await?;
    tx.commit().await?;
    Ok(reply)
}

/// The session, or the ticket for the second step when a code is needed as well.
pub(super) async fn enter(
    state: &AppState,
    request: &HttpRequest,
    conn: &mut PgConnection,
    user: User,
    password_hash: &str,
) -> ApiResult {
    if !second_factor::is_needed(conn, user.id).await? {
        return log_in(state, request, conn, user, HttpResponse::Ok()).await;
    }
    let claims = Claims { user: user.id, session: SessionId(fingerprint(password_hash)) };
    let ticket = state.tokens.issue(claims, Audience::SecondFactor).map_err(ApiError::internal)?;
    let expires_in = i64::try_from(TICKET_SECONDS).unwrap_or(i64::MAX);
    Ok(HttpResponse::Accepted().json(SecondFactorRequired { second_factor_required: true, ticket, expires_in }))
}

/// Opens a session and writes the reply that hands it over.
pub(super) async fn log_in(
    state: &AppState,
    request: &HttpRequest,
    conn: &mut PgConnection,
    user: User,
    reply: HttpResponseBuilder,
) -> ApiResult {
    let session = accounts::open_session(conn, user.id, &device(request)).await?;
    tracing::info!(user = %user.id, session = %session.id, "logged in");
    hand_over(state, request, session.id, user, &session.refresh, reply)
}

fn hand_over(
    state: &AppState,
    request: &HttpRequest,
    session: SessionId,
    user: User,
    token: &SecretToken,
    mut reply: HttpResponseBuilder,
) -> ApiResult {
    let claims = Claims { user: user.id, session };
    let access_token = state.tokens.issue(claims, Audience::Api).map_err(ApiError::internal)?;
    let events = state.tokens.issue(claims, Audience::Events).map_err(ApiError::internal)?;
    for cookie in cookies::set(request, &state.config, token.expose(), &events) {
        reply.cookie(cookie);
    }
    let expires_in = i64::try_from(ACCESS_SECONDS).unwrap_or(i64::MAX);
    Ok(reply.json(LoginReply { access_token, expires_in, user }))
}

/// Exchanges the refresh cookie for a new one and a new access token.
///
/// A refresh token works once. When two tabs refresh at once, one gets 409 with the type `/problems/already-rotated`:
/// it tries again with the cookie that the other one received. Later use of a spent token ends the session.
#[utoipa::path(tag = "auth", operation_id = "refresh", responses(
    (status = 200, description = "Refreshed", body = LoginReply),
    (status = 401, description = "No session: log in", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Another request was faster: try again", body = Problem, content_type = "application/problem+json"),
))]
#[post("/auth/refresh")]
async fn refresh(state: web::Data<AppState>, request: HttpRequest) -> ApiResult {
    refuse_other_sites(&request)?;
    let over = || ApiError::unauthorized("Log in.").with_kind("session-over");
    let token = cookies::refresh(&request).as_deref().and_then(SecretToken::from_client).ok_or_else(over)?;
    let successor = SecretToken::generate();
    let mut conn = state.pool.acquire().await?;
    match accounts::rotate(&mut conn, &token, &successor, &device(&request)).await? {
        Rotation::Rotated { session, user } => {
            hand_over(&state, &request, session, user, &successor, HttpResponse::Ok())
        }
        Rotation::LostRace => {
            Err(ApiError::conflict("Another tab refreshed just now. Try again.").with_kind("already-rotated"))
        }
        Rotation::Reused { session } => {
            tracing::warn!(%session, "a spent refresh token was used again; the session was revoked");
            state.sessions.forget(&[session]).await;
            Err(over())
        }
        Rotation::Refused => Err(over()),
    }
}

/// Ends the session of the refresh cookie, or of the access token, and removes the cookies. Always 204.
#[utoipa::path(tag = "auth", operation_id = "logout", responses((status = 204, description = "Logged out")))]
#[post("/auth/logout")]
async fn logout(state: web::Data<AppState>, request: HttpRequest) -> ApiResult {
    refuse_other_sites(&request)?;
    let mut conn = state.pool.acquire().await?;
    if let Some(token) = cookies::refresh(&request).as_deref().and_then(SecretToken::from_client) {
        let ended = accounts::revoke_by_token(&mut conn, &token).await?;
        state.sessions.forget(ended.as_slice()).await;
    }
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let claims = bearer.and_then(guard::bearer_token).and_then(|token| state.tokens.verify(token, Audience::Api));
    if let Some(claims) = claims {
        // It may be over already.
        let _ = accounts::revoke_session(&mut conn, claims.user, claims.session, RevokedReason::Logout).await;
        state.sessions.forget(&[claims.session]).await;
    }
    Ok(without_cookies(&state, &request))
}

/// Ends all sessions of the user, this one too.
#[utoipa::path(tag = "auth", operation_id = "logout_everywhere", responses((status = 204, description = "Logged out everywhere")))]
#[post("/auth/logout-everywhere")]
async fn logout_everywhere(state: web::Data<AppState>, request: HttpRequest, who: Principal) -> ApiResult {
    let mut conn = state.pool.acquire().await?;
    let ended = accounts::revoke_user_sessions(&mut conn, who.user.id, RevokedReason::LogoutEverywhere).await?;
    state.sessions.forget(&ended).await;
    Ok(without_cookies(&state, &request))
}

/// Who I am, and what I may do.
#[utoipa::path(tag = "auth", operation_id = "me", responses((status = 200, description = "You", body = User)))]
#[get("/auth/me")]
async fn me(who: Principal) -> HttpResponse {
    HttpResponse::Ok().json(&*who.user)
}

/// Where I am logged in, newest first.
#[utoipa::path(tag = "auth", operation_id = "sessions", responses(
    (status = 200, description = "Sessions that still count", body = Vec<Session>),
))]
#[get("/auth/sessions")]
async fn sessions(state: web::Data<AppState>, who: Principal) -> ApiResult {
    let mut conn = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(accounts::list_sessions(&mut conn, who.user.id, Some(who.session)).await?))
}

/// Ends one of my sessions.
#[utoipa::path(tag = "auth", operation_id = "revoke_session", params(("id" = SessionId, Path, description = "The session")),
    responses((status = 204, description = "Ended")))]
#[delete("/auth/sessions/{id}")]
async fn revoke_session(state: web::Data<AppState>, who: Principal, id: web::Path<SessionId>) -> ApiResult {
    let mut conn = state.pool.acquire().await?;
    match accounts::revoke_session(&mut conn, who.user.id, *id, RevokedReason::Logout).await {
        // Idempotent: it does not count any more, which is what was wanted.
        Ok(()) | Err(crm_domain::db::DomainError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    state.sessions.forget(&[*id]).await;
    Ok(HttpResponse::NoContent().finish())
}

fn without_cookies(state: &AppState, request: &HttpRequest) -> HttpResponse {
    let mut reply = HttpResponse::NoContent();
    for cookie in cookies::clear(request, &state.config) {
        reply.cookie(cookie);
    }
    reply.finish()
}

/// A second bar besides SameSite, for what a cookie alone may do.
fn refuse_other_sites(request: &HttpRequest) -> ApiResult<()> {
    match request.headers().get("sec-fetch-site").map(header::HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(ApiError::refused("Another site may not do this.")),
    }
}

fn device(request: &HttpRequest) -> Device {
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Device { user_agent: user_agent.map(str::to_owned), address: Some(address::of(request).to_string()) }
}
