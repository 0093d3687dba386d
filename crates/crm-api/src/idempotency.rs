//! `Idempotency-Key`, for every POST of somebody who is logged in: the same request again gets the same reply.

use crate::auth::Caller;
use crate::error::JSON_LIMIT;
use crate::request::pattern;
use crate::{ApiError, ApiResult, AppState};
use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use crm_domain::idempotency::{self, Asked, Claim, Kept};
use sha2::{Digest, Sha256};

/// The request's header.
pub const HEADER: &str = "Idempotency-Key";
/// Marks a reply that was kept.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const LONGEST: usize = 255;

/// Routes whose replies hold a secret. They are done once as well, but their replies are not kept.
const SECRET: [&str; 6] = [
    "/api/customers/{id}/billing-portal",
    "/api/customers/export",
    "/api/users",
    "/api/users/{id}/invitation",
    "/api/users/{id}/password-reset",
    "/api/api-keys",
];

/// Whether a POST to this pattern honours the header. What is about one's own log-in does not: its bodies hold passwords,
/// of which not even a hash is kept. Nor do files that are sent in, which are read while they come.
pub fn is_honoured(pattern: &str) -> bool {
    let path = crate::auth::rules::short(pattern);
    path.starts_with("/api/")
        && !path.starts_with("/api/auth/")
        && !["/api/customers/imports", "/api/exchange-rates/import"].contains(&&*path)
}

/// The middleware. It stands inside the guard, which finds out who asks.
///
/// # Errors
/// Those of the routes inside; a refusal of its own is a reply.
pub async fn honour<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (asked, secret) = match read(&mut request).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => return Ok(request.into_response(error.error_response())),
    };
    let state = state(&request)?;
    match claim(&state, &asked).await {
        Ok(None) => {}
        Ok(Some(reply)) => return Ok(request.into_response(reply)),
        Err(error) => return Ok(request.into_response(error.error_response())),
    }
    match next.call(request).await {
        Ok(response) => keep(&state, &asked, secret, response.map_into_boxed_body()).await,
        Err(error) => {
            forget(&state, &asked).await;
            Err(error)
        }
    }
}

/// What is asked, and whether its reply holds a secret; `None` when the header is not there or does not count here.
async fn read(request: &mut ServiceRequest) -> ApiResult<Option<(Asked, bool)>> {
    let caller = request.extensions().get::<Caller>().map(Caller::id);
    let (Some(key), Some(caller)) = (request.headers().get(HEADER), caller) else { return Ok(None) };
    let pattern = pattern(request).unwrap_or_default();
    if request.method() != Method::POST || !is_honoured(&pattern) {
        return Ok(None);
    }
    let key = key.to_str().ok().map(str::trim).filter(|key| (1..=LONGEST).contains(&key.len()));
    let key =
        key.ok_or_else(|| ApiError::invalid_field(HEADER, "invalid", "Use 1 to 255 visible ASCII characters."))?;
    let (key, path) = (key.to_owned(), request.path().to_owned());
    let body = request.extract::<web::Bytes>().await.map_err(|error| match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => ApiError::too_large(JSON_LIMIT),
        _ => ApiError::bad_request("The body ended early."),
    })?;
    let body_hash = Sha256::digest(&body).into();
    request.set_payload(Payload::from(body));
    let secret = SECRET.contains(&&*crate::auth::rules::short(&pattern));
    Ok(Some((Asked { caller, key, path, body_hash }, secret)))
}

/// A reply in place of the route's, unless the request is to be done.
async fn claim(state: &AppState, asked: &Asked) -> ApiResult<Option<HttpResponse>> {
    let claim = idempotency::claim(&mut *state.pool.acquire().await?, asked).await?;
    match claim {
        Claim::Mine => Ok(None),
        Claim::Running => Err(ApiError::running()),
        Claim::Different => Err(ApiError::invalid_field(
            HEADER,
            "reused",
            "This key was used for another request. Take a new key for each request.",
        )),
        Claim::Done(Kept { body: None, .. }) => Err(ApiError::conflict(
            "This request was done already. Its reply held a secret and was not kept: make a new one if you do not have it.",
        )
        .with_kind("reply-not-kept")),
        Claim::Done(kept) => replay(kept).map(Some),
    }
}

fn replay(kept: Kept) -> ApiResult {
    let mut reply = HttpResponse::build(StatusCode::from_u16(kept.status).map_err(ApiError::internal)?);
    reply.insert_header((REPLAYED, HeaderValue::from_static("true")));
    let headers =
        [(header::CONTENT_TYPE, kept.content_type), (header::LOCATION, kept.location), (header::ETAG, kept.etag)];
    for (name, value) in headers {
        if let Some(value) = value {
            reply.insert_header((name, value));
        }
    }
    Ok(reply.body(kept.body.unwrap_or_default()))
}

/// Keeps what the route said, unless the same request may be answered otherwise the next time.
async fn keep(
    state: &AppState,
    asked: &Asked,
    secret: bool,
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let status = response.status();
    let small = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0..=MOST_KEPT));
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || !small {
        forget(state, asked).await;
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|_| ApiError::internal(anyhow::anyhow!("a reply's body broke off")))?;
    let text = |name: HeaderName| {
        response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned)
    };
    let kept = Kept {
        status: status.as_u16(),
        content_type: text(header::CONTENT_TYPE),
        location: text(header::LOCATION),
        etag: text(header::ETAG),
        body: (!secret || status.is_client_error()).then(|| body.to_vec()),
    };
    // What was done is done: that it is not remembered must not turn the reply into an error.
    if let Err(error) = idempotency::keep(&state.pool, asked, &kept).await {
        tracing::error!(error = format!("{error:#}"), "a reply was not kept for its idempotency key");
    }
    Ok(ServiceResponse::new(request, response.set_body(body).map_into_boxed_body()))
}

/// Most bytes of a reply that is kept.
const MOST_KEPT: u64 = 1024 * 1024;

async fn forget(state: &AppState, asked: &Asked) {
    if let Err(error) = idempotency::release(&state.pool, asked).await {
        tracing::error!(error = format!("{error:#}"), "an idempotency key was not given back; it is free in a minute");
    }
}

fn state(request: &ServiceRequest) -> ApiResult<web::Data<AppState>> {
    let state = request.app_data::<web::Data<AppState>>().cloned();
    state.ok_or_else(|| ApiError::internal(anyhow::anyhow!("the app has no state")))
}
