//! The middleware that lets a request through to its handler, or does not. Deny by default.

use super::rules::{self, Access};
use super::token::Audience;
use super::{Caller, Principal, cookies};
use crate::request::pattern;
use crate::{ApiError, ApiResult, AppState};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};
use crm_domain::api_keys::PresentedKey;
use crm_types::api_keys::API_KEY_PREFIX;

/// The middleware.
///
/// # Errors
/// Those of the routes inside; a refusal of its own is a reply.
pub async fn enforce<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match admit(&request).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            let guarded = pattern(&request);
            let response = next.call(request).await?.map_into_boxed_body();
            Ok(if arrived(&response, guarded.as_deref()) { response } else { response.error_response(astray()) })
        }
        Err(error) => Ok(request.into_response(error.error_response())),
    }
}

/// Whether the request went where the guard let it go. Both look at the same path; should they ever read it differently, no
/// reply leaves.
fn arrived(response: &ServiceResponse, guarded: Option<&str>) -> bool {
    let went = response.request().match_pattern();
    let arrived = went.is_none() || went.as_deref() == guarded;
    if !arrived {
        tracing::error!(guarded, went, "a request went past the guard");
    }
    arrived
}

fn astray() -> ApiError {
    ApiError::bad_request("Write the address without percent signs where letters would do.")
}

/// Finds out who asks, counts the request, and looks whether it may be.
async fn admit(request: &ServiceRequest) -> ApiResult<Option<Caller>> {
    let known = identify(request).await;
    if let Some(state) = request.app_data::<web::Data<AppState>>() {
        // Who is not known shares the limit of their address.
        let caller = known.as_ref().ok().and_then(Option::as_ref).map(|(caller, _)| caller);
        state.limits.count(request.request(), caller)?;
    }
    let Some((caller, access)) = known? else { return Ok(None) };
    match (access, &caller) {
        (Access::Permission(permission), caller) if !caller.may(permission) => Err(caller.lacks(permission)),
        (Access::Staff, Caller::Key(_)) => Err(ApiError::people_only()),
        _ => Ok(Some(caller)),
    }
}

/// Who asks, and what the route needs; `None` when it needs nothing.
async fn identify(request: &ServiceRequest) -> ApiResult<Option<(Caller, Access)>> {
    // No route: the default service answers, with the app's page or with 404.
    let Some(pattern) = pattern(request) else { return Ok(None) };
    let Some(rule) = rules::find(request.method(), &pattern) else {
        return Err(match rules::methods(&pattern) {
            methods if methods.is_empty() => {
                tracing::error!(pattern = &*pattern, "a route without a rule was refused");
                ApiError::refused("Nobody may call this.")
            }
            methods => ApiError::method_not_allowed(methods.join(", ")),
        });
    };
    if rule.access == Access::Public {
        return Ok(None);
    }
    // The handler redeems the ticket, which somebody with the permission was given.
    let with_ticket = [rules::EXPORT, rules::STATEMENT_FILE].contains(&rule.path);
    if with_ticket && rule.method == "GET" && request.query_string().starts_with("ticket=") {
        return Ok(None);
    }
    Ok(Some((authenticate(request, rule.path).await?, rule.access)))
}

async fn authenticate(request: &ServiceRequest, path: &str) -> ApiResult<Caller> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("the app has no state")))?;
    let bearer = request.headers().get(header::AUTHORIZATION).map(|value| value.to_str().ok().and_then(bearer_token));
    if let Some(Some(key)) = bearer.filter(|token| token.is_some_and(|token| token.starts_with(API_KEY_PREFIX))) {
        return open(state, key).await;
    }
    let claims = match bearer {
        Some(token) => state.tokens.verify(token.unwrap_or_default(), Audience::Api),
        // EventSource sends no headers; a cookie that goes nowhere else opens the stream.
        None if path == rules::EVENTS => match cookies::events(request) {
            Some(cookie) => state.tokens.verify(&cookie, Audience::Events),
            None => return Err(ApiError::unauthorized("Log in first.")),
        },
        None => return Err(ApiError::unauthorized("Send an access token: Authorization: Bearer ...")),
    };
    let claims = claims.ok_or_else(|| ApiError::unauthorized("The access token is not valid (any more)."))?;
    let user = state.sessions.user(claims.session).await?;
    match user {
        Some(user) if user.id == claims.user => Ok(Caller::Person(Principal { user, session: claims.session })),
        _ => Err(ApiError::unauthorized("This session is over. Log in again.")),
    }
}

async fn open(state: &AppState, key: &str) -> ApiResult<Caller> {
    let opened = match PresentedKey::parse(key) {
        Some(presented) => state.api_keys.open(&presented).await?,
        None => None,
    };
    let refused = || ApiError::unauthorized("The API key is not valid: it is mistyped, has expired or was revoked.");
    opened.map(Caller::Key).ok_or_else(refused)
}

/// The token of `Bearer <token>`.
pub fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
