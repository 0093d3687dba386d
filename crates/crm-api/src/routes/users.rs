//! Staff: who there is, invitations, roles, and who is kept out.

use crate::auth::{By, Principal};
use crate::extract::Body;
use crate::version::{IfMatch, etag};
use crate::{ApiResult, AppState};
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use crm_domain::accounts;
use crm_domain::users::{self, Link, Purpose};
use crm_types::Problem;
use crm_types::accounts::Session;
use crm_types::ids::{SessionId, UserId};
use crm_types::users::{AccountLink, NewUserAccount, UserAccount, UserAccountPatch};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(invite).service(update).service(renew_invitation).service(offer_password_reset);
    cfg.service(list_sessions).service(end_session);
}

/// The staff.
#[derive(Debug, Serialize, ToSchema)]
struct Users {
    /// By name; those who are kept out come last.
    items: Vec<UserAccount>,
}

/// Who is on the staff
///
/// For everybody of the staff: colleagues are chosen by name, as who looks after a customer.
#[utoipa::path(tag = "users", operation_id = "list_users", responses(
    (status = 200, description = "All accounts", body = Users, example = json!({"items": [{
        "id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace Hopper", "email": "grace@example.com", "role": "support",
        "state": "active", "second_factor": true, "last_seen_at": "2026-11-02T09:30:00Z", "created_at": "2026-01-12T08:00:00Z", "version": 3
    }]})),
))]
#[get("/users")]
async fn list(state: Data<AppState>) -> ApiResult<Json<Users>> {
    Ok(Json(Users { items: users::list(&state.read_pool).await? }))
}

/// Invites somebody
///
/// The reply has a link that works once, for 7 days. Hand it over yourself; it is shown only now.
#[utoipa::path(tag = "users", operation_id = "invite_user",
    request_body(content = NewUserAccount, example = json!({"email": "grace@example.com", "name": "Grace Hopper", "role": "support"})),
    responses(
        (status = 201, description = "The account, and the link for its holder", body = AccountLink, example = json!({
            "user": {
                "id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace Hopper", "email": "grace@example.com",
                "role": "support", "state": "invited", "second_factor": false, "last_seen_at": null, "created_at": "2026-01-12T08:00:00Z", "version": 1
            },
            "link": "https://crm.example.com/invite/6c0f...", "expires_at": "2026-01-19T08:00:00Z"
        })),
        (status = 409, description = "Somebody has this e-mail already", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/users")]
async fn invite(state: Data<AppState>, by: By, who: Principal, body: Body<NewUserAccount>) -> ApiResult {
    let (user, link) = users::invite(&state.pool, &by.0, &who.user, &body).await?;
    Ok(HttpResponse::Created().json(hand_out(&state, Purpose::Invitation, user, &link)))
}

/// Changes an account
///
/// A JSON merge patch with the version that you saw, in the body or as `If-Match`. A new role counts within 5 s. Who is
/// disabled is logged out everywhere within 5 s, and their open link stops working; API keys that they made go on. Only an
/// owner changes owners or makes one; nobody disables themselves; the last active owner stays.
#[utoipa::path(tag = "users", operation_id = "update_user",
    params(("id" = UserId, Path, description = "The account"), IfMatch),
    request_body(content = UserAccountPatch, example = json!({"version": 3, "role": "admin"})),
    responses(
        (status = 200, description = "The account as it is now", body = UserAccount),
        (status = 409, description = "Somebody changed it since, or it is the last active owner", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/users/{id}")]
async fn update(
    state: Data<AppState>,
    by: By,
    who: Principal,
    id: Path<UserId>,
    if_match: IfMatch,
    body: Body<UserAccountPatch>,
) -> ApiResult {
    let version = if_match.or(body.version)?;
    let changed = users::update(&state.pool, &by.0, &who.user, *id, version, &body).await?;
    state.sessions.forget(&changed.sessions).await;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(changed.user.version))).json(changed.user))
}

/// Makes another invitation link
///
/// The former one stops working.
#[utoipa::path(tag = "users", operation_id = "renew_invitation", params(("id" = UserId, Path, description = "The account")),
    responses(
        (status = 201, description = "The link", body = AccountLink),
        (status = 409, description = "They accepted already, or are disabled", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/users/{id}/invitation")]
async fn renew_invitation(state: Data<AppState>, by: By, who: Principal, id: Path<UserId>) -> ApiResult {
    renew(&state, by, who, *id, Purpose::Invitation).await
}

/// Makes a link with which a colleague sets a new password
///
/// It works once, for an hour. Until it is used, the present password works.
#[utoipa::path(tag = "users", operation_id = "offer_password_reset", params(("id" = UserId, Path, description = "The account")),
    responses(
        (status = 201, description = "The link", body = AccountLink),
        (status = 409, description = "They are disabled or have not accepted yet", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/users/{id}/password-reset")]
async fn offer_password_reset(state: Data<AppState>, by: By, who: Principal, id: Path<UserId>) -> ApiResult {
    renew(&state, by, who, *id, Purpose::PasswordReset).await
}

async fn renew(state: &AppState, by: By, who: Principal, id: UserId, purpose: Purpose) -> ApiResult {
    let (user, link) = users::renew(&state.pool, &by.0, &who.user, id, purpose).await?;
    Ok(HttpResponse::Created().json(hand_out(state, purpose, user, &link)))
}

fn hand_out(state: &AppState, purpose: Purpose, user: UserAccount, link: &Link) -> AccountLink {
    let page = match purpose {
        Purpose::Invitation => "invite",
        Purpose::PasswordReset => "reset",
    };
    let address = format!("{}/{page}/{}", state.config.http.origin(), link.token.expose());
    AccountLink { user, link: address, expires_at: link.expires_at }
}

/// Sessions.
#[derive(Debug, Serialize, ToSchema)]
struct Sessions {
    /// Newest first.
    items: Vec<Session>,
}

/// Where a colleague is logged in
#[utoipa::path(tag = "users", operation_id = "list_user_sessions", params(("id" = UserId, Path, description = "The account")),
    responses((status = 200, description = "Sessions that still count", body = Sessions)))]
#[get("/users/{id}/sessions")]
async fn list_sessions(state: Data<AppState>, who: Principal, id: Path<UserId>) -> ApiResult<Json<Sessions>> {
    let mut conn = state.pool.acquire().await?;
    users::find(&mut conn, *id).await?;
    Ok(Json(Sessions { items: accounts::list_sessions(&mut conn, *id, Some(who.session)).await? }))
}

/// Ends a colleague's session, within 5 s. Once more is no error.
#[utoipa::path(tag = "users", operation_id = "end_user_session",
    params(("id" = UserId, Path, description = "The account"), ("session" = SessionId, Path, description = "The session")),
    responses((status = 204, description = "Ended")))]
#[delete("/users/{id}/sessions/{session}")]
async fn end_session(state: Data<AppState>, by: By, who: Principal, path: Path<(UserId, SessionId)>) -> ApiResult {
    users::end_session(&state.pool, &by.0, &who.user, path.0, path.1).await?;
    state.sessions.forget(&[path.1]).await;
    Ok(HttpResponse::NoContent().finish())
}
